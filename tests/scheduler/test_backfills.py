"""Nights that go on with open backfills, where the configuration says so."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from config import load
from crawler.runs import run_lock
from policy.records.runs import Backfill
from storage.runs import backfills, leases
from tests.mocksite import shapes
from tests.mocksite.site import MockSite
from tests.scheduler.conftest import PAPERS, Home, ended

HOUR = dt.timedelta(hours=1)
THEN = dt.date(2019, 6, 1)


@pytest.fixture
def opened(home: Home, papers: MockSite) -> Backfill:
    """A portal that was crawled an hour ago, with one paper of today and eight of 2019, and a backfill."""
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    shown = [shapes.paper(n, now.date() if n == 1 else THEN - dt.timedelta(days=n)) for n in range(1, 10)]
    papers.put(PAPERS, shapes.ndrc_list(shown))
    papers.put_all({f"{PAPERS}{each.stem}.html": shapes.ndrc_article(each) for each in shown})
    first, last = dt.date(2019, 1, 1), dt.date(2019, 12, 31)
    with home.database() as database, database.write() as session:
        run = leases.claim_run(session, "loopback", now - HOUR, now - HOUR, since=now.date() - 90 * 24 * HOUR)
        assert run
        leases.close_run(session, run.id, "ok", now - HOUR)
        return backfills.create_backfill(session, "loopback", ["tz"], first, last, now)


def now(home: Home, ours: Backfill) -> Backfill:
    with home.database() as database, database.read() as session:
        return backfills.backfill(session, ours.id)


def test_a_night_continues_a_backfill_when_it_is_configured_to(home: Home, opened: Backfill) -> None:
    home.schedule('cron = "0 * * * *"\n[backfill]\npages = 6')
    report = ended(home.scheduler("--once"))
    assert "loopback: backfill of 2019-01-01 to 2019-12-31 open" in report
    filled, crawled, _ = home.runs()
    assert (filled.kind, filled.state, crawled.kind, crawled.new) == ("backfill", "budget", "crawl", 1)
    assert (now(home, opened).state, now(home, opened).archived) == ("open", filled.new)
    said = ended(home.polarchive("nightly"))
    assert "loopback" in said
    assert now(home, opened).archived == 8
    assert [run.kind for run in home.runs()][:2] == ["backfill", "crawl"]
    ended(home.polarchive("nightly"))
    assert now(home, opened).state == "done"


@pytest.mark.parametrize("command", ["nightly", "scheduler"])
def test_a_night_that_meets_a_backfill_says_so_and_crawls_the_portal_when_it_has_ended(
    home: Home, opened: Backfill, command: str
) -> None:
    home.schedule('cron = "0 * * * *"')
    at = dt.datetime.now(dt.UTC)
    with home.database() as database, database.write() as session:
        filling = leases.claim_run(session, "loopback", at, at, kind="backfill")
    assert filling
    with run_lock.run_lock(load(home.path, {}), filling.id):
        (held,) = json.loads(ended(home.polarchive("status", "--json")))["lease_owners"]
        assert (held["portal"], held["kind"]) == ("loopback", "backfill")
        child = home.scheduler("--once") if command == "scheduler" else home.polarchive("nightly")
        assert child.stdout
        said = next(line for line in child.stdout if "loopback" in line)
        assert "loopback: a backfill has been running since " in said
        with home.database() as database, database.write() as session:
            leases.close_run(session, filling.id, "budget", dt.datetime.now(dt.UTC))
    ended(child)
    crawled = home.runs()[0]
    assert (crawled.kind, crawled.state, crawled.new) == ("crawl", "ok", 1)
    assert json.loads(ended(home.polarchive("status", "--json")))["lease_owners"] == []


def test_by_default_the_nights_leave_it_alone(home: Home, opened: Backfill) -> None:
    home.schedule('cron = "0 * * * *"')
    ended(home.scheduler("--once"))
    assert [run.kind for run in home.runs()] == ["crawl", "crawl"]
    assert now(home, opened).ran is None
