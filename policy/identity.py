"""What makes two articles one policy, and two readings one version: pure keys."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from policy import issuers
from policy.contents import DocNumber, Issuer
from policy.dates import printed_day
from policy.records import Article, Found
from policy.words import fingerprint, fold

MIN_WORDS = 60
"""Folded characters below which a text is too short to stand for a policy."""

RUNS_ON = frozenset({"state-council"})
"""Organs whose 令 are numbered through all years; elsewhere the year is part of the identity."""


def content_hash(article: Article) -> str:
    """SHA-256 over folded words and real fields: not furniture, clock time or white space.

    Not topics either, which a new dictionary changes, nor what the text says by itself (addressees,
    statements), nor who made the page.
    """
    return hashlib.sha256(json.dumps(_content(article), ensure_ascii=False).encode()).hexdigest()


def _content(article: Article) -> list[object]:
    words = [article.title, article.index_no, article.subject, article.source, article.validity]
    days = [article.published, article.written, article.effective, article.expires]
    return [
        _folded(article.text),
        *(fold(found.value) if found else None for found in words),
        *(printed_day(found.value).isoformat() if found else None for found in days),
        article.doc_no.value.norm if article.doc_no else None,
        [issuer.id or fold(issuer.printed) for issuer in article.issuers.value] if article.issuers else None,
        [fold(attachment.name) for attachment in article.attachments],
    ]


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
    lead = issuers.by_code(number.code) or (ids[0] if ids else None)
    owners = [lead, *(["+".join(sorted(set(ids)))] if len(set(ids)) > 1 else [])] if lead else []
    return [f"doc:{owner}:{_number(number, str(lead), article)}" for owner in owners]


def _ids(found: Found[tuple[Issuer, ...]] | None) -> list[str]:
    """Canonical ids of all issuers in order; empty when one is unknown."""
    ids = [issuer.id for issuer in found.value] if found else []
    return [name for name in ids if name] if all(ids) else []


def _number(number: DocNumber, owner: str, article: Article) -> str:
    """A 令 or 公告 names its organ in many ways, so its key leaves the name out and keeps the year."""
    if number.kind == "文":
        return number.norm
    written = article.written or article.published
    year = number.year or (written.value.year if written else None)
    bracket = f"〔{year}〕" if year and not (number.kind == "令" and owner in RUNS_ON) else ""
    return f"{number.kind}{bracket}第{number.number}号"
