"""Insert unless it is there: the one statement that both databases spell in their own dialect."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert_unless_there(session: Session, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that any unique index turns into nothing; with RETURNING it says whether it did."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(row).on_conflict_do_nothing()
    return sqlite.insert(row).on_conflict_do_nothing()
