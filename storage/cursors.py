"""How far each follower has read the change feed.

A follower reads ``queries.changes(after=cursor(…))``, does its work and moves its cursor in the
transaction of that work.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.inserts import insert_unless_there
from storage.models import CursorRow


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
