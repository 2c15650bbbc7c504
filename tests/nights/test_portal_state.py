"""The state of a portal between nights: what is read of a listing, and which articles are revisited."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from attrs import evolve

from policy.rules.revisit import stable_fraction
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
SWEPT_ON = next(
    day for day in range(7) if (TODAY.toordinal() + day - int(stable_fraction("ndrc") * 7)) % 7 == 0
)
"""In so many days the portal is swept again."""


def papers(count: int, *, first: int, ago: int) -> list[Paper]:
    return [paper(n, TODAY - dt.timedelta(days=ago)) for n in range(first, first + count)]


def publish(home: Home, *pages: list[Paper]) -> None:
    for number, shown in enumerate(pages):
        url = f"{TZ}index_{number}.html" if number else TZ
        home.site.put(url, shapes.ndrc_list(shown, total=len(pages), current=number))
        home.site.put_all({f"{TZ}{each.stem}.html": shapes.ndrc_article(each) for each in shown})


def crawl(home: Home, *, day: int = 0, expect: int = 0) -> dict[str, Any]:
    slot = (NOW + dt.timedelta(days=day)).isoformat()
    row = home.crawl("ndrc", "--section", "tz", "--slot", slot, expect=expect)
    counted = ("entries", "new", "unchanged", "swept", "failed")
    return {name: row[name] for name in counted if row[name]}


def pages_read(home: Home) -> int:
    return sum("/tz/" in one["url"] and "/t20" not in one["url"] for one in home.site.asked())


@pytest.fixture
def three_pages(home: Home) -> list[list[Paper]]:
    pages = [papers(10, first=100 * n, ago=30 * n) for n in (1, 2, 3)]
    publish(home, *pages)
    assert crawl(home, day=SWEPT_ON) == {"entries": 30, "new": 30, "swept": ["tz"]}
    return pages


def test_a_night_reads_the_first_pages_and_a_sweep_all_of_them(
    home: Home, three_pages: list[list[Paper]]
) -> None:
    before = pages_read(home)
    assert crawl(home, day=SWEPT_ON + 1) == {"entries": 20, "unchanged": 30}
    assert pages_read(home) - before == 2
    assert "swept" not in crawl(home, day=SWEPT_ON + 6)
    assert crawl(home, day=SWEPT_ON + 7)["swept"] == ["tz"]


def test_articles_that_have_long_been_unchanged_are_visited_twice_and_then_rest(
    home: Home, three_pages: list[list[Paper]]
) -> None:
    assert crawl(home, day=SWEPT_ON + 1)["unchanged"] == 30
    fresh = papers(2, first=1, ago=1)
    publish(home, [*fresh, *three_pages[0]], *three_pages[1:])
    assert crawl(home, day=SWEPT_ON + 2) == {"entries": 22, "new": 2}
    assert crawl(home, day=SWEPT_ON + 3) == {"entries": 22, "unchanged": 2}, "the young ones every night"
    renamed = [evolve(three_pages[0][0], title="关于城市绿地养护试点的通知")]
    home.site.put(TZ, shapes.ndrc_list([*fresh, *renamed, *three_pages[0][1:]], total=3))
    assert crawl(home, day=SWEPT_ON + 4)["unchanged"] == 3, "the listing says another title of one"


def test_an_entry_with_an_older_day_in_the_middle_is_news_and_one_from_before_the_window_is_not(
    home: Home, three_pages: list[list[Paper]]
) -> None:
    shown = three_pages[0]
    between, ancient = papers(1, first=51, ago=80), papers(1, first=52, ago=900)
    publish(home, [*shown[:5], *between, *ancient, *shown[5:]], *three_pages[1:])
    assert crawl(home, day=SWEPT_ON + 1)["new"] == 2
    assert sorted(change.silent for change in home.changes()[30:]) == [False, True]


def test_what_did_not_come_is_asked_for_again_though_no_listing_shows_it_any_more(home: Home) -> None:
    shown = papers(12, first=1, ago=3)
    publish(home, shown)
    home.site.put(f"{TZ}{shown[0].stem}.html", status=403)
    assert crawl(home)["failed"] == {"http_403": 1}
    publish(home, shown[1:])
    home.site.put_all({f"{TZ}{shown[0].stem}.html": shapes.ndrc_article(shown[0])})
    assert crawl(home, day=1) == {"entries": 11, "new": 1, "unchanged": 11}
