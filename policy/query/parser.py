"""The parser of the query language.

Terms next to each other are combined by AND; ``AND``, ``OR``, ``NOT`` in capitals, parentheses, ``"…"`` or
``“…”`` for phrases, ``文号:``, ``门户:`` and ``日期:`` (``2026``, ``2026-03``, ``2026-03-01..2026-04-30``,
open ends) for fields. NOT binds tighter than AND, AND tighter than OR. The tree and its meaning are
defined in :mod:`policy.query.tree`.
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
    """The tree of a query. Raises QuerySyntax with the position of the error and how to correct it."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntax(f"the query has {len(text)} characters; {MAX_LENGTH} is the limit: shorten it")
    words = [*_words(text), _Word("end", "", len(text) + 1)]
    if len(words) == 1:
        raise QuerySyntax("position 1: the query is empty; give at least one term")
    parser = _Parser(words)
    tree = parser.parse_or(0)
    if parser.word.kind != "end":
        raise _error(parser.word, "this parenthesis closes nothing; remove it or open one before")
    return tree


def _error(word: _Word, what: str) -> QuerySyntax:
    return QuerySyntax(f"position {word.at}: {what}")


def _words(text: str) -> Iterator[_Word]:
    for match in _LEXEMES.finditer(text):
        kind = str(match.lastgroup)
        word = _Word(kind, match[0], match.start() + 1)
        match kind:
            case "unclosed":
                raise _error(word, "the quotation mark is not closed; close it")
            case "colon":
                raise _error(word, "a colon without a field; put it in quotation marks to search for it")
            case "value" | "quoted_value":
                yield _Word("field:" + match["name"], match[kind], word.at)
            case "phrase":
                yield _Word(kind, match["phrase"], word.at)
            case "word" if match[0] in _OPERATORS:
                yield _Word(match[0], match[0], word.at)
            case "space":
                pass
            case _:
                yield word


class _Parser:
    """Recursive descent parser over the words of a query."""

    def __init__(self, words: list[_Word]) -> None:
        self._words, self._at = words, 0

    @property
    def word(self) -> _Word:
        return self._words[self._at]

    def _take(self, kind: str) -> bool:
        taken = self.word.kind == kind
        self._at += taken
        return taken

    def parse_or(self, depth: int) -> Query:
        parts = [self._parse_and(depth)]
        while self._take("OR"):
            parts.append(self._parse_and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _parse_and(self, depth: int) -> Query:
        parts = [self._parse_operand(depth)]
        while self._take("AND") or self.word.kind not in {"OR", "close", "end"}:
            parts.append(self._parse_operand(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _parse_operand(self, depth: int) -> Query:
        word = self.word
        if depth > MAX_DEPTH:
            raise _error(word, f"nested deeper than {MAX_DEPTH}; use fewer parentheses")
        if self._take("NOT"):
            return Not(self._parse_operand(depth + 1))
        if self._take("open"):
            return self._parse_group(word, depth)
        if word.kind in {"end", "close", "AND", "OR"}:
            shown = word.text or "the end"
            raise _error(
                word, f"a term is missing before {shown}; add one, or quote {shown} to search for it"
            )
        self._at += 1
        return _leaf(word)

    def _parse_group(self, opened: _Word, depth: int) -> Query:
        tree = self.parse_or(depth + 1)
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
    match = _SPAN.fullmatch(text)
    if not match:
        raise _error(word, f"{text!r} is not a date; write 2026, 2026-03 or 2026-03-01")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 -- the pattern demands it
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError as error:
        raise _error(word, f"{text!r} is not a calendar day; correct it") from error
    last_month = month or 12
    return first, dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1])
