"""The dictionaries of the domain: plain text, one entry a line, ``#`` begins a comment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


def read_lines(name: str) -> list[str]:
    """The entries of one dictionary."""
    stripped = (line.partition("#")[0].strip() for line in _text(name).splitlines())
    return [line for line in stripped if line]


def read_sections(name: str) -> Iterator[tuple[str, str]]:
    """Each entry with the section ``[…]`` it stands in."""
    section = ""
    for line in read_lines(name):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        else:
            yield section, line


def split_fields(line: str, count: int) -> list[str]:
    """The parts of an entry ``a | b | c``, empty ones where fewer are given."""
    parts = [part.strip() for part in line.split("|")]
    return [*parts, *[""] * (count - len(parts))]


def read_toml(name: str) -> dict[str, Any]:
    """A dictionary in TOML."""
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
