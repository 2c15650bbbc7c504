"""What makes two articles one policy, and two readings one version: pure keys."""

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
"""Folded characters below which a text is too short to stand for a policy."""

NUMBERED_WITHOUT_YEAR = frozenset({"state-council"})
"""Organs whose 令 are numbered through all years; elsewhere the year is part of the identity."""


def content_hash(article: Article) -> str:
    """SHA-256 over folded words and real fields: not boilerplate, clock time or white space.

    Not topics either, which a new dictionary changes, nor what the text says by itself (addressees,
    statements), nor who made the page.
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
    """An article's hash and its keys are asked for one after the other; folding is what they cost."""
    return fold(text)


def policy_keys(article: Article) -> tuple[str, ...]:
    """The natural keys of the article's policy: ``doc:ISSUERS:NUMBER`` and ``words:FINGERPRINT``."""
    keys = [*_doc_keys(article)] if article.doc_no else []
    folded = _folded(article.text)
    if len(folded) >= MIN_WORDS:
        keys.append(f"words:{fingerprint(folded)}")
    return tuple(dict.fromkeys(keys))


def _doc_keys(article: Article) -> list[str]:
    """The code says who issued a number; where it does not, the printed issuers must all be known."""
    assert article.doc_no is not None  # noqa: S101 -- the caller asked
    number = article.doc_no.value
    ids = _ids(article.issuers)
    lead = issuers.organ_of_code(number.code) or (ids[0] if ids else None)
    owners = [lead, *(["+".join(sorted(set(ids)))] if len(set(ids)) > 1 else [])] if lead else []
    return [f"doc:{owner}:{_number(number, str(lead), article)}" for owner in owners]


def _ids(found: FieldValue[tuple[Issuer, ...]] | None) -> list[str]:
    """Canonical ids of all issuers in order; empty when one is unknown."""
    ids = [issuer.id for issuer in found.value] if found else []
    return [name for name in ids if name] if all(ids) else []


def _number(number: DocNumber, owner: str, article: Article) -> str:
    """A 令 or 公告 names its organ in many ways, so its key leaves the name out and keeps the year."""
    if number.kind == "文":
        return number.norm
    written = article.written or article.published
    year = number.year or (written.value.year if written else None)
    bracket = f"〔{year}〕" if year and not (number.kind == "令" and owner in NUMBERED_WITHOUT_YEAR) else ""
    return f"{number.kind}{bracket}第{number.number}号"


# ------------------------------------------------- is a page at another address an article that we know? Pure


OVERLAP_DAYS = 30
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


def is_same_article(known: Article, found: Article) -> bool:
    """Whether the page that an article's address leads to is that article: it has its words, or its title
    and no other number or day."""
    words = _words(known)
    if len(words) >= MIN_WORDS and words == _words(found):
        return True
    return _title(known) == _title(found) and not _differ(known, found)


def has_same_content(known: Article, found: Article) -> bool:
    """Whether two pages have the title, words, number and day of publication in common."""
    return _facts(known) == _facts(found)


def has_listed_title(row: Entry, found: Article) -> bool:
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
