"""Is a page at another address an article that we know? Pure."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import frozen

from policy.dates import printed_day
from policy.identity import MIN_WORDS
from policy.records import Article, Entry
from policy.words import fold

OVERLAP = 30
"""Days for which a portal may show a moved article at both addresses."""

Proof = Literal["redirect", "same words"]


@frozen(kw_only=True)
class Alias:
    """Another address of an article on its portal, with the key made of it. ``evidence``: the portal leads
    from one to the other, or it stopped to answer at the one and says the same at the other."""

    key: str
    url: str
    evidence: Proof
    since: dt.datetime | None = None
    """When it was learned; None until it is kept."""


def is_led_to(known: Article, found: Article) -> bool:
    """Whether the page that an article's address leads to is that article: it has its words, or its title
    and no other number or day."""
    words = _words(known)
    if len(words) >= MIN_WORDS and words == _words(found):
        return True
    return _title(known) == _title(found) and not _differ(known, found)


def says_same(known: Article, found: Article) -> bool:
    """Whether two pages have the title, words, number and day of publication in common."""
    return _facts(known) == _facts(found)


def is_named(row: Entry, found: Article) -> bool:
    """Whether the page that a listing's row leads to bears the title of the row, which may be cut short."""
    short, title = fold(row.title.rstrip(" .…")), _title(found)
    return bool(short) and (title.startswith(short) or short.startswith(title))


def _facts(article: Article) -> tuple[object, ...]:
    return _title(article), _words(article), *_marks(article)


def _differ(one: Article, other: Article) -> bool:
    """Whether both have a number, or a day, and not the same."""
    pairs = zip(_marks(one), _marks(other), strict=True)
    return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)


def _marks(article: Article) -> tuple[object, object]:
    number, published = article.doc_no, article.published
    return number.value.norm if number else None, printed_day(published.value) if published else None


def _title(article: Article) -> str:
    return fold(article.title.value)


def _words(article: Article) -> str:
    return fold(article.text)
