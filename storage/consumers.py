"""The cursors of the change feed's consumers, and the loop on which they read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from policy.records import Change
from storage import queries
from storage.database import Database
from storage.tables import CursorRow
from storage.writes import insert_unless_there

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
) -> int:
    """Read the change feed to its end as the consumer ``name``; returns the sum of what ``apply`` returned.

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
            changes = queries.changes(session, after=start, limit=batch)
        if not changes:
            return total
        work = prepare(changes)
        with database.write() as session:
            if lock_cursor(session, name) == start:
                total += apply(session, work)
                move_cursor(session, name, changes[-1].id)
        read += len(changes)
        progress(read, max(read, unread))


def cursor(session: Session, name: str) -> int:
    """The id of the last change that the consumer has processed; 0 before the first."""
    return session.scalar(select(CursorRow.position).where(CursorRow.name == name)) or 0


def lag(session: Session, name: str) -> int:
    """How many changes the consumer has not processed yet."""
    return queries.changes_after(session, cursor(session, name))


def lock_cursor(session: Session, name: str) -> int:
    """The same, with the cursor's row locked until the transaction ends: other processes wait."""
    insert_unless_there(session, CursorRow, name=name, position=0)
    query = select(CursorRow.position).where(CursorRow.name == name).with_for_update()
    return session.scalars(query).one()


def move_cursor(session: Session, name: str, position: int) -> None:
    """Save that the consumer has processed all changes up to ``position``."""
    insert_unless_there(session, CursorRow, name=name, position=position)
    session.execute(update(CursorRow).where(CursorRow.name == name).values(position=position))
