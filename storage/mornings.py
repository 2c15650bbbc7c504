"""What a morning report and a diary are made of."""

from __future__ import annotations

import datetime as dt
from typing import cast

from attrs import frozen
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from policy.records import ChangeKind
from policy.runs import Run
from storage.models import ArticleRow, ChangeRow, PolicyRow, RunRow
from storage.rows import run_record

_CRAWLS = (RunRow.kind == "crawl", RunRow.state != "running")


@frozen(kw_only=True)
class Told:
    """A change with the article it is of."""

    portal: str
    kind: ChangeKind
    title: str
    url: str


def diary(session: Session, portal: str, *, limit: int, until: dt.datetime | None = None) -> list[Run]:
    """The portal's last crawls and acceptances whose slot is before ``until``, the oldest first, without
    their readings."""
    entered = (RunRow.kind.in_(["crawl", "acceptance"]), RunRow.state != "running")
    query = select(RunRow).options(defer(RunRow.readings)).where(RunRow.portal == portal, *entered)
    query = query.where(RunRow.slot < until) if until else query
    rows = session.scalars(query.order_by(RunRow.slot.desc(), RunRow.id.desc()).limit(limit))
    return [run_record(row, readings=False) for row in reversed(rows.all())]


def ran(session: Session, first: dt.datetime, last: dt.datetime) -> list[str]:
    """The portals with a crawl whose slot lies between both, the last excluded."""
    query = select(RunRow.portal).where(RunRow.slot >= first, RunRow.slot < last, *_CRAWLS).distinct()
    return sorted(session.scalars(query))


def newest_slot(session: Session) -> dt.datetime | None:
    """The newest slot of any crawl."""
    return session.scalar(select(func.max(RunRow.slot)).where(*_CRAWLS))


def told(session: Session, run_ids: list[int], *, limit: int) -> list[Told]:
    """What these runs changed and somebody may be told, the newest first."""
    query = (
        select(ChangeRow.kind, ArticleRow.portal, ArticleRow.title, ArticleRow.url, PolicyRow.merged_into)
        .join(ArticleRow, ArticleRow.id == ChangeRow.article_id)
        .join(PolicyRow, PolicyRow.id == ChangeRow.policy_id)
        .where(ChangeRow.run_id.in_(run_ids), ChangeRow.quiet.is_(False))
        .order_by(ChangeRow.id.desc())
    )
    return [
        Told(portal=portal, kind=_kind(kind, into), title=title, url=url)
        for kind, portal, title, url, into in session.execute(query.limit(limit))
    ]


def _kind(kind: str, merged_into: int | None) -> ChangeKind:
    """A policy that turned out to be another was a source of that one."""
    told = "source_added" if kind == "new_policy" and merged_into is not None else kind
    return cast("ChangeKind", told)


def behind(session: Session, position: int) -> int:
    """How many changes lie after a follower's position."""
    return session.scalar(select(func.count()).where(ChangeRow.id > position)) or 0
