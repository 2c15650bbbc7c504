"""Runs as processes: the lease, being stopped, being killed, being late.

Runs are killed and told to stop by signals, and begin as ``python -m cli`` and ``scrapy``: real processes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys

from config import load
from crawler.runs import process
from services.nightly import exit_code
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.mocksite.site import CHECKOUT
from tests.nights.conftest import SHANGHAI, Home
from tests.waiting import wait_until

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
ZC = "https://news.bjx.com.cn/zc/"
TODAY = dt.datetime.now(SHANGHAI).date()
SLOT = dt.datetime(2026, 11, 20, 18, 30, tzinfo=dt.UTC)


def publish(home: Home, count: int, *, slow: int, seconds: float = 2) -> list[Paper]:
    """Articles of which the last ``slow`` take their time."""
    shown = [paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, count + 1)]
    home.site.put(TZ, shapes.ndrc_list(shown))
    for each in shown:
        late = {"fault": "slow", "seconds": seconds} if each.id > shown[-1].id - slow else {}
        home.site.put(f"{TZ}{each.stem}.html", shapes.ndrc_article(each), **late)  # type: ignore[arg-type]
    return shown


def test_a_run_that_was_killed_loses_nothing_and_doubles_nothing(home: Home) -> None:
    shown = publish(home, 16, slow=8, seconds=15)
    first = home.start("ndrc", "--section", "tz", "--slot", SLOT.isoformat())
    wait_until(lambda: len(home.newest()) >= 3)
    assert home.crawl("ndrc", "--section", "tz", expect=75) == {}, "the portal is being crawled"
    first.send_signal(signal.SIGKILL)
    first.communicate()
    warc = next((home.path / "captures").rglob("ndrc-*.warc.gz"))
    with warc.open("ab") as stream:
        stream.write(b"\x1f\x8b\x08\x00torn")
    torn = warc.stat().st_size

    home.site.put_all({f"{TZ}{each.stem}.html": shapes.ndrc_article(each) for each in shown})
    row = home.crawl("ndrc", "--section", "tz", "--slot", SLOT.isoformat())
    assert row["state"] == "ok"
    assert row["new"] + row["unchanged"] == 16
    assert row["unchanged"] >= 3
    newest = home.newest()
    assert len(newest) == 16
    assert {version.number for version in newest.values()} == {1}
    assert len(home.changes()) == 16
    lost = home.runs()[1]
    assert (lost.state, lost.slot, lost.message) == ("crashed", SLOT, "its process was killed")
    assert lost.captures >= row["unchanged"], "what was fetched is recorded"
    assert warc.stat().st_size < torn
    assert list((home.path / "running").iterdir()) == []


def test_a_run_that_is_told_to_stop_finishes_what_is_in_flight(home: Home) -> None:
    publish(home, 20, slow=14)
    child = home.start("ndrc", "--section", "tz")
    wait_until(lambda: len(home.newest()) >= 3)
    child.terminate()
    out, err = child.communicate(timeout=180)
    assert child.returncode == 1, err
    row = json.loads(out)
    assert row["state"] == "stopped"
    assert row["new"] == len(home.newest()) < 20
    assert row["entries"] == 20
    assert home.runs()[0].state == "stopped"


def test_runs_are_supervised_beside_each_other_and_ended_at_their_time_limit(home: Home) -> None:
    publish(home, 12, slow=12, seconds=3)
    each = paper(50, TODAY)
    home.site.put(ZC, shapes.bjx_list([each]))
    home.site.put(shapes.bjx_url(each), shapes.bjx_article(each))
    home.configure(limit=3)
    config = load(home.path)

    done: list[str] = []
    ended = process.run_all(
        config, [("ndrc", SLOT), ("bjx", SLOT)], on_done=lambda slug, run: done.append(slug)
    )
    states = {run.portal: run.state for run in ended}
    assert states == {"bjx": "partial", "ndrc": "timeout"}
    assert done == ["bjx", "ndrc"]
    assert process.supervise(config, "bjx", slot=SLOT) is None, "each slot runs once"
    assert [exit_code(run) for run in ended] == [3, 1]


def test_scrapy_knows_the_spider_and_crawls_with_it(home: Home) -> None:
    each = paper(1, TODAY)
    home.site.put(ZC, shapes.bjx_list([each]))
    home.site.put(shapes.bjx_url(each), shapes.bjx_article(each))

    def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "POLARCHIVE_HOME": str(home.path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert scrapy("list").stdout.split() == ["portal"]
    told = scrapy("crawl", "portal")
    assert told.returncode != 0
    assert "no portal given: add -a portal=SLUG (`polarchive portals` lists them)" in told.stderr
    assert "Traceback" not in told.stderr
    told = scrapy("crawl", "portal", "-a", "portal=bjx")
    assert told.returncode == 0, told.stderr
    assert list(home.newest()) == [f"bjx/{each.id}"]
