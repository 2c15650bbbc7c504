"""The query language: the parser, the tree, and the documents that it is matched against. Pure.

Terms next to each other are combined by AND; ``AND``, ``OR``, ``NOT`` in capitals, parentheses, ``"…"`` or
``“…”`` for phrases, ``文号:``, ``门户:`` and ``日期:`` (``2026``, ``2026-03``, ``2026-03-01..2026-04-30``,
open ends) for fields. NOT binds tighter than AND, AND tighter than OR.

Search and alerts share one meaning, :func:`matches`; every index must return the same matches.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from attrs import field, frozen

from policy.documents.dates import calendar_day
from policy.documents.issuers import number_identity
from policy.documents.numbers import parse_number
from policy.errors import QuerySyntax
from policy.records import Version
from policy.records.content import DocNumber
from policy.rules.identity import number_keys
from policy.text.words import fold, phrase, tokens

# ------------------------------------------------------------------ the tree


@frozen
class Term:
    """A word anywhere in the text."""

    text: str

    def __str__(self) -> str:
        return self.text


@frozen
class Phrase:
    """Words in this order, with punctuation in the same places."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@frozen
class DocNo:
    """Part or all of the document's own number (发文字号)."""

    text: str

    def __str__(self) -> str:
        return f'文号:"{self.text}"'


@frozen
class InPortal:
    """The portal, by slug or by name."""

    name: str

    def __str__(self) -> str:
        return f'门户:"{self.name}"'


@frozen
class Dated:
    """Published between two days, both included; None is an open end."""

    first: dt.date | None
    last: dt.date | None

    def __str__(self) -> str:
        return f"日期:{self.first or ''}..{self.last or ''}"


@frozen
class Not:
    """Everything that ``part`` does not match."""

    part: Query

    def __str__(self) -> str:
        return f"NOT {_grouped(self.part)}"


@frozen
class And:
    """All parts match."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " AND ".join(map(_grouped, self.parts))


@frozen
class Or:
    """At least one part matches."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " OR ".join(map(_grouped, self.parts))


Query = Term | Phrase | DocNo | InPortal | Dated | Not | And | Or


def _grouped(query: Query) -> str:
    return f"({query})" if isinstance(query, And | Or) else str(query)


# ------------------------------------------------------------------ matching


@frozen(kw_only=True)
class SearchDocument:
    """What queries are matched against. ``portal`` holds the slug and the name."""

    text: str = field(repr=False)
    doc_no: str | None = None
    portal: tuple[str, ...] = ()
    day: dt.date | None = None


def matches(query: Query, document: SearchDocument) -> bool:
    """Whether the document matches the query."""
    match query:
        case And(parts):
            return all(matches(part, document) for part in parts)
        case Or(parts):
            return any(matches(part, document) for part in parts)
        case Not(part):
            return not matches(part, document)
        case Term(text) | Phrase(text):
            return _needle(text) in _row(document.text)
        case DocNo(text):
            return any(_needle(form) in _row(document.doc_no or "") for form in number_forms(text))
        case InPortal(name):
            return fold(name) in map(fold, document.portal)
        case Dated(first, last):
            return document.day is not None and (first or dt.date.min) <= document.day <= (
                last or dt.date.max
            )


@lru_cache(maxsize=1024)
def number_forms(text: str) -> tuple[str, ...]:
    """The text of a 文号 term; for the number of an order also the key that all its printed forms share."""
    number = parse_number(text)
    if number is None or number.kind == "文":
        return (text,)
    identity = number_identity(number)
    return text, identity.key or identity.label


@lru_cache(maxsize=64)
def _row(text: str) -> str:
    return " ".join(["", *tokens(text), ""])


@lru_cache(maxsize=4096)
def _needle(text: str) -> str:
    return " ".join(["", *phrase(text), ""])


def highlights(query: Query) -> tuple[str, ...]:
    """The terms and phrases to highlight in a match, in order and without duplicates."""
    return tuple(dict.fromkeys(_positive(query, positive=True)))


def _positive(query: Query, *, positive: bool) -> Iterator[str]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _positive(part, positive=positive)
        case Not(part):
            yield from _positive(part, positive=not positive)
        case Term(text) | Phrase(text) if positive:
            yield text


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
    "number_forms",
    "parse",
]

# ------------------------------------------------------------------ the parser


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


# ------------------------------------------------------------------ documents of versions


def search_document(version: Version, name: str | None = None) -> SearchDocument:
    """The document of a version: title, text and files, portal and day; its number as printed and normalised,
    and the keys that all printed forms of an order's number share.

    ``name`` is the name of the portal, which can be searched for like its slug.
    """
    article = version.article
    return SearchDocument(
        text=f"{article.title.value}\n{searchable_text(version)}",
        doc_no=_number(article.doc_no.value, number_keys(article)) if article.doc_no else None,
        portal=(article.portal, name) if name else (article.portal,),
        day=calendar_day(article.published.value) if article.published else None,
    )


def searchable_text(version: Version) -> str:
    """The text of the page, followed by the name and text of every file with text."""
    files = (f"{file.name}\n{file.text}" for file in version.files if file.text)
    return "\n".join([version.article.text, *files])


def _number(number: DocNumber, keys: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys((number.norm, number.raw, *keys)))
