"""Homes whose portals stand on loopback, and schedulers as processes of their own.

A scheduler is a process: it is told to stop by signals, is killed, and starts crawls as its children.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import field, frozen

from policy.records.runs import Run
from samples.stage import free_port, fresh_home, site
from storage import queries
from storage.database import Database, open_database, upgrade
from storage.runs import leases
from tests.mocksite.site import CHECKOUT, MockSite

PAPERS = "http://127.0.0.1:1/tz/"
"""The one section of the loopback portal."""
LOOPBACK = """\
portal_packages = ["tests.mocksite.portals"]
contact = "clock@example.org"
[crawl]
delay = 0.0
heartbeat = 1.0
timeout = 5.0
[network.connect]
"http://127.0.0.1:1" = "{origin}"
[portals.services]
enabled = false
[schedule]
spread_minutes = 0.0
"""


@frozen(kw_only=True)
class Home:
    """A home, and the processes that work on it."""

    path: Path
    children: list[subprocess.Popen[str]] = field(factory=list, repr=False)

    def configure(self, text: str) -> None:
        """Write its configuration."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "polarchive.toml").write_text(text, encoding="utf-8")

    def schedule(self, line: str) -> None:
        """Add a line to the schedule, the last table."""
        file = self.path / "polarchive.toml"
        file.write_text(f"{file.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")

    def scheduler(self, *options: str) -> subprocess.Popen[str]:
        """A scheduler that has begun."""
        return self._start("scheduler.py", "--home", str(self.path), *options)

    def polarchive(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that has begun."""
        return self._start("-m", "cli", "--home", str(self.path), *arguments)

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.children.append(child)
        return child

    def end(self) -> None:
        """Leave no process behind a test that failed."""
        for child in self.children:
            if child.poll() is None:
                child.terminate()
            if child.stdout and not child.stdout.closed:
                child.communicate()

    def database(self) -> Database:
        """The archive, with all tables."""
        url = f"sqlite:///{self.path / 'polarchive.db'}"
        upgrade(url)
        return open_database(url)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        with self.database() as database, database.read() as session:
            return leases.run_history(session)

    def articles(self) -> int:
        """How many articles are archived."""
        with self.database() as database, database.read() as session:
            return queries.totals(session).articles


def ended(child: subprocess.Popen[str], expect: int = 0) -> str:
    """What a process said, once it ended as expected."""
    out, err = child.communicate(timeout=180)
    assert child.returncode == expect, f"exit {child.returncode}\n{out}\n{err}"
    return out


@pytest.fixture(scope="session")
def server() -> Iterator[MockSite]:
    with MockSite() as site:
        yield site


@pytest.fixture
def papers(server: MockSite) -> MockSite:
    """The mock site, empty."""
    server.clear()
    return server


@pytest.fixture
def home(tmp_path: Path, papers: MockSite) -> Iterator[Home]:
    """A home with one portal, the mock site."""
    made = Home(path=tmp_path / "home")
    made.configure(LOOPBACK.format(origin=papers.origin))
    yield made
    made.end()


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[Home]:
    """A home with the three sample portals."""
    made, port = Home(path=tmp_path / "samples"), free_port()
    with site(port, night=1):
        fresh_home(made.path, site=port, mail=free_port())
        yield made
        made.end()
