"""Content hashes of versions, keys of policies, and whether a page at a new address is a known article.
Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from typing import Literal

from attrs import frozen

from policy.documents import issuers
from policy.documents.dates import printed_day
from policy.records import ARTICLE_FIELDS, Article, Attachment, Entry, FieldValue
from policy.records.content import DocNumber, Issuer
from policy.text.words import fingerprint, fold

MIN_WORDS = 60
"""A text with fewer folded characters does not identify a policy."""

NUMBERED_WITHOUT_YEAR = frozenset({"state-council"})
"""Organs that number their 令 continuously; for all others the year is part of the key."""


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
    keys = [*_doc_keys(article)] if article.doc_no else []
    folded = _folded(article.text)
    if len(folded) >= MIN_WORDS:
        keys.append(f"words:{fingerprint(folded)}")
    return tuple(dict.fromkeys(keys))


def _doc_keys(article: Article) -> list[str]:
    """Keys by the organ of the number's code; if the code is unknown, by the issuers if all are known."""
    assert article.doc_no is not None  # noqa: S101 -- the caller asked
    number = article.doc_no.value
    ids = _ids(article.issuers)
    lead = issuers.organ_of_code(number.code) or (ids[0] if ids else None)
    owners = [lead, *(["+".join(sorted(set(ids)))] if len(set(ids)) > 1 else [])] if lead else []
    return [f"doc:{owner}:{_number(number, str(lead), article)}" for owner in owners]


def _ids(issuers: FieldValue[tuple[Issuer, ...]] | None) -> list[str]:
    """The ids of all issuers in order; empty if one is unknown."""
    ids = [issuer.id for issuer in issuers.value] if issuers else []
    return [name for name in ids if name] if all(ids) else []


def _number(number: DocNumber, owner: str, article: Article) -> str:
    """The number for a key. Those of 令 and 公告 omit the organ's name, which is printed in many ways."""
    if number.kind == "文":
        return number.norm
    written = article.written or article.published
    year = number.year or (written.value.year if written else None)
    bracket = f"〔{year}〕" if year and not (number.kind == "令" and owner in NUMBERED_WITHOUT_YEAR) else ""
    return f"{number.kind}{bracket}第{number.number}号"


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
    return _title(article), _words(article), *_marks(article)


def _contradict(article: Article, other: Article) -> bool:
    """Whether both have a number, or a day, and they differ."""
    pairs = zip(_marks(article), _marks(other), strict=True)
    return any(left is not None and right is not None and left != right for left, right in pairs)


def _marks(article: Article) -> tuple[object, object]:
    number, published = article.doc_no, article.published
    return number.value.norm if number else None, printed_day(published.value) if published else None


def _title(article: Article) -> str:
    return fold(article.title.value)


def _words(article: Article) -> str:
    return fold(article.text)
