"""The tree of a query and what it matches. Every index must return the same matches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from attrs import field, frozen

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
            return _needle(text) in _row(document.doc_no or "")
        case InPortal(name):
            return fold(name) in map(fold, document.portal)
        case Dated(first, last):
            return document.day is not None and (first or dt.date.min) <= document.day <= (
                last or dt.date.max
            )


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
