"""Totals of the archive, and an overview of each portal with its last run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from attrs import frozen
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from policy.records.runs import Run
from storage.rows import run_record
from storage.tables import ArticleRow, CaptureRow, ChangeRow, PolicyRow, RunRow, VersionRow


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
