"""Nights on which pages go, stay away, come back."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
NOON = dt.datetime.combine(TODAY, dt.time(12), SHANGHAI)
LOST = "<html><head><title>页面不存在</title></head><body><p>抱歉，您访问的页面不存在</p></body></html>"


def url(each: Paper) -> str:
    return f"{TZ}{each.stem}.html"


def publish(home: Home, shown: list[Paper]) -> None:
    home.site.put(TZ, shapes.ndrc_list(shown))
    home.site.put_all({url(each): shapes.ndrc_article(each) for each in shown})


def crawl(home: Home, *, day: int, hour: int = 0) -> dict[str, int]:
    """What was not read on that night."""
    slot = (NOON + dt.timedelta(days=day, hours=hour)).isoformat()
    failed: dict[str, int] = home.crawl("ndrc", "--section", "tz", "--slot", slot)["failed"]
    return failed


def news(home: Home) -> list[str]:
    """The changes after the first crawl."""
    return [change.kind for change in home.changes() if not change.silent]


@pytest.fixture
def shown(home: Home) -> list[Paper]:
    """A dozen young articles, archived."""
    papers = [paper(n, TODAY - dt.timedelta(days=n // 4)) for n in range(1, 13)]
    publish(home, papers)
    assert crawl(home, day=0) == {}
    return papers


def test_pages_gone_on_two_nights_are_withdrawn_by_status_or_in_words_and_restored_when_listed(
    home: Home, shown: list[Paper]
) -> None:
    home.site.put(TZ, shapes.ndrc_list(shown[2:]))
    home.site.remove(url(shown[0]))
    home.site.put(url(shown[1]), LOST)
    assert crawl(home, day=1) == {"gone": 2}
    assert crawl(home, day=1, hour=3) == {"gone": 2}
    assert news(home) == [], "two looks in one night are one"
    assert crawl(home, day=2) == {"gone": 2}
    assert news(home) == ["withdrawn", "withdrawn"]
    name = f"ndrc/{shown[0].stem.rpartition('/')[2]}"
    assert home.ask("show", name, "--json")["withdrawn_since"]
    assert sum(one["withdrawn"] for one in home.ask("status", "--json")["portals"]) == 2
    assert crawl(home, day=3) == {}, "they are looked at seldom from now on"

    publish(home, shown)
    assert crawl(home, day=4) == {}
    assert news(home)[2:] == ["restored", "restored"]
    assert home.ask("show", name, "--json")["withdrawn_since"] is None
    history = home.ask("versions", name, "--json")
    assert [one["by"] for one in history] == ["new_policy"]


def test_a_site_on_which_much_is_gone_has_withdrawn_nothing(home: Home, shown: list[Paper]) -> None:
    for each in shown[:5]:
        home.site.remove(url(each))
    assert [crawl(home, day=day) for day in (1, 2)] == [{"gone": 5}, {"gone": 5}]
    assert news(home) == []
    publish(home, shown[1:])
    assert [crawl(home, day=day) for day in (3, 4)] == [{"gone": 1}, {"gone": 1}]
    assert news(home) == ["withdrawn"]
