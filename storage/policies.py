"""A policy with all its articles, as the archive knows it today or knew it on a day."""

from __future__ import annotations

import datetime as dt

from attrs import frozen
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from policy.records import Version
from storage import memberships, queries
from storage.models import ArticleRow, VersionRow
from storage.rows import KnownArticle, article_record


@frozen(kw_only=True)
class Printed:
    """An article of a policy and the version of it that was the newest."""

    known: KnownArticle
    version: Version


def printed(session: Session, policy_id: int, *, known_at: dt.datetime | None = None) -> list[Printed]:
    """The articles of a policy in the order of their numbers, each with its newest version at that time."""
    ids = memberships.members_at(session, policy_id, known_at)
    rows = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(ids)).order_by(ArticleRow.id))
    articles = {row.id: article_record(row) for row in rows}
    places = newest_at(session, [*articles], known_at)
    versions = queries.versions_at(session, places.items())
    return [
        Printed(known=articles[article], version=versions[article, number])
        for article, number in places.items()
    ]


def newest_at(session: Session, articles: list[int], known_at: dt.datetime | None) -> dict[int, int]:
    """The number of each article's newest version at that time; those that had none are left out."""
    query = select(VersionRow.article_id, func.max(VersionRow.number))
    query = query.where(VersionRow.article_id.in_(articles))
    if known_at is not None:
        query = query.where(VersionRow.at <= known_at)
    rows = session.execute(query.group_by(VersionRow.article_id).order_by(VersionRow.article_id))
    return {article: number for article, number in rows}  # noqa: C416 - rows are not pairs to mypy
