"""Links between pairs of articles, people's rulings on them, and the queue of articles to be regrouped.

All but the rulings is derived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from attrs import asdict, fields, frozen
from sqlalchemy import delete, or_, select
from sqlalchemy import insert as insert_all
from sqlalchemy.orm import Session

from policy.records import Article
from policy.records.saves import Link, Ruling
from storage.database import insert
from storage.rows import load_article
from storage.tables import ArticleRow, ComparedRow, LinkRow, RegroupQueueRow, RulingRow, VersionRow


def set_links(session: Session, article_id: int, links: Iterable[Link]) -> None:
    """Replace the links of an article."""
    ours = or_(LinkRow.a == article_id, LinkRow.b == article_id)
    session.execute(delete(LinkRow).where(ours))
    rows = [asdict(link) for link in links]
    if rows:
        session.execute(insert_all(LinkRow), rows)


_FIELDS = tuple(each.name for each in fields(Link))
_LINKS = select(*(LinkRow.__table__.c[name] for name in _FIELDS))


def links_of(session: Session, articles: Collection[int]) -> list[Link]:
    """All links with one of these articles at an end."""
    ours = or_(LinkRow.a.in_(articles), LinkRow.b.in_(articles))
    rows = session.execute(_LINKS.where(ours).order_by(LinkRow.a, LinkRow.b))
    return [Link(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


def add_ruling(session: Session, ruling: Ruling) -> None:
    """Save a person's decision on a pair; it replaces earlier ones."""
    a, b = sorted((ruling.a, ruling.b))
    insert(session, RulingRow, a=a, b=b, same=ruling.same, by=ruling.by, why=ruling.why, at=ruling.at)


def rulings_of(session: Session, articles: Collection[int]) -> list[Ruling]:
    """The current rulings on pairs with one of these articles."""
    query = select(RulingRow).where(or_(RulingRow.a.in_(articles), RulingRow.b.in_(articles)))
    newest = {(row.a, row.b): row for row in session.scalars(query.order_by(RulingRow.id))}
    return [
        Ruling(a=row.a, b=row.b, same=row.same, by=row.by, why=row.why, at=row.at) for row in newest.values()
    ]


def transfer_rulings(session: Session, article_id: int, to: int) -> None:
    """Transfer an article's rulings to the article it was merged into."""
    for row in session.scalars(
        select(RulingRow).where(or_(RulingRow.a == article_id, RulingRow.b == article_id))
    ):
        other = row.b if row.a == article_id else row.a
        if other == to:
            session.delete(row)
        else:
            row.a, row.b = sorted((other, to))
    set_links(session, article_id, ())
    session.flush()


# ------------------------------------------------------------------ grouping facts


def save_facts(session: Session, article_id: int, facts: dict[str, Any]) -> None:
    """Replace the facts that grouping needs of an article."""
    session.execute(delete(ComparedRow).where(ComparedRow.article_id == article_id))
    insert(session, ComparedRow, article_id=article_id, facts=facts)


def facts_of(session: Session, articles: Collection[int]) -> dict[int, dict[str, Any]]:
    """The facts of those of these articles that were compared."""
    query = select(ComparedRow.article_id, ComparedRow.facts)
    rows = session.execute(query.where(ComparedRow.article_id.in_(articles)))
    return {article: facts for article, facts in rows}  # noqa: C416 - rows are not pairs to mypy


def compared_in(session: Session, policies: Collection[int]) -> list[int]:
    """The compared articles of these policies, by id."""
    query = select(ComparedRow.article_id).join(ArticleRow).where(ArticleRow.policy_id.in_(policies))
    return [*session.scalars(query.order_by(ComparedRow.article_id))]


# ------------------------------------------------------------------ regroup queue


@frozen(kw_only=True)
class QueuedArticle:
    """An article to be regrouped, with the time of the version that was compared and whether its change
    was silent."""

    article_id: int
    at: dt.datetime
    silent: bool


def enqueue(session: Session, articles: Collection[int], *, at: dt.datetime, silent: bool) -> None:
    """Put articles into the regroup queue, in place of their earlier entries."""
    dequeue(session, articles)
    for article in articles:
        insert(session, RegroupQueueRow, article_id=article, at=at, silent=silent)


def next_queued(session: Session) -> QueuedArticle | None:
    """The queued article with the newest version, of equal ones the one with the greatest id; None if the
    queue is empty."""
    order = RegroupQueueRow.at.desc(), RegroupQueueRow.article_id.desc()
    row = session.scalars(select(RegroupQueueRow).order_by(*order).limit(1)).first()
    return QueuedArticle(article_id=row.article_id, at=row.at, silent=row.silent) if row else None


def dequeue(session: Session, articles: Collection[int]) -> None:
    """Remove articles from the regroup queue."""
    session.execute(delete(RegroupQueueRow).where(RegroupQueueRow.article_id.in_(articles)))


# ------------------------------------------------------------------ texts to compare

_COMPARED_FIELDS = (
    *("portal", "key", "url", "title", "title_official", "doc_no"),
    *("issuers", "written", "effective", "published"),
)
"""The fields of an article that its comparison needs; reading the others takes most of the time."""


@frozen(kw_only=True)
class Wording:
    """A version of an article, identified without reading its text."""

    article_id: int
    number: int
    content_hash: str
    code: str
    portal: str
    key: str


def wordings_of(session: Session, articles: Collection[int], most: int) -> list[Wording]:
    """The last ``most`` versions of these articles, the newest of each first."""
    query = (
        select(
            VersionRow.article_id,
            VersionRow.number,
            VersionRow.content_hash,
            VersionRow.code,
            ArticleRow.portal,
            ArticleRow.key,
        )
        .join(ArticleRow, VersionRow.article_id == ArticleRow.id)
        .where(VersionRow.article_id.in_(articles), VersionRow.number > ArticleRow.newest - most)
        .order_by(VersionRow.article_id, VersionRow.number.desc())
    )
    return [Wording(**row) for row in session.execute(query).mappings()]


def compared_articles(session: Session, wordings: Collection[Wording]) -> dict[Wording, Article]:
    """The articles of these versions, with no more fields than their comparison needs."""
    places = {(each.article_id, each.number): each for each in wordings}
    if not places:
        return {}
    ids, numbers = {article for article, _ in places}, {number for _, number in places}
    query = select(VersionRow.article_id, VersionRow.number, VersionRow.record, VersionRow.text)
    rows = session.execute(query.where(VersionRow.article_id.in_(ids), VersionRow.number.in_(numbers)))
    return {
        places[article, number]: load_article(
            {name: record[name] for name in _COMPARED_FIELDS if name in record}, text
        )
        for article, number, record, text in rows
        if (article, number) in places
    }
