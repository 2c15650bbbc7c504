"""Reading an archive by plain SELECT statements, for what must be fast, as a search.

A SQLite archive is read through :mod:`sqlite3`: importing SQLAlchemy and mapping all tables takes twice as
long as a search. Any other database is read through SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from policy.errors import ArchiveError
from storage import migrations

Select = Callable[..., list[tuple[Any, ...]]]
"""Runs a SELECT statement with ``?`` for the values that follow it and ``IN (?)`` for lists; returns
the rows."""
_SQLITE = "sqlite:///"


class PlainReader(Protocol):
    """An open archive; :class:`storage.database.Database` is one."""

    def select(self) -> AbstractContextManager[Select]:
        """A function that reads one snapshot of the database."""


@frozen
class SqliteReader:
    """A SQLite archive that is only read."""

    url: str
    path: Path

    @contextmanager
    def select(self) -> Iterator[Select]:
        """A function that reads one snapshot of the database; raises ArchiveError."""
        try:
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                for statement in ("PRAGMA query_only=ON", "PRAGMA busy_timeout=30000", "BEGIN DEFERRED"):
                    connection.execute(statement).close()
                yield lambda statement, *values: connection.execute(
                    *expand(statement, values, "?")
                ).fetchall()
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise ArchiveError(f"{self.url}: {error}") from error


def sqlite_reader(url: str) -> SqliteReader | None:
    """The reader of a SQLite archive; raises like :func:`storage.database.open_database`. None for any other
    database, and for a URL with parameters."""
    path = url.removeprefix(_SQLITE)
    if path == url or path in {"", ":memory:"} or not {"?", "%"}.isdisjoint(path):
        return None
    if not Path(path).is_file():
        raise ArchiveError(f"{url}: there is no archive yet; run polarchive init")
    reader = SqliteReader(url, Path(path))
    with reader.select() as select:
        stored = select("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        revisions = select("SELECT version_num FROM alembic_version") if stored else []
    migrations.refuse_revision(next((revision for (revision,) in revisions), None), url)
    return reader


def expand(statement: str, values: Sequence[Any], mark: str) -> tuple[str, tuple[Any, ...]]:
    """A statement with a mark for each value, and the values without lists: ``IN (?)`` takes a list."""
    parts, flat = statement.split("?"), list[Any]()
    text = parts[0]
    for value, part in zip(values, parts[1:], strict=True):
        of_list = value if isinstance(value, list) else [value]
        flat += of_list
        text += (", ".join([mark] * len(of_list)) or "NULL") + part
    return text, tuple(flat)
