"""The change feed's only writer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from attrs import asdict, evolve
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from policy.records import Change, ChangeKind
from storage.tables import ArticleRow, ChangeRow, CursorRow
from storage.writes import insert, insert_unless_there, lock_feed


def add_change(session: Session, change: Change) -> Change:
    """The change with its id in the feed. The caller holds the feed's lock, so that ids appear in
    commit order."""
    columns = asdict(change, filter=lambda attribute, _: attribute.name != "id")
    return evolve(change, id=insert(session, ChangeRow, **columns))


def tell(
    session: Session,
    row: ArticleRow,
    kind: ChangeKind,
    at: dt.datetime,
    run_id: int | None,
    *,
    silent: bool = False,
) -> Change:
    """The change, in the feed: something became of the article, of which this is the newest version."""
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


# ------------------------------------------------------------- how far each follower has read the change feed


def cursor(session: Session, name: str) -> int:
    """The id of the last change that the follower has read; 0 before the first."""
    return session.scalar(select(CursorRow.position).where(CursorRow.name == name)) or 0


def held_cursor(session: Session, name: str) -> int:
    """The same, held until the transaction ends: a second follower of that name waits."""
    insert_unless_there(session, CursorRow, name=name, position=0)
    held = select(CursorRow.position).where(CursorRow.name == name).with_for_update()
    return session.scalars(held).one()


def move_cursor(session: Session, name: str, position: int) -> None:
    """Remember that all changes up to ``position`` are read."""
    insert_unless_there(session, CursorRow, name=name, position=position)
    session.execute(update(CursorRow).where(CursorRow.name == name).values(position=position))
