"""Failures of a night are found, stored with the run, and reported as long as they last.

The nights crawl in child processes, as they do for ops: ``sys.executable -m cli``.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable

import pytest
from aiosmtpd.controller import Controller

from config import load
from services import nightly
from services.nightly import Night
from storage.runs import health_history, leases
from tests.alerts.conftest import Mailbox, free_port
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.mocksite.site import CHECKOUT
from tests.nights.conftest import SHANGHAI, Home

LISTING = "http://127.0.0.1:1/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
FIRST = dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
SHOWN = [paper(n, TODAY - dt.timedelta(days=9 + n)) for n in range(1, 13)]

A_Night = Callable[[int], Night]


@pytest.fixture
def a_night(home: Home) -> A_Night:
    """Nights of one portal, each in its own slot; the portal is well."""
    home.configure(packages=["tests.mocksite.portals"])
    publish(home, SHOWN)
    config = load(home.path, {})

    def pass_by(number: int) -> Night:
        with home.database() as database:
            return nightly.run_night(config, database, {"loopback": FIRST + dt.timedelta(days=number)})

    return pass_by


def publish(home: Home, shown: list[Paper]) -> None:
    home.site.put(LISTING, shapes.ndrc_list(shown))
    home.site.put_all({f"{LISTING}{each.stem}.html": shapes.ndrc_article(each) for each in shown})


def told(passed: Night) -> list[tuple[str, str | None]]:
    return [(one.kind, one.section) for one in passed.findings]


def test_a_listing_that_breaks_is_told_every_night_until_it_is_mended(home: Home, a_night: A_Night) -> None:
    quiet = a_night(0)
    assert (quiet.code, quiet.findings) == (0, ())
    assert (a_night(1).code, told(a_night(2))) == (0, [])
    home.site.put(LISTING, shapes.ndrc_list(SHOWN[:3]))
    for number in (3, 4):
        broken = a_night(number)
        assert (broken.code, told(broken)) == (3, [("sudden_drop", "tz")])
        assert broken.findings[0].sentence == "3 rows on its first page (usually 12)"
    publish(home, SHOWN)
    assert (a_night(5).code, a_night(6).findings) == (0, ())
    kept = [[one.kind for one in run.findings or ()] for run in reversed(home.runs())]
    assert kept == [[], [], [], ["sudden_drop"], ["sudden_drop"], [], []]


def test_a_run_keeps_what_its_listing_gave_and_what_its_host_answered(home: Home, a_night: A_Night) -> None:
    a_night(0)
    publish(home, [paper(40, TODAY), *SHOWN])
    (run,) = a_night(1).runs
    report, host = run.sections["tz"], run.traffic["127.0.0.1"]
    assert (report.entries, report.first_page, report.fresh, report.newest) == (13, 13, 1, TODAY)
    assert (host.statuses, host.failed) == ({"200": 14, "404": 1}, {}), (
        "robots.txt, the listing, the articles"
    )
    assert host.median is not None
    assert 0 < host.median < 5


def test_a_domain_that_refuses_us_is_left_alone_longer_each_time(home: Home, a_night: A_Night) -> None:
    a_night(0)
    home.site.put(LISTING, shapes.CHALLENGE)
    assert [told(a_night(1)), told(a_night(2))] == [[("challenge", None)]] * 2
    asked = len(home.site.asked())
    skipped = a_night(3)
    (run,) = skipped.runs
    day = (FIRST + dt.timedelta(days=4)).astimezone(SHANGHAI).date()
    assert (run.state, skipped.code, len(home.site.asked())) == ("skipped", 3, asked)
    assert run.message == f"127.0.0.1 is left alone until {day}: challenge, met 2 nights by loopback"
    assert told(skipped) == [("challenge", None)], "the alarm goes on"

    assert told(a_night(4)) == [("challenge", None)]
    publish(home, SHOWN)
    assert [a_night(5).runs[0].state, a_night(6).runs[0].state] == ["skipped", "skipped"]
    assert home.crawl("loopback")["findings"] == [], "by hand it is crawled all the same"
    assert (a_night(7).runs[0].state, told(a_night(8))) == ("ok", [])
    with home.database() as database, database.read() as session:
        assert health_history.backoffs(session) == {}
        assert leases.first_window(session, "loopback") is not None


def test_a_host_that_answers_nothing_is_down(home: Home, a_night: A_Night) -> None:
    a_night(0)
    text = (home.path / "polarchive.toml").read_text(encoding="utf-8")
    gone = text.replace('"http://127.0.0.1:1" = "http', '"http://127.0.0.1:1" = "http://127.0.0.1:9" #')
    (home.path / "polarchive.toml").write_text(gone, encoding="utf-8")
    config = load(home.path, {})
    with home.database() as database:
        passed = nightly.run_night(config, database, {"loopback": FIRST + dt.timedelta(days=1)})
    (one,) = passed.findings
    assert (passed.code, one.kind, one.subject) == (1, "host_down", "127.0.0.1")


@pytest.mark.parametrize(
    "command",
    [["-m", "cli", "--home", "{home}", "nightly"], ["scheduler.py", "--home", "{home}", "--once"]],
    ids=["nightly", "scheduler"],
)
def test_a_night_without_problems_is_mailed_once_when_all_that_was_due_has_ended(
    home: Home, command: list[str]
) -> None:
    home.configure(packages=["tests.mocksite.portals"])
    publish(home, SHOWN)
    box = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    box.start()
    added = f"""
[mail]
host = "127.0.0.1"
port = {box.port}
[report]
email = "ops@example.org"
[schedule]
cron = "* * * * *"
spread_minutes = 0.0
[portals.services]
enabled = false
"""
    with (home.path / "polarchive.toml").open("a", encoding="utf-8") as file:
        file.write(added)
    line = [part.format(home=home.path) for part in command]
    said = subprocess.run([sys.executable, *line], cwd=CHECKOUT, capture_output=True, text=True)
    box.stop()
    assert said.returncode == 0, said.stderr
    (mail,) = box.handler.messages
    assert mail["Subject"].endswith(": 1 portals, nothing new; no problems")
    assert said.stdout.splitlines()[0] == mail["Subject"].removeprefix("Polarchive ")
    assert "12 articles archived without notification" in mail.get_content()
