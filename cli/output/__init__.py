"""Console output in the language of the user.

Texts are English in the code, in logs, in the database and in JSON. A command writes
``_("{n} articles", n=3)`` for a text of its own. What a lower layer wrote, as an error, or a finding that was
stored years ago, goes through :func:`translated`, which recognizes the templates of the catalogue.

The catalogue is ``chinese.toml``; it is read when the first Chinese text is printed. In its templates, a
placeholder ``n`` or ``n_…`` is a number, and one of :data:`FREE` may hold several phrases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

_PHRASES = {
    "advice",
    "choices",
    "counts",
    "example",
    "finding",
    "first",
    "problem",
    "reason",
    "rest",
    "words",
}
FREE = _PHRASES | {"place", "value"}
"""Placeholders whose values may contain what separates phrases."""

_FILE = Path(__file__).with_name("chinese.toml")
_SENTENCES = ("errors", "health", "relations")
"""The tables of texts that lower layers write."""
_SEPARATORS = {"; ": "；", ": ": "：", ", ": "，"}
"""What joins the phrases of a text, in the order in which it is taken apart."""

_language = "en"


def use_language(language: str) -> None:
    """Choose the language of all output from now on: ``en`` or ``zh``."""
    global _language
    _language = language


def _(message: str, /, **values: object) -> str:
    """A message in the language of the user, with values for its placeholders."""
    text = message if _language == "en" else catalogue().get(message, message)
    return text.format_map(values) if values else text


def translated(text: str) -> str:
    """A text that a lower layer wrote in English, in the language of the user; as it is where no template of
    the catalogue matches."""
    return text if _language == "en" else _phrase(text)


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """The tables of the catalogue: the Chinese text of each English one."""
    import tomllib

    with _FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def catalogue() -> Mapping[str, str]:
    """All tables of the catalogue in one."""
    return {english: text for table in tables().values() for english, text in table.items()}


def _phrase(text: str) -> str:
    """Translate the whole text, else the phrases that it is joined of; values are translated likewise."""
    body = text.strip()
    lead = text[: len(text) - len(text.lstrip())]
    if not re.search("[a-z]", body):
        return text
    if body in catalogue():
        return lead + catalogue()[body]
    for template, literals in _templates():
        if all(literal in body for literal in literals) and (match := _pattern(template).fullmatch(body)):
            values = {name: _phrase(value) for name, value in match.groupdict().items()}
            return lead + catalogue()[template].format_map(values)
    for separator, joined in _SEPARATORS.items():
        phrases = body.split(separator)
        if len(phrases) > 1 and (shown := [*map(_phrase, phrases)]) != phrases:
            return lead + joined.join(shown)
    return text


@cache
def _templates() -> list[tuple[str, list[str]]]:
    """The templates of lower layers with their literal parts, the most specific first."""
    parts = {
        template: [literal for literal, *_field in Formatter().parse(template) if literal]
        for name in _SENTENCES
        for template in tables()[name]
        if "{" in template
    }
    return sorted(parts.items(), key=lambda item: -sum(map(len, item[1])))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What the template matches, with a group for each placeholder."""
    pieces = []
    for literal, name, _spec, _conversion in Formatter().parse(template):
        pieces.append(re.escape(literal))
        if name:
            pieces.append(f"(?P<{name}>{_value_pattern(name)})")
    return re.compile("".join(pieces), re.DOTALL)


def _value_pattern(name: str) -> str:
    if name == "n" or name.startswith("n_"):
        return "[0-9.]+%?"
    return ".+?" if name in FREE else "(?:(?!: |; ).)+?"
