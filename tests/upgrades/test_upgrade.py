"""A night after an upgrade makes no version and no alert, though other code reads the pages."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import unpack_archive
from typing import Any, ClassVar

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from attrs import evolve, frozen
from sqlalchemy import MetaData, create_engine, func, select, text

from config import load
from crawler import portals
from crawler.extraction import code_version
from samples.hosts import council
from samples.hosts.html import Answer
from samples.site import Handler, Server, respond
from samples.stage import Mailbox
from storage import change_feed, migrations, queries
from storage.database import connected, open_database
from storage.tables import AnnouncementRow, ArticleRow, DeliveryRow
from tests.cli.conftest import Polarchive

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
STEP = "0018"
SEARCHES: dict[str, Any] = json.loads((HERE / f"searches-{STEP}.json").read_text(encoding="utf-8"))
MOMENT = dt.datetime(2026, 12, 21, 18, 30, tzinfo=dt.UTC)
"""Late enough for every known article to be due, and for the challenge of the second night to be over."""
GONE = "t20261021_1401902"

Dress = Callable[[bytes], bytes]


def as_before(body: bytes) -> bytes:
    return body


def dressed_anew(body: bytes) -> bytes:
    """The page with a clock, a counter and other white space, and the same words."""
    clock = "<div class='clock'>今天是2026年12月22日 星期二 02:30:07</div><!-- served by node 7 -->"
    page = body.replace(b"<body>", f"<body>\n{clock}\n".encode())
    return page.replace(b"</p>", b"  </p>\n\n").replace(b"</body>", b"<script>count(7)</script></body>")


class Site(Handler):
    """The sample portals as at the end of the demo; the challenge before one of their listings is over."""

    dress: ClassVar[Dress]

    def answer(self, host: str, path: str) -> Answer:
        said = respond(host, path, 1 if host.startswith(council.HOST) else 2)
        is_page = said.status == 200 and said.content_type.startswith("text/html")
        return evolve(said, body=type(self).dress(said.body)) if is_page else said


@contextmanager
def sample_site(dress: Dress) -> Iterator[int]:
    """The port of the running site."""
    handler = type("DressedSite", (Site,), {"dress": staticmethod(dress)})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@frozen(kw_only=True)
class State:
    """What must not change: the versions of each article, and the deliveries."""

    versions: dict[str, list[str]]
    deliveries: int


@frozen(kw_only=True)
class Archive:
    """An archive of the earlier release, in a directory of the test's own."""

    home: Path
    mailbox: Mailbox
    polarchive: Polarchive

    def connect_to(self, port: int) -> None:
        """Lead the sample portals to this port."""
        self._configure(r"http://127\.0\.0\.1:\d+", f"http://127.0.0.1:{port}")

    def crawl(self) -> dict[str, str]:
        """The states of the runs of a night."""
        night = [sys.executable, "-m", "tests.upgrades.night", str(self.home), MOMENT.isoformat()]
        path = os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
        ended = subprocess.run(
            night, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True
        )
        answer = json.loads(ended.stdout)
        assert answer["errors"] == []
        states: dict[str, str] = answer["states"]
        return states

    def searches(self) -> dict[str, Any]:
        """What the recorded queries find now."""
        return {query: summary(self.polarchive("search", query, "--json").json) for query in SEARCHES}

    def state(self) -> State:
        with open_database(load(self.home).database_url) as database, database.read() as session:
            newest = queries.newest_versions(session)
            versions = {
                f"{version.article.portal}/{version.article.key}": [
                    earlier.article.text for earlier in queries.versions(session, version.article_id)
                ]
                for version in newest
            }
            deliveries = session.scalar(select(func.count()).select_from(DeliveryRow)) or 0
        return State(versions=versions, deliveries=deliveries)

    def changes(self) -> list[tuple[str, str]]:
        """Kind and article of all changes, in commit order."""
        with open_database(load(self.home).database_url) as database, database.read() as session:
            keys = {row.id: row.key for row in session.execute(select(ArticleRow.id, ArticleRow.key))}
            return [(change.kind, keys[change.article_id]) for change in change_feed.changes(session)]

    def readings(self) -> dict[str, set[str]]:
        """By portal, the fingerprints of the code that read its articles last, those on its site only."""
        codes: dict[str, set[str]] = {}
        for article in self.articles():
            codes.setdefault(article.portal, set()).add(article.last_code)
        return codes

    def seen(self) -> set[dt.date]:
        """The days on which the articles were seen last, those on their sites only."""
        return {article.last_seen.date() for article in self.articles()}

    def articles(self) -> list[ArticleRow]:
        with open_database(load(self.home).database_url) as database, database.read() as session:
            return [*session.scalars(select(ArticleRow).where(ArticleRow.key != GONE))]

    def _configure(self, pattern: str, replacement: str) -> None:
        file = self.home / "polarchive.toml"
        file.write_text(re.sub(pattern, replacement, file.read_text("utf-8")), encoding="utf-8")


def summary(result: dict[str, Any]) -> dict[str, Any]:
    """What was recorded of a search: how many articles, and the hits in order."""
    hits = [{name: hit[name] for name in ("url", "title", "snippet")} for hit in result["hits"]]
    return {"total": result["total"], "hits": hits}


def copy_to_postgresql(file: Path, url: str) -> None:
    """Make the tables of the earlier release in ``url`` and copy all rows of its SQLite file into them."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(migrations.HERE))
    old = create_engine(f"sqlite:///{file}")
    with connected(url, wal=False) as new, old.connect() as source:
        config.attributes["connection"] = new
        command.upgrade(config, STEP)
        new.execute(text("SET LOCAL session_replication_role = replica"))
        new.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        sources, targets = MetaData(), MetaData()
        sources.reflect(source)
        targets.reflect(new)
        for table in targets.sorted_tables:
            rows = [dict(row) for row in source.execute(sources.tables[table.name].select()).mappings()]
            if rows and table.name != "alembic_version":
                new.execute(table.insert(), rows)
            if rows and "id" in table.columns:
                move = "SELECT setval(pg_get_serial_sequence(:name, 'id'), (SELECT max(id) FROM {}))"
                new.execute(text(move.format(table.name)), {"name": table.name})
    old.dispose()


@pytest.fixture
def archive(engine: str, empty_url: str, tmp_path: Path) -> Iterator[Archive]:
    """The earlier archive on either database, upgraded."""
    home = tmp_path / "home"
    unpack_archive(HERE / f"archive-{STEP}.zip", home)
    config = home / "polarchive.toml"
    settings = config.read_text("utf-8")
    with Mailbox().open() as mailbox:
        settings = re.sub(r"(?m)^port = \d+", f"port = {mailbox.port}", settings)
        if engine == "postgresql":
            copy_to_postgresql(home / "polarchive.db", empty_url)
            (home / "polarchive.db").unlink()
            settings = f'database = "{empty_url}"\n{settings}'
        config.write_text(settings, encoding="utf-8")
        polarchive = Polarchive(home)
        assert polarchive("db", "upgrade").code == 0
        yield Archive(home=home, mailbox=mailbox, polarchive=polarchive)


@pytest.mark.parametrize("dress", [as_before, dressed_anew])
def test_a_night_after_an_upgrade_makes_no_version_and_no_alert(archive: Archive, dress: Dress) -> None:
    before, changes, readings = archive.state(), archive.changes(), archive.readings()
    assert len(before.versions) == 25
    assert archive.searches() == SEARCHES, "after the upgrade, before the night"
    with sample_site(dress) as port:
        archive.connect_to(port)
        assert archive.crawl() == dict.fromkeys(readings, "ok")
    assert archive.seen() == {MOMENT.date()}, "every page was fetched"
    assert archive.state() == before
    assert archive.changes()[len(changes) :] == [("withdrawn", GONE)], "gone on two nights"
    assert archive.mailbox.messages == []
    assert archive.searches() == SEARCHES
    codes = {slug: {code_version(portals.get(slug, ["samples.portals"]))} for slug in readings}
    assert not any(codes[slug] & readings[slug] for slug in readings), "other code reads the pages"
    assert archive.readings() == (codes if dress is dressed_anew else readings)


def test_nothing_is_announced_again_after_an_upgrade_and_a_rebuild(archive: Archive) -> None:
    before = archive.state().deliveries
    assert archive.polarchive("linking", "rebuild").code == 0
    assert archive.polarchive("alerts", "send").code == 0
    assert archive.state().deliveries == before
    assert archive.mailbox.messages == []
    with open_database(load(archive.home).database_url) as database, database.read() as session:
        reasons = {*session.scalars(select(AnnouncementRow.reason))}
    assert reasons == {"earlier release"}
