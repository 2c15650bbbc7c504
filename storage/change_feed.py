"""The change feed: changes in commit order, and the consumers that follow them, each with its own cursor.

A save appends changes; linking, regrouping, keywords and alerts read them on the loop of
:func:`consume_changes`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import asdict, evolve
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from policy.records import Change, ChangeKind
from storage.database import Database, insert, insert_unless_there, lock_feed
from storage.rows import change_record
from storage.tables import ArticleRow, ChangeRow, CursorRow

# ------------------------------------------------------------------ writing


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


# ------------------------------------------------------------------ reading


def changes(session: Session, after: int = 0, limit: int = 500) -> list[Change]:
    """The changes after the id ``after``, in commit order."""
    query = select(ChangeRow).where(ChangeRow.id > after).order_by(ChangeRow.id).limit(limit)
    return [change_record(row) for row in session.scalars(query)]


def every_change(session: Session, *, after: int = 0, batch: int = 500) -> Iterator[Change]:
    """All changes after the id ``after``, read in batches."""
    while found := changes(session, after=after, limit=batch):
        yield from found
        after = found[-1].id


def changes_after(session: Session, position: int) -> int:
    """How many changes the feed has behind ``position``."""
    return session.scalar(select(func.count()).where(ChangeRow.id > position)) or 0


def last_change(session: Session) -> int:
    """The id of the newest change; 0 if there is none."""
    return session.scalar(select(func.max(ChangeRow.id))) or 0


# ------------------------------------------------------------------ consumers


Work = TypeVar("Work")
Progress = Callable[[int, int], None]
"""Called with the number of changes read so far and the number there are."""


def consume_changes(
    database: Database,
    name: str,
    *,
    batch: int,
    prepare: Callable[[Sequence[Change]], Work],
    apply: Callable[[Session, Work], int],
    progress: Progress = lambda done, total: None,
    until: int | None = None,
) -> int:
    """Read the change feed to its end, or to the change ``until``, as the consumer ``name``; returns the sum
    of what ``apply`` returned.

    ``prepare`` gets up to ``batch`` changes, in feed order, and does the slow part outside of the final
    transaction. ``apply`` writes the result in the transaction that also moves the cursor. Two processes may
    run the same consumer: the work of the slower is dropped, so what ``prepare`` itself writes must be
    repeatable.
    """
    total, read = 0, 0
    with database.read() as session:
        unread = lag(session, name)
    while True:
        with database.read() as session:
            start = cursor(session, name)
            batch_changes = changes(session, after=start, limit=batch)
            batch_changes = [each for each in batch_changes if until is None or each.id <= until]
        if not batch_changes:
            return total
        work = prepare(batch_changes)
        with database.write() as session:
            if lock_cursor(session, name) == start:
                total += apply(session, work)
                move_cursor(session, name, batch_changes[-1].id)
        read += len(batch_changes)
        progress(read, max(read, unread))


def cursor(session: Session, name: str) -> int:
    """The id of the last change that the consumer has processed; 0 before the first."""
    return session.scalar(select(CursorRow.position).where(CursorRow.name == name)) or 0


def lag(session: Session, name: str) -> int:
    """How many changes the consumer has not processed yet."""
    return changes_after(session, cursor(session, name))


def lock_cursor(session: Session, name: str) -> int:
    """The same, with the cursor's row locked until the transaction ends: other processes wait."""
    insert_unless_there(session, CursorRow, name=name, position=0)
    query = select(CursorRow.position).where(CursorRow.name == name).with_for_update()
    return session.scalars(query).one()


def move_cursor(session: Session, name: str, position: int) -> None:
    """Save that the consumer has processed all changes up to ``position``."""
    insert_unless_there(session, CursorRow, name=name, position=position)
    session.execute(update(CursorRow).where(CursorRow.name == name).values(position=position))
