"""Backfills: older years on demand, ended anywhere and gone on with, beside nights that do not notice."""

from __future__ import annotations

import datetime as dt
import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.tables import DeliveryRow
from tests.forkserver import ForkServer
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.mocksite.site import MockSite
from tests.nights.conftest import SHANGHAI, Home
from tests.waiting import wait_until

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
SIZE = 10
FOUND = 31
"""Papers of the range."""
RANGE = ("--from", "2019-01-01", "--to", "2020-12-31")
Pages = list[list[Paper]]


def year(of: int, *, pages: int, first: int) -> Pages:
    """Pages of papers of a year, the newest first."""
    days = [dt.date(of, 12, 20) - dt.timedelta(days=2 * n) for n in range(pages * SIZE)]
    return paged([paper(first + n, day) for n, day in enumerate(days)])


def paged(papers: list[Paper]) -> Pages:
    return [papers[start : start + SIZE] for start in range(0, len(papers), SIZE)]


def the_years() -> Pages:
    """A listing of this year, of 2021 to 2018, and of 2019 a paper that was put where nobody looks."""
    tonight = [[paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, SIZE + 1)]]
    years = [year(of, pages=1 + of % 2, first=1000 * n) for n, of in enumerate((2021, 2020, 2019), start=1)]
    deep = year(2018, pages=6, first=9000)
    late = paper(8000, dt.date(2019, 5, 4))
    years[0][1] = [*years[0][1][:3], late, *years[0][1][3:]]
    return [page for pages in (tonight, *years, deep) for page in pages]


def publish(home: Home, pages: Pages, *, slow: int = 0) -> None:
    """The pages, of which the last papers of the range take their time."""
    for number, shown in enumerate(pages):
        url = f"{TZ}index_{number}.html" if number else TZ
        home.site.put(url, shapes.ndrc_list(shown, total=len(pages), current=number))
    papers = [each for shown in pages for each in shown]
    wanted = sorted(each.id for each in papers if each.day.year in {2019, 2020})[-slow or 10_000_000 :]
    for each in papers:
        late: dict[str, Any] = {"fault": "slow", "seconds": 4} if slow and each.id in wanted else {}
        home.site.put(f"{TZ}{each.stem}.html", shapes.ndrc_article(each), **late)


def of_range(pages: Pages) -> set[str]:
    papers = [each for shown in pages for each in shown]
    return {f"ndrc/{each.stem.partition('/')[2]}" for each in papers if each.day.year in {2019, 2020}}


def backfill(home: Home, *options: str, expect: int = 0) -> dict[str, Any]:
    child = home.run("backfill", "ndrc", "--json", *options)
    out, err = child.communicate(timeout=180)
    assert child.returncode == expect, f"exit {child.returncode}\n{out}\n{err}"
    said: dict[str, Any] = json.loads(out) if out.strip() else {"error": err}
    return said


def said(home: Home) -> dict[str, tuple[Any, ...]]:
    """What the archive says of each article, but not when it was fetched."""
    found = home.newest()
    return {
        name: (one.number, one.text, one.article.title.value, one.article.published, one.content_hash)
        for name, one in found.items()
    }


@pytest.fixture
def pages(home: Home) -> Pages:
    """A portal that was crawled once: its nights go back ninety days."""
    pages = the_years()
    publish(home, pages)
    assert home.crawl("ndrc", "--section", "tz")["new"] == SIZE
    return pages


@pytest.fixture(scope="module")
def undisturbed(
    mocksite: MockSite, cache: Path, forkserver: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Any, ...]]:
    """What a backfill archives that nothing disturbs."""
    mocksite.clear()
    folder = tmp_path_factory.mktemp("undisturbed")
    home = Home(path=folder / "home", site=mocksite, forkserver=forkserver)
    home.prepare(cache)
    home.configure()
    publish(home, the_years())
    home.crawl("ndrc", "--section", "tz")
    backfill(home, *RANGE, "--section", "tz")
    return said(home)


def test_a_range_in_the_middle_is_archived_and_nobody_is_notified_at_once(home: Home, pages: Pages) -> None:
    home.ask("subscribe", "试点", "--email", "a@example.org", "--json")
    told = backfill(home, *RANGE, "--section", "tz")
    assert (told["state"], told["entries"], told["archived"], told["failed"]) == ("done", FOUND, FOUND, 0)
    assert told["run"]["kind"] == "backfill"
    assert told["walked"]["tz"]["state"] == "passed"
    assert told["walked"]["tz"]["pages"] == 9, "six pages down to 2019, then three of 2018"
    assert {name for name, one in home.newest().items() if one.article.published} >= of_range(pages)
    assert len(home.newest()) == SIZE + FOUND
    assert [change.silent for change in home.changes()[SIZE:]] == [True] * FOUND
    with home.database() as database, database.read() as session:
        events = [*session.scalars(select(DeliveryRow.event))]
    assert events
    assert {*events} == {"digest"}, "what a backfill brings is sent in a digest, not at once"


def test_a_backfill_that_is_killed_continues_and_archives_what_an_undisturbed_one_does(
    undisturbed: dict[str, tuple[Any, ...]], home: Home, pages: Pages
) -> None:
    publish(home, pages, slow=12)
    child = home.run("backfill", "ndrc", "--json", *RANGE, "--section", "tz")
    wait_until(lambda: len(home.newest()) >= SIZE + 5)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    before = len(home.newest())
    [held] = home.ask("status", "--json")["backfills"]
    assert (held["state"], held["entries"]) == ("open", FOUND)
    publish(home, pages)
    marked = len(home.site.asked())
    told = backfill(home)
    assert (told["state"], told["archived"], told["run"]["new"]) == ("done", FOUND, SIZE + FOUND - before)
    again = [one["url"] for one in home.site.asked()[marked:]]
    assert not [url for url in again if "index_" in url], "its listing was read before it was killed"
    assert said(home) == undisturbed


def test_a_backfill_that_is_killed_among_the_listing_pages_skips_none_though_the_listing_moves(
    undisturbed: dict[str, tuple[Any, ...]], home: Home, pages: Pages
) -> None:
    slow_page = f"{TZ}index_4.html"
    body = shapes.ndrc_list(pages[4], total=len(pages), current=4)
    home.site.put(slow_page, body, fault="slow", seconds=30)
    child = home.run("backfill", "ndrc", "--json", *RANGE, "--section", "tz")
    wait_until(lambda: any(one["url"].endswith("index_4.html") for one in home.site.asked()))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    fresh = [paper(500 + n, TODAY) for n in range(4)]
    publish(home, paged([*fresh, *(each for shown in pages for each in shown)]))
    told = backfill(home, *RANGE, "--section", "tz")
    assert (told["state"], told["archived"]) == ("done", FOUND)
    assert said(home) == undisturbed, "and what is new is left to the night"
    home.crawl("ndrc", "--section", "tz")
    assert [change.silent for change in home.changes()[-4:]] == [False] * 4


def test_a_budget_ends_a_backfill_and_the_same_command_continues_it(
    undisturbed: dict[str, tuple[Any, ...]], home: Home, pages: Pages
) -> None:
    rows = [backfill(home, *RANGE, "--section", "tz", "--pages", "6", expect=3)]
    while rows[-1]["state"] == "open":
        assert len(rows) < 12
        child = home.run("backfill", "ndrc", "--json", "--pages", "18")
        rows.append(json.loads(child.communicate(timeout=180)[0]))
    assert {row["run"]["state"] for row in rows[:-1]} == {"budget"}
    assert said(home) == undisturbed
    asked = [one for one in home.site.asked() if "/t20" in one["url"]]
    assert len(asked) == SIZE + FOUND, "no article twice"


def test_an_open_backfill_does_not_change_the_nightly_runs(home: Home, pages: Pages) -> None:
    backfill(home, *RANGE, "--section", "tz", "--pages", "11", expect=3)
    marked = len(home.site.asked())
    row = home.crawl("ndrc", "--section", "tz")
    assert (row["entries"], row["new"], row["kind"]) == (20, 0, "crawl")
    assert not [one for one in home.site.asked()[marked:] if "/t2019" in one["url"]]
    report = home.ask("report", "--json")
    assert [run["kind"] for run in report["runs"]] == ["crawl", "crawl"]
    assert len(report["backfills"]) == 1
    said = home.ask("status", "--json")
    assert next(each for each in said["portals"] if each["portal"] == "ndrc")["last_run"]["kind"] == "crawl"


def test_articles_that_do_not_come_are_tried_in_three_runs_and_given_up(home: Home, pages: Pages) -> None:
    lost = pages[3][0]
    home.site.remove(f"{TZ}{lost.stem}.html")
    found = [backfill(home, *RANGE, "--section", "tz")] + [backfill(home, expect=code) for code in (1, 1)]
    assert [(each["state"], each["owed"], each["failed"]) for each in found] == [
        ("open", 1, 0),
        ("open", 1, 0),
        ("done", 0, 1),
    ]
    assert "is open" not in backfill(home, expect=2)["error"]


def test_one_run_of_a_portal_at_a_time(home: Home, pages: Pages) -> None:
    publish(home, pages, slow=28)
    child = home.run("backfill", "ndrc", "--json", *RANGE, "--section", "tz")
    wait_until(lambda: len(home.newest()) > SIZE)
    assert "another run has the lease" in backfill(home, expect=75)["error"]
    assert home.crawl("ndrc", expect=75) == {}
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=180)
    assert (child.returncode, json.loads(out)["run"]["state"]) == (1, "stopped")
    home.ask("backfill", "ndrc", "--cancel", "--json")
    assert home.ask("status", "--json")["backfills"] == []
    assert "no open backfill" in backfill(home, expect=2)["error"]


def test_a_range_before_anything_the_listing_has_ends_and_says_so(home: Home, pages: Pages) -> None:
    told = backfill(home, "--from", "2001-01-01", "--to", "2002-01-01", "--section", "tz")
    assert (told["state"], told["entries"], told["walked"]["tz"]["state"]) == ("done", 0, "ended")
    child = home.run("backfill", "--list")
    shown = child.communicate(timeout=180)[0]
    assert "ndrc/tz: 12 pages read, the oldest row of 2018-" in shown
    assert "end of the listing" in shown


def test_a_pager_that_names_pages_that_are_not_there_is_left_and_named(home: Home, pages: Pages) -> None:
    for number, shown in enumerate(pages):
        url = f"{TZ}index_{number}.html" if number else TZ
        home.site.put(url, shapes.ndrc_list(shown, total=900, current=number))
    told = backfill(home, "--from", "2001-01-01", "--to", "2002-01-01", "--section", "tz", expect=3)
    assert (told["state"], told["walked"]["tz"]["state"], told["walked"]["tz"]["pages"]) == (
        "done",
        "cut",
        12,
    )
    shown, _ = home.run("backfill", "--list").communicate(timeout=180)
    assert "ndrc/tz: 12 pages read" in shown
    assert "stopped: its pager links to pages that do not exist" in shown


def test_a_listing_without_days_is_read_as_far_as_somebody_says(home: Home, pages: Pages) -> None:
    for number, shown in enumerate(pages):
        url = f"{TZ}index_{number}.html" if number else TZ
        listed = shapes.ndrc_list(shown, total=len(pages), current=number)
        home.site.put(url, re.sub(r"<span>[^<]*</span>", "", listed))
    told = backfill(home, *RANGE, "--section", "tz")
    assert (told["state"], told["entries"], told["walked"]["tz"]["state"]) == ("done", 0, "undated")
    told = backfill(home, *RANGE, "--section", "tz", "--listing-pages", "2")
    assert (told["state"], told["archived"], told["walked"]["tz"]["state"]) == ("done", SIZE, "bounded")
    assert told["walked"]["tz"]["archived"] == SIZE, "the first page is the nights', and archived"


def test_a_backfill_is_replayed_from_its_captures(
    home: Home, pages: Pages, tmp_path: Path, cache: Path
) -> None:
    backfill(home, *RANGE, "--section", "tz")
    held = {name: one for name, one in said(home).items() if name in of_range(pages)}
    home.site.clear()
    other = Home(path=tmp_path / "other", site=home.site, forkserver=home.forkserver)
    other.prepare(cache)
    other.configure()
    told = backfill(other, *RANGE, "--section", "tz", "--replay", str(home.path / "captures"))
    assert (told["state"], told["archived"]) == ("done", FOUND)
    assert said(other) == held
