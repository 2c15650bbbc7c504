"""Queries for policies, articles and versions, and what the archive has of each portal. They take a session
and return records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import groupby
from operator import itemgetter
from typing import Any

from attrs import frozen
from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from policy.records import Article, Capture, Change, Version
from policy.records.runs import Run
from policy.records.saves import Candidate
from storage.rows import (
    ArchivedArticle,
    ArchivedPolicy,
    article_record,
    capture_record,
    change_record,
    run_record,
    version_record,
)
from storage.tables import (
    AliasRow,
    ArticleRow,
    CaptureRow,
    ChangeRow,
    KeywordRow,
    PolicyKeyRow,
    PolicyRow,
    RunRow,
    VersionCaptureRow,
    VersionRow,
)

_AT_ONCE = 500
"""Keys per statement."""

# ------------------------------------------------------------------ policies


_OWNERS = select(PolicyKeyRow.key, PolicyKeyRow.policy_id).where(
    PolicyKeyRow.key.in_(bindparam("keys", expanding=True))
)


def candidates(session: Session, keys: Collection[str]) -> list[Candidate]:
    """The policies known under these keys, one candidate per key, in the order of the keys."""
    owners = dict(session.execute(_OWNERS, {"keys": list(keys)}).all())
    printed = _doc_nos(session, set(owners.values())) if owners else {}
    numbered = {owner for key, owner in owners.items() if key.startswith("doc:")}
    first = {owner: _first_article(session, owner) for owner in numbered}
    return [
        Candidate(
            policy_id=owners[key],
            key=key,
            doc_nos=printed.get(owners[key], ()),
            article=first[owners[key]] if key.startswith("doc:") else None,
        )
        for key in keys
        if key in owners
    ]


def _first_article(session: Session, policy_id: int) -> Article | None:
    """The article of a policy that was archived first, in its newest version."""
    first = session.scalar(select(func.min(ArticleRow.id)).where(ArticleRow.policy_id == policy_id))
    newest = version(session, first) if first is not None else None
    return newest.article if newest else None


def _doc_nos(session: Session, policies: Collection[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(ArticleRow.policy_id, VersionRow.doc_no)
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .where(ArticleRow.policy_id.in_(policies), VersionRow.doc_no.is_not(None))
        .distinct()
        .order_by(ArticleRow.policy_id, VersionRow.doc_no)
    )
    rows = session.execute(query)
    return {
        policy_id: tuple(str(doc_no) for _, doc_no in group)
        for policy_id, group in groupby(rows, key=itemgetter(0))
    }


def policy(session: Session, policy_id: int) -> ArchivedPolicy | None:
    """A policy with its keys and articles; for a merged policy, the one it was merged into."""
    row = session.get(PolicyRow, policy_id)
    if row is not None and row.merged_into is not None:
        return policy(session, row.merged_into)
    if row is None:
        return None
    keys = session.scalars(select(PolicyKeyRow.key).where(PolicyKeyRow.policy_id == policy_id))
    articles = select(ArticleRow).where(ArticleRow.policy_id == policy_id).order_by(ArticleRow.id)
    return ArchivedPolicy(
        id=row.id,
        title=row.title,
        first_seen=row.first_seen,
        keys=tuple(sorted(keys)),
        articles=tuple(article_record(each) for each in session.scalars(articles)),
    )


# ------------------------------------------------------------------ articles


_ALIASED = select(AliasRow.key, ArticleRow).join(ArticleRow, ArticleRow.id == AliasRow.article_id)


def articles_of_portal(session: Session, portal: str) -> list[ArchivedArticle]:
    """All articles of a portal, by id."""
    query = select(ArticleRow).where(ArticleRow.portal == portal).order_by(ArticleRow.id)
    return [article_record(row) for row in session.scalars(query)]


def articles_by_key(session: Session, portal: str, keys: Collection[str]) -> dict[str, ArchivedArticle]:
    """The articles of a portal that have these keys or aliases, by the key asked for."""
    asked, found = list(keys), dict[str, ArchivedArticle]()
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        own = select(ArticleRow).where(ArticleRow.portal == portal, ArticleRow.key.in_(some))
        found |= {row.key: article_record(row) for row in session.scalars(own)}
        rest = [key for key in some if key not in found]
        query = _ALIASED.where(AliasRow.portal == portal, AliasRow.key.in_(rest))
        found |= {key: article_record(row) for key, row in session.execute(query)}
    return found


def due_articles(
    session: Session, portal: str, today: dt.date, *, after: tuple[dt.date, int], limit: int
) -> list[ArchivedArticle]:
    """The articles of a portal to be revisited by ``today``, those overdue longest first, after a due day
    and article id."""
    day, number = after
    behind = (ArticleRow.due > day) | ((ArticleRow.due == day) & (ArticleRow.id > number))
    query = (
        select(ArticleRow)
        .where(ArticleRow.portal == portal, ArticleRow.due <= today, behind)
        .order_by(ArticleRow.due, ArticleRow.id)
        .limit(limit)
    )
    return [article_record(row) for row in session.scalars(query)]


def article(session: Session, article_id: int) -> ArchivedArticle | None:
    """An article by its id, or by the id it had before it was merged."""
    row = session.get(ArticleRow, article_id)
    row = row or session.scalar(
        select(ArticleRow)
        .join(AliasRow, AliasRow.article_id == ArticleRow.id)
        .where(AliasRow.merged_id == article_id)
    )
    return article_record(row) if row else None


def merged_ids(session: Session, ids: Collection[int]) -> list[int]:
    """The ids of the articles that were merged into these."""
    query = select(AliasRow.merged_id).where(AliasRow.article_id.in_(ids), AliasRow.merged_id.is_not(None))
    return [number for number in session.scalars(query) if number is not None]


def articles(session: Session, ids: Collection[int]) -> dict[int, ArchivedArticle]:
    """Those of these articles that exist, by id."""
    rows = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(ids)))
    return {row.id: article_record(row) for row in rows}


def article_by_key(session: Session, portal: str, key: str) -> ArchivedArticle | None:
    """An article by its portal and its key or alias."""
    return articles_by_key(session, portal, [key]).get(key)


def article_by_url(session: Session, url: str) -> ArchivedArticle | None:
    """An article by its current URL, by an alias's, or by that of any page it was extracted from."""
    row = session.scalar(select(ArticleRow).where(ArticleRow.url == url).order_by(ArticleRow.id).limit(1))
    row = row or session.scalar(
        select(ArticleRow)
        .join(AliasRow, AliasRow.article_id == ArticleRow.id)
        .where(AliasRow.url == url)
        .order_by(ArticleRow.id)
        .limit(1)
    )
    row = row or session.scalar(
        select(ArticleRow)
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .join(VersionCaptureRow, VersionCaptureRow.version_id == VersionRow.id)
        .join(CaptureRow, CaptureRow.id == VersionCaptureRow.capture_id)
        .where(CaptureRow.url == url)
        .order_by(ArticleRow.id)
        .limit(1)
    )
    return article_record(row) if row else None


# ------------------------------------------------------------------ versions and captures


def first_seen_of(session: Session, articles: Collection[int]) -> dict[int, dt.datetime]:
    """When each of these articles was first archived."""
    rows = session.execute(select(ArticleRow.id, ArticleRow.first_seen).where(ArticleRow.id.in_(articles)))
    return {article: first_seen for article, first_seen in rows}  # noqa: C416 - rows are not pairs to mypy


def versions(session: Session, article_id: int) -> list[Version]:
    """All versions of an article, the oldest first."""
    return _read(session, _versions().where(VersionRow.article_id == article_id))


def versions_of(session: Session, articles: Collection[int]) -> dict[int, list[Version]]:
    """All versions of these articles, in one query."""
    found = _read(session, _versions().where(VersionRow.article_id.in_(articles)))
    return {article: [*group] for article, group in groupby(found, key=lambda one: one.article_id)}


def version(session: Session, article_id: int, number: int | None = None) -> Version | None:
    """A version of an article; the newest if no number is given."""
    wanted = VersionRow.number == (ArticleRow.newest if number is None else number)
    found = _read(session, _versions().where(VersionRow.article_id == article_id, wanted))
    return found[0] if found else None


def versions_at(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Version]:
    """Those of these versions that exist, by article id and number, in one query.

    It has two conditions instead of one on pairs, for which SQLite would read the whole table.
    """
    ids, numbers = {article for article, _ in places}, {number for _, number in places}
    wanted = _versions().where(VersionRow.article_id.in_(ids), VersionRow.number.in_(numbers))
    return {(found.article_id, found.number): found for found in _read(session, wanted)}


def newest_versions(session: Session, *, after: int = 0, limit: int = 500) -> list[Version]:
    """The newest version of each article whose id is greater than ``after``, by article id."""
    newest = _versions().where(ArticleRow.id > after, VersionRow.number == ArticleRow.newest)
    return _read(session, newest.limit(limit))


def _versions() -> Select[VersionRow, int]:
    joined = select(VersionRow, ArticleRow.policy_id).join(ArticleRow, VersionRow.article_id == ArticleRow.id)
    return joined.order_by(VersionRow.article_id, VersionRow.number)


def _read(session: Session, query: Select[VersionRow, int]) -> list[Version]:
    pairs = session.execute(query).all()
    ids = [row.id for row, _ in pairs]
    from storage.articles.attachments import files_of  # here: that module imports this one

    captures, files = _captures(session, ids), files_of(session, ids)
    words = _keywords(session, ids)
    return [
        version_record(
            row,
            policy_id,
            captures=captures.get(row.id, ()),
            keywords=words.get(row.id, ()),
            files=files.get(row.id, ()),
        )
        for row, policy_id in pairs
    ]


def _captures(session: Session, version_ids: Collection[int]) -> dict[int, tuple[Capture, ...]]:
    query = (
        select(VersionCaptureRow.version_id, CaptureRow)
        .join(CaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
        .where(VersionCaptureRow.version_id.in_(version_ids))
        .order_by(VersionCaptureRow.version_id, VersionCaptureRow.page)
    )
    rows = session.execute(query)
    return {
        version_id: tuple(capture_record(row) for _, row in group)
        for version_id, group in groupby(rows, key=itemgetter(0))
    }


def _keywords(session: Session, version_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The keywords of each of these versions, by version row id."""
    query = (
        select(KeywordRow.version_id, KeywordRow.word)
        .where(KeywordRow.version_id.in_(version_ids))
        .order_by(KeywordRow.version_id, KeywordRow.rank)
    )
    rows = session.execute(query)
    return {
        version_id: tuple(word for _, word in group) for version_id, group in groupby(rows, key=itemgetter(0))
    }


# ------------------------------------------------------------------ changes of an article


def change_kinds(session: Session, article_id: int) -> dict[int, str]:
    """The kind of change that made each version of an article, by version number."""
    query = select(ChangeRow.version, ChangeRow.kind).where(ChangeRow.article_id == article_id)
    rows = session.execute(query.order_by(ChangeRow.id.desc())).all()
    return {row.version: row.kind for row in rows}


def availability_changes(session: Session, article_id: int) -> list[Change]:
    """The changes by which an article was withdrawn, restored or moved, the oldest first."""
    kinds = ChangeRow.kind.in_(["withdrawn", "restored", "moved"])
    query = select(ChangeRow).where(ChangeRow.article_id == article_id, kinds).order_by(ChangeRow.id)
    return [change_record(row) for row in session.scalars(query)]


# ------------------------------------------------------------------ overview


@frozen(kw_only=True)
class Totals:
    """Row counts of the archive."""

    policies: int
    articles: int
    versions: int
    captures: int
    changes: int


@frozen(kw_only=True)
class PortalOverview:
    """A portal's counts and its last run. ``newest`` is the time of its newest version; ``missing``
    includes ``withdrawn``."""

    portal: str
    articles: int = 0
    versions: int = 0
    missing: int = 0
    withdrawn: int = 0
    newest: dt.datetime | None = None
    last_run: Run | None = None


def overview(session: Session, portals: Collection[str] = ()) -> list[PortalOverview]:
    """One overview for each portal that is named, crawled or archived, by slug."""
    held = {str(row.portal): row for row in session.execute(_holdings())}
    last = {row.portal: run_record(row) for row in session.scalars(_last_runs())}
    return [_overview(slug, held.get(slug), last.get(slug)) for slug in sorted({*portals, *held, *last})]


def _overview(slug: str, held: Row[Any] | None, last_run: Run | None) -> PortalOverview:
    if held is None:
        return PortalOverview(portal=slug, last_run=last_run)
    return PortalOverview(
        portal=slug,
        articles=held.articles,
        versions=held.versions,
        missing=held.missing,
        withdrawn=held.withdrawn,
        newest=held.newest,
        last_run=last_run,
    )


def _holdings() -> Select[*tuple[Any, ...]]:
    return select(
        ArticleRow.portal,
        func.count().label("articles"),
        func.sum(ArticleRow.newest).label("versions"),
        func.count(ArticleRow.missing_since).label("missing"),
        func.count(ArticleRow.withdrawn_at).label("withdrawn"),
        func.max(ArticleRow.newest_at).label("newest"),
    ).group_by(ArticleRow.portal)


def _last_runs() -> Select[RunRow]:
    crawled = (RunRow.state != "missed", RunRow.kind == "crawl")
    last = select(func.max(RunRow.id)).where(*crawled).group_by(RunRow.portal)
    return select(RunRow).where(RunRow.id.in_(last))


def totals(session: Session) -> Totals:
    """Row counts of the archive."""
    tables = (PolicyRow, ArticleRow, VersionRow, CaptureRow, ChangeRow)
    names = ("policies", "articles", "versions", "captures", "changes")
    counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    return Totals(**dict(zip(names, counts, strict=True)))
