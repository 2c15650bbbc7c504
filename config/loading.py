"""Loads ``polarchive.toml`` and the environment into a Config.

Errors name file, line and key. Our own code, because neither tomllib nor cattrs knows the line of a key,
and cattrs reports all errors of a table at once, after converting it: finding the key of each again would
be as long as this.
"""

from __future__ import annotations

import os
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from alerts.channels import CHANNELS
from alerts.channels.base import Channel
from config.records import Config
from policy.errors import ConfigError

FILE = "polarchive.toml"

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_PATH = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_KEY = re.compile(rf"\s*({_PATH})\s*=")
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}

Path_ = tuple[str, ...]


def find_home(home: Path | None, environ: Mapping[str, str]) -> Path:
    """The archive directory: ``--home``, else ``POLARCHIVE_HOME``, else ``archive/`` in the checkout, or
    in the current directory if installed."""
    if home or environ.get("POLARCHIVE_HOME"):
        return Path(home or environ["POLARCHIVE_HOME"]).expanduser().absolute()
    checkout = Path(__file__).parent.parent
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "archive"


def load(
    home: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    channel_types: Mapping[str, type[Channel]] = CHANNELS,
) -> Config:
    """The configuration of an archive directory; without a file, the defaults."""
    place = find_home(home, environ)
    source = _Source(place / FILE)
    return _with_environment(source.config(place, channel_types), environ)


def line_of(file: Path, path: Path_) -> int:
    """The line of a key in the file, or of the nearest table around it."""
    return _Source(file).line(path)


def _with_environment(config: Config, environ: Mapping[str, str]) -> Config:
    """Apply the environment variables for values that should not be in a file."""
    channels = {name: _override(channel, environ) for name, channel in config.channels.items()}
    config, database = attrs.evolve(config, channels=channels), environ.get("POLARCHIVE_DATABASE")
    try:
        return attrs.evolve(config, database=database) if database else config
    except ValueError as error:
        raise ConfigError(f"POLARCHIVE_DATABASE: {error}") from None


def _override(channel: Any, environ: Mapping[str, str]) -> Any:
    """The channel with the settings that the environment has."""
    names = {name: variable for name, variable in channel.environment.items() if environ.get(variable)}
    for name, variable in names.items():
        try:
            channel = attrs.evolve(channel, **{name: environ[variable]})
        except ValueError as error:
            raise ConfigError(f"{variable}: {error}") from None
    return channel


class _Source:
    """The file: its values and their lines."""

    def __init__(self, file: Path) -> None:
        self.file, self.text = file, _text(file)
        self.lines = dict(reversed(list(_lines(self.text))))
        self.secrets = set[Path_]()  # no error repeats their values

    def config(self, home: Path, channel_types: Mapping[str, type[Channel]]) -> Config:
        try:
            table = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self._malformed(error) from None
        if "home" in table:
            raise self.error(("home",), "unknown key: the home is given by --home or POLARCHIVE_HOME")
        tables = {channel.table: name for name, channel in channel_types.items()}
        own = {key: value for key, value in table.items() if key not in tables}
        channels = {
            name: self.value(channel, table.get(channel.table, {}), (channel.table,))
            for name, channel in channel_types.items()
        }
        config: Config = self.record(Config, own, (), tables, home=home, channels=channels)
        return config

    def _malformed(self, error: tomllib.TOMLDecodeError) -> ConfigError:
        """The parser's error with its line, and the key on that line."""
        what, _, where = str(error).rpartition(" (at ")
        lines = self.text.rstrip().splitlines() or [""]
        found = re.match(r"line (\d+), column (\d+)", where)
        number = int(found[1]) if found else len(lines)
        key = _KEY.match(lines[min(number, len(lines)) - 1])
        named = f"{'.'.join(_parts(key[1]))}: " if key else ""
        return ConfigError(f"{self.file}:{number}: {named}{what or error}")

    def line(self, path: Path_) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path_, message: str) -> ConfigError:
        return ConfigError(f"{self.file}:{self.line(path)}: {'.'.join(path)}: {message}")

    def record(
        self, cls: type[Any], table: Mapping[str, Any], path: Path_, beside: Iterable[str] = (), **given: Any
    ) -> Any:
        """A table as its record; raises ConfigError for unknown keys, wrong types and refused values.

        ``given`` are fields that are no keys, ``beside`` keys that are read elsewhere.
        """
        fields, hints = attrs.fields_dict(cls), typing.get_type_hints(cls)
        keys = sorted({*fields, *beside} - given.keys())
        for key, raw in table.items():
            if key not in keys:
                raise self.error((*path, key), f"unknown key; known here: {', '.join(keys)}")
            if not fields[key].repr:
                self.secrets.add((*path, key))
            given[key] = self.value(hints[key], raw, (*path, key))
            self.check(fields[key], given[key], (*path, key))
        try:
            return cls(**given)
        except ValueError as error:
            raise self.error(path, str(error)) from None

    def value(self, hint: Any, raw: Any, path: Path_) -> Any:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is types.UnionType:
            return self.value(arguments[0], raw, path)
        if origin is tuple:
            items = self.expect(list, raw, path, "a list")
            return tuple(self.value(arguments[0], item, path) for item in items)
        if origin is Mapping:
            table = self.expect(dict, raw, path, "a table")
            return {key: self.value(arguments[1], item, (*path, key)) for key, item in table.items()}
        if attrs.has(hint):
            return self.record(hint, self.expect(dict, raw, path, "a table"), path)
        if hint is float and type(raw) is int:
            return float(raw)
        return self.expect(hint, raw, path, _NAMES[hint])

    def expect(self, kind: type[Any], raw: Any, path: Path_, name: str) -> Any:
        if type(raw) is not kind:
            found = type(raw).__name__ if path in self.secrets else repr(raw)
            raise self.error(path, f"expected {name}, found {found}")
        return raw

    def check(self, field: attrs.Attribute[Any], value: Any, path: Path_) -> None:
        """Run the field's validator; for a mapping, item by item, to name the right line."""
        items = (
            [((*path, key), {key: item}) for key, item in value.items()] if isinstance(value, dict) else []
        )
        for place, part in items or [(path, value)]:
            try:
                if field.validator:
                    field.validator(None, field, part)
            except ValueError as error:
                raise self.error(place, str(error)) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None


def _lines(text: str) -> Iterator[tuple[Path_, int]]:
    """Every table and key with its line."""
    table: Path_ = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _parts(header[1])
            yield from ((table[:end], number) for end in range(len(table), 0, -1))
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
            yield from ((path[:end], number) for end in range(len(path), len(table), -1))


def _parts(path: str) -> Path_:
    return tuple(part.strip("\"'") for part in re.findall(_PART, path))
