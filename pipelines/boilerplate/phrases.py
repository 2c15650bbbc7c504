"""Classify a line as a kind of boilerplate by its words alone.

Its position is judged in :mod:`pipelines.boilerplate.removal`. The words and patterns are in ``data/``.
Button bars are matched with possessive groups, so that matching takes linear time.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache, lru_cache

from pipelines.data import sections, words
from pipelines.metadata.authorship import is_credits


class Kind(Enum):
    """Kinds of lines."""

    BAR = "buttons, editors, disclaimers, counters: never text at the tail"
    HEADING = "heads a list of other pages"
    COMPANION = "words of bars and of texts: boilerplate after a bar"
    SITE = "the site's own footer"
    OPERATOR = "an organ or an address: footer beside a site line, text elsewhere"
    OWN = "the page's own attachment or note"
    SHORT = "too short to be sure: signature, date, table cell, title of another page"
    PROSE = "text"


LONGEST_TITLE = 80
"""Characters; a longer line is prose."""
LONGEST_BAR = 160
LONGEST_DISCLAIMER = 2000


def _words(*names: str) -> str:
    """An alternation of the words of these lists, the longest first."""
    found = {word for name in names for word in words(name)}
    return "|".join(re.escape(word) for word in sorted(found, key=lambda word: (-len(word), word)))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The sections of ``boilerplate.txt``, each as one pattern."""
    marks = r"[\s\[【(（〔〖*※★●◆■▲•·|>]*"
    return {
        name: re.compile(rf"{marks}(?:{'|'.join(kinds)})", re.IGNORECASE)
        for name, kinds in sections("boilerplate.txt").items()
    }


@cache  # compiled when the first article is read: a night without one pays for none of them
def _heading() -> re.Pattern[str]:
    return re.compile(rf"[^\w]*+(?:{_words('list-headings.txt')})[^\w]*+(?:更多[^\w]*+)?")


@cache
def _button() -> re.Pattern[str]:
    return re.compile(_words("buttons.txt"), re.IGNORECASE)


@cache
def _run_of(*names: str) -> re.Pattern[str]:
    """Words of these lists side by side."""
    return re.compile(rf"(?>{_words(*names)}|{_BETWEEN})*+", re.IGNORECASE)


_BETWEEN = r"[\s:：,，、|｜/·•.…\[\]【】()（）〖〗<>《》»«_+-]|\d{1,4}"
NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十百]+[、.．]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十百零〇\d]+[编章节条款])"
)
"""The start of headings and clauses of documents."""


def at_tail(line: str) -> Kind:
    """The kind of a line after the text."""
    if NUMBERED.match(line) or len(line) > LONGEST_DISCLAIMER:
        return Kind.PROSE
    return _boilerplate_at_tail(line)


@lru_cache(maxsize=4096)
def _boilerplate_at_tail(line: str) -> Kind:
    """Boilerplate recurs: what a line is, is asked for again and again."""
    if _is(line, "own"):
        return Kind.OWN
    if _heading().fullmatch(line):
        return Kind.HEADING
    if _is_bar(line) or _is(line, "editor", "source", "tail", "code") or is_credits(line):
        return Kind.BAR
    if _is(line, "site"):
        return Kind.SITE
    return Kind.OPERATOR if _is(line, "operator") else _plain(line)


def at_head(line: str) -> Kind:
    """The kind of a line before the text."""
    if NUMBERED.match(line) or len(line) > LONGEST_DISCLAIMER:
        return Kind.PROSE
    return Kind.BAR if _is_bar(line) or _is(line, "head", "editor", "code") else _plain(line)


def _is(line: str, *sections: str) -> bool:
    return any(_patterns()[section].fullmatch(line) for section in sections)


def _is_bar(line: str) -> bool:
    return bool(
        len(line) <= LONGEST_BAR
        and _run_of("buttons.txt", "button-companions.txt").fullmatch(line)
        and _button().search(line)
    )


def _plain(line: str) -> Kind:
    if len(line) > LONGEST_TITLE or "。" in line or line.endswith(("；", ";", "！")):
        return Kind.PROSE
    companion = _is(line, "crew") or (
        _run_of("button-companions.txt").fullmatch(line) and re.search(r"\w", line)
    )
    return Kind.COMPANION if companion else Kind.SHORT


# ------------------------------------------------------------------ lines that documents contain themselves


LONGEST = 400
"""Most characters of a line that are examined."""

_LINES = sections("document.txt")
_FRAME = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["frame"]))
_CLOSING = re.compile("|".join(_LINES["closing"]))
_PAGE = re.compile("|".join(_LINES["page"]), re.IGNORECASE)
_LABELS = frozenset(word for line in _LINES["label"] for word in line.split())
_FIELD = re.compile("|".join(f"(?:{pattern})$" for pattern in _LINES["field"]))
_LABELLED = re.compile(r"[\[【(（]?(\w{2,12})[\]】)）]?[:：]")
_ENUMERATED = re.compile(r"\s*(?:\d{1,3}\s*[.．、]|[(（]\d{1,3}[)）]|[①-⑳])")


def is_own(line: str) -> bool:
    """Whether documents contain such a line themselves, so that its recurrence proves nothing."""
    solid = "".join(line[:LONGEST].split())
    labelled = _LABELLED.match(solid)
    if NUMBERED.match(line) or _ENUMERATED.match(line) or (labelled and _is_field(labelled[1])):
        return True
    return not _PAGE.search(solid) and bool(_FRAME.fullmatch(solid) or _CLOSING.search(solid))


def _is_field(label: str) -> bool:
    return label in _LABELS or bool(_FIELD.search(label) and not _PAGE.search(label))
