"""An article as a command names it: by its number, ``portal/key`` or its address."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from policy.errors import ArchiveError
from policy.records import Version
from storage import queries
from storage.rows import ArchivedArticle

_MOST_DIGITS = 10
"""Of an article's number: a longer one is no number of any database."""

Named = Annotated[str, typer.Argument(metavar="ARTICLE", help="Its number, portal/key, or address.")]


def find_article(session: Session, name: str) -> ArchivedArticle:
    """The article of this number, ``portal/key`` or address; raises ArchiveError."""
    portal, slash, key = name.partition("/")
    if name.isdecimal():
        found = queries.article(session, int(name)) if len(name) < _MOST_DIGITS else None
    elif "://" in name:
        found = queries.article_by_url(session, name)
    else:
        found = queries.article_by_key(session, portal, key) if slash else None
    if found is None:
        raise ArchiveError(f"{name}: no such article (give its number, portal/key, or address)")
    return found


def find_version(session: Session, known: ArchivedArticle, number: int | None) -> Version:
    """A version of an article, the newest when none is named; raises ArchiveError."""
    found = queries.version(session, known.id, number)
    if found is None:
        raise ArchiveError(f"article {known.id} has versions 1 to {known.newest}, not {number}")
    return found
