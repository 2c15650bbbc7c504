"""Plain INSERTs, compiled once: an article is a dozen rows, and the unit of work of the ORM would
take longer than the database."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from storage.models import Base


def insert(session: Session, row: type[Base], **values: object) -> Any:
    """The primary key (its first column) of the row inserted."""
    statement = _statement(row, session.get_bind().dialect.name, ignore=False)
    return session.connection().execute(statement, values).scalar_one()


def insert_unless_there(session: Session, row: type[Base], **values: object) -> Any | None:
    """The same; None when a unique index has it already, from this or another transaction."""
    statement = _statement(row, session.get_bind().dialect.name, ignore=True)
    return session.connection().execute(statement, values).scalar()


@cache
def _statement(row: type[Base], dialect: str, *, ignore: bool) -> ReturningInsert[*tuple[Any, ...]]:
    table = cast("Table", row.__table__)  # every row of ours is a table's
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return (made.on_conflict_do_nothing() if ignore else made).returning(*table.primary_key)
