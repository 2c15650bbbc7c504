"""Content hashes of versions, keys of policies, and whether a page at a new address is a known article.
Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from typing import Literal

from attrs import evolve, frozen

from policy.documents import issuers
from policy.documents.dates import printed_day
from policy.records import ARTICLE_FIELDS, Article, Attachment, Entry, FieldValue
from policy.records.content import DocNumber, Issuer
from policy.text.words import fingerprint, fold

MIN_WORDS = 60
"""A text with fewer folded characters does not identify a policy."""


def content_hash(article: Article) -> str:
    """SHA-256 over the folded text and the fields with a ``hash_position``.

    Not included are times of day, topics (a new dictionary changes them), what is derived from the text
    (addressees, statements) and the editors.
    """
    return hashlib.sha256(json.dumps(_content(article), ensure_ascii=False).encode()).hexdigest()


def _content(article: Article) -> list[object]:
    return [_folded(article.text), *(_hashed(getattr(article, name)) for name in _HASHED)]


_HASHED = tuple(
    entry.name
    for entry in sorted(ARTICLE_FIELDS, key=lambda entry: entry.hash_position or 0)
    if entry.hash_position is not None
)


def _hashed(value: object) -> object:
    """A field as JSON: folded words, an ISO day, the normal form of a number, the ids of organs."""
    match value:
        case FieldValue():
            return _hashed(value.value)
        case str():
            return fold(value)
        case dt.date():
            return printed_day(value).isoformat()
        case DocNumber():
            return value.norm
        case Issuer():
            return value.id or fold(value.printed)
        case Attachment():
            return fold(value.name)
        case tuple():
            return [_hashed(item) for item in value]
        case _:
            return value


@lru_cache(maxsize=2)
def _folded(text: str) -> str:
    """Cached because the hash and the keys of an article are computed one after the other."""
    return fold(text)


def policy_keys(article: Article) -> tuple[str, ...]:
    """The natural keys of the article's policy: ``doc:ISSUERS:NUMBER`` and ``words:FINGERPRINT``."""
    keys = _doc_keys(article)
    folded = _folded(article.text)
    if len(folded) >= MIN_WORDS:
        keys.append(f"words:{fingerprint(folded)}")
    return tuple(dict.fromkeys(keys))


def document_number(article: Article) -> issuers.NumberIdentity | None:
    """The identity of the article's own number, completed by its issuers; None without a number."""
    if article.doc_no is None:
        return None
    return issuers.number_identity(article.doc_no.value, article.issuers.value if article.issuers else ())


def number_keys(article: Article) -> tuple[str, ...]:
    """The keys under which other documents may cite the article's number, without a prefix.

    An order is cited with its year and without it; where it is printed without a year, the year of the
    document counts. Empty without a number, and for an order of an unknown organ.
    """
    number = document_number(article)
    if number is None:
        return ()
    dated = evolve(number, year=number.year or (article.written.value.year if article.written else None))
    undated = evolve(number, year=None).keys() if number.kind != "文" else ()
    return tuple(dict.fromkeys((*undated, *dated.keys())))


def _doc_keys(article: Article) -> list[str]:
    """Keys by the organ in whose series the number is, and by all that sign the document."""
    number = document_number(article)
    if number is None or not number.organs:
        return []
    written = article.written or article.published
    dated = evolve(number, year=number.year or (written.value.year if written else None))
    return [f"doc:{owner}:{dated.label}" for owner in dated.owners]


# ------------------------------------------------------------------ moved articles


OVERLAP_DAYS = 30
"""Days for which a portal may show a moved article at both addresses."""

Proof = Literal["redirect", "same words"]


@frozen(kw_only=True)
class Alias:
    """Another address of an article on its portal, with the key derived from it.

    ``evidence``: the portal redirects from one address to the other (``redirect``), or one address stopped
    responding and the other has the same text (``same words``).
    """

    key: str
    url: str
    evidence: Proof
    since: dt.datetime | None = None
    """When it was detected; None until it is stored."""


def is_same_article(archived: Article, fetched: Article) -> bool:
    """Whether the page that an article's address redirects to is that article.

    It must have the same text, or the same title and neither another number nor another day.
    """
    words = _words(archived)
    if len(words) >= MIN_WORDS and words == _words(fetched):
        return True
    return _title(archived) == _title(fetched) and not _contradict(archived, fetched)


def has_same_content(archived: Article, fetched: Article) -> bool:
    """Whether two pages have the same title, text, number and day of publication."""
    return _facts(archived) == _facts(fetched)


def has_listed_title(row: Entry, article: Article) -> bool:
    """Whether an article has the title of its row in a listing, which may be truncated."""
    short, title = fold(row.title.rstrip(" .…")), _title(article)
    return bool(short) and (title.startswith(short) or short.startswith(title))


def _facts(article: Article) -> tuple[object, ...]:
    return _title(article), _words(article), _norm(article), _day(article)


def _contradict(article: Article, other: Article) -> bool:
    """Whether both have a number, or a day, and they differ."""
    ours, theirs = document_number(article), document_number(other)
    if ours and theirs and not ours.matches(theirs) and _norm(article) != _norm(other):
        return True
    days = _day(article), _day(other)
    return all(days) and days[0] != days[1]


def _norm(article: Article) -> str | None:
    return article.doc_no.value.norm if article.doc_no else None


def _day(article: Article) -> dt.date | None:
    return printed_day(article.published.value) if article.published else None


def _title(article: Article) -> str:
    return fold(article.title.value)


def _words(article: Article) -> str:
    return fold(article.text)
