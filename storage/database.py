"""The database: SQLite in WAL mode, or PostgreSQL through psycopg 3, with the same models and migrations.

Sessions, INSERT statements that are compiled once, and locks. Saving an article writes a dozen rows; the
ORM's unit of work would take longer than the database.

pysqlite's own transaction control silently loses updates. So writers begin with ``BEGIN IMMEDIATE``, and
readers have a read-only snapshot.
https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Self, cast

from attrs import frozen
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker
from sqlalchemy.sql.dml import Insert, ReturningInsert

from policy.errors import ArchiveError
from storage import migrations
from storage.plain_reads import Select, expand
from storage.tables import AliasRow, ArticleRow, Base, VersionRow

_SQLITE = (
    *("foreign_keys=ON", "busy_timeout=30000", "synchronous=FULL"),
    *("cache_size=-32768", "wal_autocheckpoint=8000"),
)
"""A page cache of 32 MB, because the fingerprint index is read in random order; a checkpoint every 8,000
pages of WAL, because with 1,000 every eighth article of a large archive would wait for one."""
_WAL_TRIES, _WAL_PAUSE = 200, 0.05
"""The number of tries, and the seconds between two."""
_READER: dict[str, dict[str, Any]] = {
    "sqlite": {"sqlite_begin": "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class _Session(Session):
    """A session that refuses to update or delete versions."""


@frozen
class Database:
    """An open archive. A session belongs to one thread; the database may be shared."""

    engine: Engine
    _writers: sessionmaker[_Session]
    _readers: sessionmaker[_Session]

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back if anything raises."""
        with self._writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only session on one snapshot."""
        with self._readers() as session:
            yield session

    @contextmanager
    def select(self) -> Iterator[Select]:
        """A function that runs plain SELECT statements on one snapshot: see :mod:`storage.plain_reads`."""
        with self.read() as session:
            connection = session.connection()
            mark = "%s" if connection.dialect.name == "postgresql" else "?"
            yield lambda statement, *values: [
                tuple(row) for row in connection.exec_driver_sql(*expand(statement, values, mark))
            ]

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(url: str) -> Database:
    """Open the archive at ``url``; raises like :func:`check`."""
    check(url)
    engine = _engine(url, wal=True)
    reader = engine.execution_options(**_READER[engine.dialect.name])
    return Database(engine, _sessions(engine), _sessions(reader))


def check(url: str) -> None:
    """Raise NewerDatabase for a database of a later release, ArchiveError for an older one, a missing one,
    or a file that is no database. Changes nothing."""
    if _is_missing(_parsed(url)):
        raise ArchiveError(f"{_without_password(url)}: there is no archive yet; run polarchive init")
    with connected(url, wal=False) as connection:
        migrations.refuse_other_revision(connection, _without_password(url))


def is_new(url: str) -> bool:
    """Whether the database has no tables yet. Raises ArchiveError for a file that is no database."""
    if _is_missing(_parsed(url)):
        return True
    with connected(url, wal=False) as connection:
        return not inspect(connection).get_table_names()


def upgrade(url: str) -> None:
    """Create all tables, or migrate them, in one transaction."""
    _make_folder(_parsed(url))
    if not _is_missing(_parsed(url)):
        with connected(url, wal=False) as connection:
            migrations.refuse_newer(connection, _without_password(url))
    with connected(url, wal=True) as connection:
        migrations.run_migrations(connection)


@contextmanager
def connected(url: str, *, wal: bool) -> Iterator[Connection]:
    engine = _engine(url, wal=wal)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise ArchiveError(f"{_without_password(url)}: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()


def _engine(url: str, *, wal: bool) -> Engine:
    engine = create_engine(
        _parsed(url),
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        pool_pre_ping=_parsed(url).get_backend_name() == "postgresql",
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare, wal=wal))
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object, *, wal: bool) -> None:
    connection.isolation_level = None
    for pragma in _SQLITE:
        connection.execute(f"PRAGMA {pragma}").close()
    if wal:
        _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Changing the journal mode ignores ``busy_timeout``, so it is retried: another process that creates
    the same archive finishes in a moment."""
    for left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA query_only={how == 'DEFERRED'}")
    connection.exec_driver_sql(f"BEGIN {how}")


def _sessions(engine: Engine) -> sessionmaker[_Session]:
    return sessionmaker(engine, class_=_Session, expire_on_commit=False)


@event.listens_for(_Session, "do_orm_execute")
def _refuse(state: ORMExecuteState) -> None:
    changes = state.is_update or state.is_delete
    if changes and state.bind_mapper is not None and state.bind_mapper.class_ is VersionRow:
        raise ArchiveError("versions are append-only")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ArchiveError(f"database: {url!r} is not a database URL") from error
    if parsed.get_backend_name() not in _READER:
        raise ArchiveError(f"database: sqlite or postgresql, not {parsed.get_backend_name()}")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ArchiveError(f"database: {url!r} names no file")
    return parsed


def _without_password(url: str) -> str:
    return _parsed(url).render_as_string(hide_password=True)


def _is_missing(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def _make_folder(url: URL) -> None:
    if url.get_backend_name() != "sqlite":
        return
    try:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{url.database}: {error.strerror}") from error


# ------------------------------------------------------------------ INSERT statements


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
    made = dialect_insert(table, dialect)
    inserted: Insert = made.on_conflict_do_nothing() if ignore else made
    return inserted.returning(*table.primary_key)


def dialect_insert(table: Table, dialect: str) -> Any:
    """An INSERT of the dialect, which has ON CONFLICT. PostgreSQL's is imported only where it is used."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


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
