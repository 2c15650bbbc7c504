"""Fixtures for all rooms: the archive on either database."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile, disk_usage

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from storage.database import Database, open_database, upgrade
from tests import postgres
from tests.forkserver import ForkServer

pytest_plugins = ["tests.fast"]

# A commit to SQLite waits for the disk, some ms each: where memory is plenty, the files of tests lie there.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free > 4_000_000_000:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# Speed is for the benchmarks to say: a busy machine fails no property.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--no-skips``, which CI sets."""
    parser.addoption("--no-skips", action="store_true", help="fail when a test was skipped")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Print below pytest's own summary which tests did not run, and fail if none may be skipped."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in reporter.getreports("skipped")
    )
    if not reasons:
        return
    strict = session.config.getoption("--no-skips")
    if strict and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    not_run = "; ".join(f"{count} × {reason}" for reason, count in reasons.items())
    reporter.write_line(f"NOT RUN: {not_run}", red=strict, yellow=not strict)


@pytest.fixture(params=["sqlite", "postgresql"], ids=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server for all tests, started by the first that needs it."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_copies(postgres_server: str) -> Iterator[postgres.Copies]:
    """PostgreSQL databases with all tables, copied from one."""
    with postgres.new_database(postgres_server) as url:
        upgrade(url)
        with closing(postgres.Copies(postgres_server, str(make_url(url).database))) as copies:
            yield copies


@pytest.fixture(scope="session")
def forkserver() -> Iterator[ForkServer]:
    """An interpreter that has imported the project and forks for each command."""
    with ForkServer() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "polarchive.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'polarchive.db'}"
        return
    with postgres.new_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own with all tables."""
    if engine == "sqlite":
        copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "polarchive.db")
        yield f"sqlite:///{tmp_path / 'polarchive.db'}"
        return
    copies: postgres.Copies = request.getfixturevalue("postgres_copies")
    with copies.lend() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open archive, once on SQLite and once on PostgreSQL."""
    with open_database(database_url) as opened:
        yield opened
