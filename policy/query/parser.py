"""The query language: text in, one frozen tree out, with one meaning for search and for alerts.

Terms stand side by side (= AND); ``AND``, ``OR``, ``NOT`` in capitals, parentheses, ``"…"`` or
``“…”`` for phrases, ``文号:``, ``门户:`` and ``日期:`` (``2026``, ``2026-03``, ``2026-03-01..2026-04-30``,
open ends) for fields.  NOT binds tighter than AND, AND tighter than OR.  The tree and what it
matches are :mod:`policy.query.tree`'s.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator

from attrs import frozen

from policy.errors import QuerySyntax
from policy.query.tree import (
    And,
    Dated,
    DocNo,
    InPortal,
    Not,
    Or,
    Phrase,
    Query,
    SearchDocument,
    Term,
    highlights,
    matches,
)
from policy.text.words import phrase

__all__ = [
    "And",
    "Dated",
    "DocNo",
    "InPortal",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "SearchDocument",
    "Term",
    "highlights",
    "matches",
    "parse",
]

MAX_LENGTH = 4_000
MAX_DEPTH = 60


@frozen
class _Word:
    kind: str
    text: str
    at: int
    """Position in the query, counted from 1."""


_LEXEMES = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>[(（]) | (?P<close>[)）])
      | (?P<name>[^\s()（）"“”＂:：]+)[:：](?:["“”＂](?P<quoted_value>[^"“”＂]*)["“”＂]
          |(?P<value>[^\s()（）"“”＂]*(?:[(（]\d{4}[)）][^\s()（）"“”＂]*)?))
      | ["“”＂](?P<phrase>[^"“”＂]*)["“”＂]
      | (?P<unclosed>["“”＂])
      | (?P<colon>[:：])
      | (?P<word>[^\s()（）"“”＂:：]+)
    """,
    re.VERBOSE,
)
_OPERATORS = frozenset({"AND", "OR", "NOT"})


def parse(text: str) -> Query:
    """The tree of a query; raises QuerySyntax with the position and what to do."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntax(f"the query has {len(text)} characters; {MAX_LENGTH} is the limit: shorten it")
    words = [*_words(text), _Word("end", "", len(text) + 1)]
    if len(words) == 1:
        raise QuerySyntax("position 1: the query is empty; give at least one term")
    reader = _Parser(words)
    tree = reader.either(0)
    if reader.word.kind != "end":
        raise _error(reader.word, "this parenthesis closes nothing; remove it or open one before")
    return tree


def _error(word: _Word, what: str) -> QuerySyntax:
    return QuerySyntax(f"position {word.at}: {what}")


def _words(text: str) -> Iterator[_Word]:
    for found in _LEXEMES.finditer(text):
        kind = str(found.lastgroup)
        word = _Word(kind, found[0], found.start() + 1)
        match kind:
            case "unclosed":
                raise _error(word, "the quotation mark is not closed; close it")
            case "colon":
                raise _error(word, "a colon without a field; put it in quotation marks to search for it")
            case "value" | "quoted_value":
                yield _Word("field:" + found["name"], found[kind], word.at)
            case "phrase":
                yield _Word(kind, found["phrase"], word.at)
            case "word" if found[0] in _OPERATORS:
                yield _Word(found[0], found[0], word.at)
            case "space":
                pass
            case _:
                yield word


class _Parser:
    """Recursive descent over the words of one query."""

    def __init__(self, words: list[_Word]) -> None:
        self._words, self._at = words, 0

    @property
    def word(self) -> _Word:
        return self._words[self._at]

    def _take(self, kind: str) -> bool:
        taken = self.word.kind == kind
        self._at += taken
        return taken

    def either(self, depth: int) -> Query:
        parts = [self._all(depth)]
        while self._take("OR"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Query:
        parts = [self._one(depth)]
        while self._take("AND") or self.word.kind not in {"OR", "close", "end"}:
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Query:
        word = self.word
        if depth > MAX_DEPTH:
            raise _error(word, f"nested deeper than {MAX_DEPTH}; use fewer parentheses")
        if self._take("NOT"):
            return Not(self._one(depth + 1))
        if self._take("open"):
            return self._group(word, depth)
        if word.kind in {"end", "close", "AND", "OR"}:
            shown = word.text or "the end"
            raise _error(
                word, f"a term is missing before {shown}; add one, or quote {shown} to search for it"
            )
        self._at += 1
        return _leaf(word)

    def _group(self, opened: _Word, depth: int) -> Query:
        tree = self.either(depth + 1)
        if not self._take("close"):
            raise _error(opened, "the parenthesis is not closed; close it")
        return tree


def _leaf(word: _Word) -> Query:
    match word.kind:
        case "word":
            return Term(_searchable(word))
        case "phrase":
            return Phrase(_searchable(word))
        case "field:文号":
            return DocNo(_searchable(word))
        case "field:门户":
            return InPortal(_searchable(word))
        case "field:日期":
            return _dated(word)
    name = word.kind.removeprefix("field:")
    raise _error(
        word, f"there is no field {name}; use 文号: 门户: 日期:, or quote the words to search for them"
    )


def _searchable(word: _Word) -> str:
    if not phrase(word.text):
        raise _error(word, f"nothing to search for in {word.text!r}; give letters, digits or Han characters")
    return word.text


_SPAN = re.compile(r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2}))?)?[年月日]?")


def _dated(word: _Word) -> Dated:
    start, dots, end = word.text.partition("..")
    if not (start or end):
        raise _error(word, "a date is missing; write 日期:2026, 日期:2026-03 or 日期:2026-03-01..2026-04-30")
    first = _span(word, start)[0] if start else None
    last = _span(word, end if dots else start)[1] if end or not dots else None
    if first and last and first > last:
        raise _error(word, f"{first} is after {last}; put the earlier day first")
    return Dated(first, last)


def _span(word: _Word, text: str) -> tuple[dt.date, dt.date]:
    """The first and last day of a year, a month or a day."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise _error(word, f"{text!r} is not a date; write 2026, 2026-03 or 2026-03-01")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None  # noqa: S101 -- the pattern demands it
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError as error:
        raise _error(word, f"{text!r} is no day of the calendar; correct it") from error
    last_month = month or 12
    return first, dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1])
