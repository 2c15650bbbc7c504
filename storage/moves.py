"""Articles at several addresses: keys that stand for one, where it moved, and others that say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from policy.identity import policy_keys
from policy.moves import Alias, says_same
from policy.records import Article, Change
from storage import article_json, joining, queries
from storage.changes import tell
from storage.inserts import insert_unless_there
from storage.locks import hold_article
from storage.models import AliasRow, ArticleRow, VersionRow
from storage.rows import KnownArticle, alias_record, article_record

_MOST = 20
"""Articles of one policy on one portal that are looked at: who prints it more often says nothing by it."""


def aliases(session: Session, article_id: int) -> list[Alias]:
    """The keys that stand for an article beside its own, as they were learned."""
    query = select(AliasRow).where(AliasRow.article_id == article_id)
    return [alias_record(row) for row in session.scalars(query.order_by(AliasRow.since, AliasRow.key))]


def keys(session: Session, portal: str) -> dict[str, str]:
    """For which article of the portal, by its own key, each other key stands."""
    query = select(AliasRow.key, ArticleRow.key).join(ArticleRow, ArticleRow.id == AliasRow.article_id)
    return dict(session.execute(query.where(AliasRow.portal == portal)).all())


def twins(session: Session, article: Article) -> list[KnownArticle]:
    """The articles of the same portal, under other keys, whose newest versions say what this one says."""
    policies = {found.policy_id for found in queries.candidates(session, policy_keys(article))}
    if not policies:
        return []
    query = (
        select(ArticleRow, VersionRow)
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .where(
            ArticleRow.portal == article.portal,
            ArticleRow.policy_id.in_(policies),
            ArticleRow.key != article.key,
            VersionRow.number == ArticleRow.newest,
        )
        .order_by(ArticleRow.id)
        .limit(_MOST)
    )
    return [
        article_record(row)
        for row, newest in session.execute(query)
        if says_same(article_json.load(newest.record, newest.text), article)
    ]


def keep(session: Session, portal: str, article_id: int, found: Collection[Alias], at: dt.datetime) -> None:
    """These keys stand for the article from now on; one that is an article's, or stands for one, stays."""
    if not found:
        return
    taken = queries.known_among(session, portal, [alias.key for alias in found])
    for alias in found:
        if alias.key in taken:
            continue
        insert_unless_there(
            session,
            AliasRow,
            portal=portal,
            key=alias.key,
            article_id=article_id,
            url=alias.url,
            since=at,
            evidence=alias.evidence,
        )


def take(
    session: Session,
    row: ArticleRow,
    article: Article,
    found: Collection[Alias],
    at: dt.datetime,
    run_id: int | None = None,
) -> tuple[Change, ...]:
    """Keep these keys of an article that was just seen; where one of them is the address at which it was
    read, and another than before, the article ``moved`` there; an article that the archive has of that
    address becomes part of it."""
    keep(session, row.portal, row.id, found, at)
    here = next((alias for alias in found if alias.url == article.url), None)
    if here is None or row.url == article.url:
        return ()
    other = hold_article(session, row.portal, here.key)
    if other is not None and other.id != row.id:
        same = other.policy_id == row.policy_id and other.key == here.key
        return (joining.join(session, row, other, here.evidence, at, run_id),) if same else ()
    row.url, row.page_urls = article.url, list(article.page_urls)
    return (tell(session, row, "moved", at, run_id),)
