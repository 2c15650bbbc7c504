"""INSERT statements compiled once, and locks.

Saving an article writes a dozen rows; the ORM's unit of work would take longer than the database.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from storage.tables import AliasRow, ArticleRow, Base


def insert(session: Session, row: type[Base], **values: object) -> Any:
    """Insert a row; returns its primary key (the first column of it)."""
    statement = _statement(row, session.get_bind().dialect.name, ignore=False)
    return session.connection().execute(statement, values).scalar_one()


def insert_unless_there(session: Session, row: type[Base], **values: object) -> Any | None:
    """The same, but returns None if a unique index already has the row, from this or another transaction."""
    statement = _statement(row, session.get_bind().dialect.name, ignore=True)
    return session.connection().execute(statement, values).scalar()


@cache
def _statement(row: type[Base], dialect: str, *, ignore: bool) -> ReturningInsert[*tuple[Any, ...]]:
    table = cast("Table", row.__table__)  # every row of ours is a table's
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return (made.on_conflict_do_nothing() if ignore else made).returning(*table.primary_key)


# ------------------------------------------------------------------ transaction locks


_FEED = select(func.pg_advisory_xact_lock(7_022_302))  # any number of our own
_ARTICLE = (
    select(ArticleRow)
    .where(ArticleRow.portal == bindparam("portal"), ArticleRow.key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ALIAS = (
    select(ArticleRow)
    .join(AliasRow, AliasRow.article_id == ArticleRow.id)
    .where(AliasRow.portal == bindparam("portal"), AliasRow.key == bindparam("key"))
    .with_for_update(of=ArticleRow)
    .execution_options(populate_existing=True)
)


def lock_article(session: Session, portal: str, key: str) -> ArticleRow | None:
    """The row of the article with this key or alias, locked until the transaction ends."""
    asked = {"portal": portal, "key": key}
    return session.scalar(_ARTICLE, asked) or session.scalar(_ALIAS, asked)


def lock_feed(session: Session) -> bool:
    """On PostgreSQL, lock the change feed until the transaction ends, so that ids appear in commit order;
    returns True, since others may have written while this process waited. SQLite has a single writer."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(_FEED)
    return True
