"""Look up an article by its number, ``portal/key`` or address, and a policy by its number.

A version may be named behind an article: ``12@3``.
"""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from policy.errors import ArchiveError
from policy.records import Version
from storage import queries
from storage.rows import ArchivedArticle

_MOST_DIGITS = 10
"""Digits of an article's number at most: a longer one is no number of any database."""
_POLICY = re.compile(r"policy/(?P<number>\d{1,9})")
_AT = re.compile(r"(?P<name>.+)@(?P<version>\d{1,9})")


def find_article(session: Session, name: str) -> ArchivedArticle:
    """The article of this number, ``portal/key`` or address; raises ArchiveError."""
    portal, slash, key = name.partition("/")
    if name.isdecimal():
        article = queries.article(session, int(name)) if len(name) < _MOST_DIGITS else None
    elif "://" in name:
        article = queries.article_by_url(session, name)
    else:
        article = queries.article_by_key(session, portal, key) if slash else None
    if article is None:
        raise ArchiveError(f"{name}: no such article (give its number, portal/key, or address)")
    return article


def find_version(session: Session, article: ArchivedArticle, number: int | None) -> Version:
    """A version of an article, the newest when none is named; raises ArchiveError."""
    version = queries.version(session, article.id, number)
    if version is None:
        raise ArchiveError(f"article {article.id} has versions 1 to {article.newest}, not {number}")
    return version


def find_article_at(session: Session, name: str) -> tuple[ArchivedArticle, int | None]:
    """The article and, for a name as ``12@3``, the number of the version; raises ArchiveError."""
    match = _AT.fullmatch(name)
    if match is None:
        return find_article(session, name), None
    return find_article(session, match["name"]), int(match["version"])


def policy_number(name: str) -> int | None:
    """The number in ``policy/7``; None for any other name."""
    match = _POLICY.fullmatch(name)
    return int(match["number"]) if match else None
