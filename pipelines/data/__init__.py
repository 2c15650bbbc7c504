"""Words and patterns of boilerplate and of policy prose: plain text, ``#`` begins a comment line."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files


def lines(name: str) -> list[str]:
    """The entries of one file."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def words(name: str) -> frozenset[str]:
    """The words of one file, between white space."""
    return frozenset(word for line in lines(name) for word in line.split())


def sections(name: str) -> dict[str, list[str]]:
    """The entries of a file below each of its ``[headings]``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    section = ""
    for line in lines(name):
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            section = line[1:-1]
        else:
            found[section].append(line)
    return dict(found)
