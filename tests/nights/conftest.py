"""Nights: a mock site, a home, and crawls of real declarations in processes of their own.

A crawl needs a process: Twisted's reactor starts once in each. It is forked from an interpreter that has
imported the project; a home with a ``pythonpath`` starts an interpreter, as its ``sitecustomize`` is to be
loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import field, frozen

from policy.records import Capture, Change, Version
from policy.records.runs import Run
from storage import change_feed, queries
from storage.database import Database, open_database, upgrade
from storage.runs import leases
from tests.forkserver import ForkServer, Process
from tests.mocksite.site import CHECKOUT, MockSite
from tests.storage.builders import captures_of

Child = subprocess.Popen[str] | Process
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTS = (
    *("https://www.ndrc.gov.cn", "https://www.most.gov.cn", "https://www.gov.cn", "https://news.bjx.com.cn"),
    *("https://m.bjx.com.cn", "https://fd.bjx.com.cn", "http://127.0.0.1:1"),
    *(
        "https://services.example",
        "https://www.twins.example",
        "https://bureau.twins.example",
        "https://bad.example",
        "https://scripted.example",
    ),
)
CONFIG = """\
contact = "nights@example.org"
portal_packages = {packages}
[crawl]
delay = {delay}
{crawl}
timeout = {timeout}
time_limit_minutes = {minutes}
max_bytes = 20000000
heartbeat = 1.0
first_crawl_days = 90
[network]
allow = ["127.0.0.1:{port}"]
[network.connect]
{connect}
"""


@frozen(kw_only=True)
class Home:
    """A home whose portals are the mock site; crawls are child processes."""

    path: Path
    site: MockSite
    pythonpath: str = ""
    forkserver: ForkServer | None = None
    children: list[Child] = field(factory=list, repr=False)

    def configure(
        self,
        *,
        timeout: float = 20,
        limit: float = 60,
        packages: Sequence[str] = ("crawler.portals",),
        delay: float = 0,
        crawl: str = "",
    ) -> None:
        """Write its configuration; ``crawl`` are more lines of that table."""
        connect = "\n".join(f'"{host}" = "{self.site.origin}"' for host in HOSTS)
        text = CONFIG.format(
            timeout=float(timeout),
            minutes=limit / 60,
            port=self.site.port,
            connect=connect,
            packages=json.dumps(packages),
            delay=float(delay),
            crawl=crawl,
        )
        (self.path / "polarchive.toml").write_text(text, encoding="utf-8")

    def prepare(self, cache: Path) -> None:
        """Make its tables, a copy of those beside ``cache``, where the dictionary of keywords is kept."""
        self.path.mkdir()
        (self.path / "cache").symlink_to(cache)
        tables = cache.with_name("polarchive.db")
        if not tables.exists():
            upgrade(f"sqlite:///{tables}")
        copyfile(tables, self.path / "polarchive.db")

    def start(self, slug: str, *options: str) -> Child:
        """A crawl that has begun."""
        return self.run("crawl", slug, "--json", *options)

    def run(self, *command: str) -> Child:
        """A command that has begun, in an interpreter of its own where no fork server is given."""
        arguments = ["-m", "cli", "--home", str(self.path), *command]
        path = self.pythonpath or os.environ.get("PYTHONPATH", "")
        environ = {**os.environ, "PYTHONWARNINGS": "error", "PYTHONPATH": path}
        start = self.forkserver.start if self.forkserver else self._interpreter
        child = start(arguments, environ)
        self.children.append(child)
        return child

    @staticmethod
    def _interpreter(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """Leave no process behind a test that failed."""
        for child in self.children:
            child.kill()
            if child.returncode is None:
                child.communicate()

    def crawl(self, slug: str, *options: str, expect: int = 0) -> dict[str, Any]:
        """The row of a crawl from beginning to end."""
        child = self.start(slug, *options)
        out, err = child.communicate(timeout=180)
        assert child.returncode == expect, f"exit {child.returncode}\n{out}\n{err}"
        row: dict[str, Any] = json.loads(out.strip().splitlines()[-1]) if out.strip() else {}
        return row

    def ask(self, *command: str) -> Any:
        """The JSON that a command says."""
        child = self.run(*command)
        out, err = child.communicate(timeout=180)
        assert child.returncode == 0, f"exit {child.returncode}\n{out}\n{err}"
        return json.loads(out)

    def database(self) -> Database:
        """The archive."""
        return open_database(f"sqlite:///{self.path / 'polarchive.db'}")

    def newest(self) -> dict[str, Version]:
        """The newest version of every article, by portal and key."""
        with self.database() as database, database.read() as session:
            found = queries.newest_versions(session)
        return {f"{v.article.portal}/{v.article.key}": v for v in found}

    def changes(self) -> list[Change]:
        """The whole feed."""
        with self.database() as database, database.read() as session:
            return change_feed.changes(session)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        with self.database() as database, database.read() as session:
            return leases.run_history(session)

    def captures(self, url: str) -> list[Capture]:
        """The captures of an address, the newest first."""
        with self.database() as database, database.read() as session:
            return captures_of(session, url)


@pytest.fixture(scope="session")
def mocksite() -> Iterator[MockSite]:
    """One server for all nights; each test uses addresses or a state of its own."""
    with MockSite() as site:
        yield site


@pytest.fixture
def site(mocksite: MockSite) -> MockSite:
    """The mock site, empty."""
    mocksite.clear()
    return mocksite


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the dictionary of keywords lies."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def home(tmp_path: Path, site: MockSite, cache: Path, forkserver: ForkServer) -> Iterator[Home]:
    """An empty home that crawls the mock site."""
    home = Home(path=tmp_path / "home", site=site, forkserver=forkserver)
    home.prepare(cache)
    home.configure()
    yield home
    home.end()
