"""The change feed: the only writer of changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from attrs import asdict, evolve
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from policy.records import Change, ChangeKind
from storage.tables import ArticleRow, ChangeRow
from storage.writes import insert, lock_feed


def add_change(session: Session, change: Change) -> Change:
    """Append a change; returns it with its id. The caller holds the feed's lock, so that ids appear in commit
    order."""
    columns = asdict(change, filter=lambda attribute, _: attribute.name != "id")
    return evolve(change, id=insert(session, ChangeRow, **columns))


def record_change(
    session: Session,
    row: ArticleRow,
    kind: ChangeKind,
    at: dt.datetime,
    run_id: int | None,
    *,
    silent: bool = False,
) -> Change:
    """Append a change of ``kind`` of the article at its newest version; takes the feed's lock."""
    lock_feed(session)
    change = Change(
        id=0,
        kind=kind,
        policy_id=row.policy_id,
        article_id=row.id,
        version=row.newest,
        at=at.astimezone(dt.UTC),
        silent=silent,
        run_id=run_id,
    )
    return add_change(session, change)


def first_change_at(session: Session, policies: Collection[int]) -> dt.datetime:
    """The time of the first change of any of these policies, of which there must be one."""
    return session.scalars(select(func.min(ChangeRow.at)).where(ChangeRow.policy_id.in_(policies))).one()
