"""Politeness as the portal sees it: robots.txt, the delay, "not now", a budget, a stop."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import time
from collections.abc import Iterable
from itertools import pairwise

import pytest

from config import load
from crawler.runs import process
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
ROBOTS = "https://www.ndrc.gov.cn/robots.txt"
ZC, FD = "https://news.bjx.com.cn/zc/", "https://fd.bjx.com.cn/zc/"
TODAY = dt.datetime.now(SHANGHAI).date()
SLOT = dt.datetime(2026, 11, 20, 18, 30, tzinfo=dt.UTC)


def papers(count: int, *, first: int = 1) -> list[Paper]:
    return [paper(n, TODAY - dt.timedelta(days=n)) for n in range(first, first + count)]


def publish(home: Home, shown: Iterable[Paper], listing: str = TZ) -> None:
    shown = list(shown)
    home.site.put(listing, shapes.ndrc_list(shown))
    home.site.put_all({f"{listing}{each.stem}.html": shapes.ndrc_article(each) for each in shown})


def gaps(home: Home, domain: str = "") -> list[float]:
    """Seconds between two requests as the server saw them."""
    asked = [each["at"] for each in home.site.asked() if domain in each["url"].partition("/")[0]]
    return [after - before for before, after in pairwise(sorted(asked))]


def test_a_night_keeps_the_delay_between_all_requests_to_all_hosts_of_a_portal(home: Home) -> None:
    home.configure(delay=0.2, crawl="longest_wait = 5.0")
    site, shown, wind = home.site, papers(4), papers(4, first=11)
    site.put("https://fd.bjx.com.cn/robots.txt", "User-agent: *\nDisallow: /private/")
    site.put(ZC, shapes.bjx_list(shown))
    site.put(FD, shapes.bjx_list(wind, host="fd"), fault="busy", times=1, saying=429, later="1")
    for each in (*shown, *wind):
        host = "fd" if each in wind else "news"
        site.put(shapes.bjx_url(each, host=host), shapes.bjx_article(each))
    moved = shapes.bjx_url(shown[0]).replace("/html/", "/news/")
    site.put(shapes.bjx_url(shown[0]), status=302, headers={"Location": moved})
    site.put(moved, shapes.bjx_article(shown[0]))
    site.put(shapes.bjx_url(shown[1]), shapes.bjx_article(shown[1]), fault="busy", times=2)
    site.put(shapes.bjx_url(shown[2]), fault="truncated")
    site.put(shapes.bjx_url(shown[3]), shapes.bjx_article(shown[3]), fault="slow", seconds=0.5)

    row = home.crawl("bjx", "--section", "zc", "--section", "fd-zc", expect=0)
    assert (row["new"], row["failed"]) == (7, {"truncated": 1})
    seen = home.site.asked()
    assert len(seen) == 18, "two robots.txt, two listings, eight articles, a redirect, five retries"
    assert min(gaps(home)) >= 0.2
    assert max(gaps(home)) >= 1, "Retry-After holds for the whole portal"

    logged = home.ask("requests", "bjx", "--json")
    assert [f"{each['host']}{each['url'].partition(each['host'])[2]}" for each in logged] == [
        each["url"] for each in seen
    ]
    assert {each["status"] or each["error"] for each in logged} == {200, 302, 404, 429, 503, "truncated"}
    told = {each["host"]: each for each in home.ask("requests", "bjx", "--gaps", "--json")}
    assert set(told) == {"*", "news.bjx.com.cn", "fd.bjx.com.cn"}
    assert all(each["short"] == 0 and each["smallest"] >= each["delay"] >= 0.2 for each in told.values())
    (packed,) = (home.path / "requests").rglob("*.jsonl.gz")
    assert len(gzip.decompress(packed.read_bytes()).splitlines()) == 18


def test_two_portals_of_one_domain_take_turns_in_processes_of_their_own(home: Home) -> None:
    home.configure(delay=0.2, packages=["tests.mocksite.neighbours"])
    publish(home, papers(6), "https://www.twins.example/tz/")
    publish(home, papers(6), "https://bureau.twins.example/tz/")
    ended = process.run_all(load(home.path), [("city", SLOT), ("bureau", SLOT)])
    assert [run.new for run in ended] == [6, 6]
    hosts = [each["url"].partition("/")[0] for each in home.site.asked()]
    assert len(hosts) == 16
    assert sum(a != b for a, b in pairwise(hosts)) > 3, "beside each other"
    assert min(gaps(home)) >= 0.2
    assert [each["short"] for each in home.ask("requests", "city", "bureau", "--gaps", "--json")] == [0, 0, 0]


def test_a_longer_crawl_delay_is_kept_and_an_absurd_one_is_capped_and_said(home: Home) -> None:
    home.configure(crawl="longest_delay = 0.5")
    publish(home, papers(10))
    home.site.put(ROBOTS, "User-agent: *\nCrawl-delay: 0.3")
    assert home.crawl("ndrc", "--section", "tz")["message"] is None
    assert 0.3 <= min(gaps(home)) < 0.5

    home.site.clear()
    publish(home, papers(10))
    home.site.put(ROBOTS, "User-agent: *\nCrawl-delay: 86400")
    row = home.crawl("ndrc", "--section", "tz")
    assert row["unchanged"] == 10
    assert row["message"] == (
        "www.ndrc.gov.cn: robots.txt requests 86400 s between requests; 0.5 s is used (crawl.longest_delay)"
    )
    assert min(gaps(home)) >= 0.5


def test_a_robots_txt_that_cannot_be_had_forbids_and_one_that_does_not_exist_does_not(home: Home) -> None:
    publish(home, papers(10))
    home.site.put(ROBOTS, "User-agent: *\nDisallow: /", status=500)
    row = home.crawl("ndrc", "--section", "tz", expect=1)
    assert (row["state"], row["failed"]) == ("failed", {"robots_unreachable": 1})
    assert "www.ndrc.gov.cn: robots.txt returns 500: the host is not crawled tonight" in row["message"]
    assert {each["url"] for each in home.site.asked()} == {"www.ndrc.gov.cn/robots.txt"}

    home.site.put(ROBOTS, "User-agent: *\nDisallow: /", status=403)
    assert home.crawl("ndrc", "--section", "tz")["new"] == 10
    assert home.captures(ROBOTS)[0].status == 403, "kept as received"


def test_a_robots_txt_that_does_not_come_is_told_in_one_line_with_what_follows(home: Home) -> None:
    publish(home, papers(10))
    home.site.put(ROBOTS, "User-agent: *", fault="truncated")
    child = home.start("ndrc", "--section", "tz")
    out, err = child.communicate(timeout=180)
    row = json.loads(out)
    assert (child.returncode, row["state"], row["failed"]) == (1, "failed", {"truncated": 1})
    said = "www.ndrc.gov.cn: robots.txt cannot be fetched (truncated): the host is not crawled tonight"
    assert said in row["message"]
    assert "Traceback" not in err
    (line,) = [line for line in err.splitlines() if "crawler.fetching.middlewares" in line]
    forbidden = "all of www.ndrc.gov.cn is forbidden until the next night"
    assert line.endswith(f"ndrc: {ROBOTS} cannot be fetched (truncated): {forbidden}")
    assert {each["url"] for each in home.site.asked()} == {"www.ndrc.gov.cn/robots.txt"}


def test_a_portal_that_wants_to_be_left_alone_for_long_is_left_until_the_next_night(home: Home) -> None:
    home.configure(crawl="longest_wait = 2.0")
    shown = papers(10)
    publish(home, shown)
    home.site.put(f"{TZ}{shown[4].stem}.html", fault="busy", times=1, saying=503, later="3600")
    row = home.crawl("ndrc", "--section", "tz", expect=3)
    assert row["state"] == "partial"
    assert (
        row["message"] == "www.ndrc.gov.cn requests a pause of 3600 s (Retry-After): tried again next night"
    )
    assert len(home.site.asked()) < 12
    publish(home, shown)
    row = home.crawl("ndrc", "--section", "tz")
    assert (row["state"], len(home.newest())) == ("ok", 10)


@pytest.mark.parametrize("budget", ["budget_pages = 8", "budget_bytes = 12000", "budget_minutes = 0.06"])
def test_a_run_that_spent_its_budget_ends_in_order_and_the_next_nights_go_on(home: Home, budget: str) -> None:
    slow = {"fault": "slow", "seconds": 0.9} if "minutes" in budget else {}
    home.configure(crawl=f"{budget}\nconcurrency = 1")
    shown = papers(12)
    publish(home, shown)
    for each in shown:
        home.site.put(f"{TZ}{each.stem}.html", shapes.ndrc_article(each), **slow)  # type: ignore[arg-type]
    row = home.crawl("ndrc", "--section", "tz", expect=3)
    assert row["state"] == "budget"
    assert row["message"].startswith("budget: ")
    assert 0 < row["new"] < 12
    if "pages" in budget:
        home.crawl("ndrc", "--section", "tz", expect=3)
        assert len(home.newest()) == 12, "what is new goes before what is known"
        assert all(change.silent for change in home.changes()), (
            "the first crawl is not over before it is whole"
        )


def test_a_stop_ends_what_runs_and_nothing_begins_until_it_is_taken_back(home: Home) -> None:
    home.configure(delay=0.3)
    publish(home, papers(20))
    child = home.start("ndrc", "--section", "tz")
    while not home.newest():
        time.sleep(0.2)
    assert home.ask("stop", "--reason", "the ministry called", "--json")["reason"] == "the ministry called"
    row = json.loads(child.communicate(timeout=180)[0])
    assert (row["state"], row["message"]) == ("stopped", "stopped for all: the ministry called")
    assert 0 < row["new"] == len(home.newest()) < 20

    asked = len(home.site.asked())
    for command in (["crawl", "ndrc"], ["nightly"], ["capture", "ndrc"]):
        child = home.run(*command)
        out, err = child.communicate(timeout=180)
        assert (child.returncode, out) == (1, "")
        assert err.startswith("error: crawling is stopped since ")
        assert err.endswith("UTC (the ministry called): resume it with polarchive resume\n")
    assert process.run_all(load(home.path), [("ndrc", SLOT)]) == []
    assert len(home.site.asked()) == asked
    assert [run.state for run in home.runs()] == ["stopped"], "and no run was claimed"
    assert home.ask("status", "--json")["stopped"]["reason"] == "the ministry called"

    home.run("resume").communicate(timeout=180)
    home.configure()
    assert home.crawl("ndrc", "--section", "tz")["state"] == "ok"
    assert len(home.newest()) == 20
