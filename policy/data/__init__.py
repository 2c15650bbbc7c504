"""Reads the dictionaries of the domain: text files with one entry per line and ``#`` comments, or TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


def read_lines(name: str) -> list[str]:
    """The entries of a dictionary file, without comments and empty lines."""
    stripped = (line.partition("#")[0].strip() for line in _text(name).splitlines())
    return [line for line in stripped if line]


def read_sections(name: str) -> Iterator[tuple[str, str]]:
    """Pairs of section (``[…]``, or ``""`` before the first) and entry."""
    section = ""
    for line in read_lines(name):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        else:
            yield section, line


def split_fields(line: str, count: int) -> list[str]:
    """The parts of an entry ``a | b | c``, padded with ``""`` to ``count``."""
    parts = [part.strip() for part in line.split("|")]
    return [*parts, *[""] * (count - len(parts))]


def read_toml(name: str) -> dict[str, Any]:
    """The content of a TOML dictionary."""
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
