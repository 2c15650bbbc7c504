"""The dictionaries of the domain: plain text, one entry a line, ``#`` begins a comment."""

from __future__ import annotations

from importlib.resources import files


def lines(name: str) -> list[str]:
    """The entries of one dictionary."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]
