"""Nights on which articles stand at other addresses than before."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
NOON = dt.datetime.combine(TODAY, dt.time(12), SHANGHAI)


def url(each: Paper) -> str:
    return f"{TZ}{each.stem}.html"


def name(each: Paper) -> str:
    return f"ndrc/{each.stem.rpartition('/')[2]}"


def publish(home: Home, *shown: Paper) -> None:
    home.site.put(TZ, shapes.ndrc_list(shown))
    home.site.put_all({url(each): shapes.ndrc_article(each) for each in shown})


def lead(home: Home, old: Paper, new: str) -> None:
    home.site.put(url(old), status=301, headers={"Location": new})


def crawl(home: Home, *, day: int, section: str = "tz") -> dict[str, int]:
    """What was not read on that night."""
    slot = (NOON + dt.timedelta(days=day)).isoformat()
    failed: dict[str, int] = home.crawl("ndrc", "--section", section, "--slot", slot)["failed"]
    return failed


def news(home: Home) -> list[str]:
    """The changes after the first crawl."""
    return [change.kind for change in home.changes() if not change.quiet]


def asked(home: Home, since: int) -> list[str]:
    """The addresses of articles that were asked for, since so many requests."""
    pages = [each["url"] for each in home.site.asked()[since:]]
    return [page.rpartition("/")[2].removesuffix(".html") for page in pages if page.endswith(".html")]


def at_other(each: Paper, number: int = 900) -> Paper:
    """The same policy at another address."""
    return evolve(each, id=each.id + number)


@pytest.fixture
def shown(home: Home) -> list[Paper]:
    """A few young articles, archived."""
    papers = [paper(n, TODAY - dt.timedelta(days=n // 4)) for n in range(1, 13)]
    publish(home, *papers)
    assert crawl(home, day=0) == {}
    return papers


def test_an_article_that_redirects_to_another_key_is_the_same_article_and_asked_once_a_night(
    home: Home, shown: list[Paper]
) -> None:
    old, *others = shown
    new = at_other(old)
    publish(home, new, *others)
    lead(home, old, url(new))
    assert crawl(home, day=1) == {}
    assert news(home) == ["moved"]
    assert (
        home.ask("show", name(new), "--json")["article_id"]
        == home.ask("show", name(old), "--json")["article_id"]
    )
    assert [one["by"] for one in home.ask("versions", name(new), "--json")] == ["new_policy"]
    assert [each["kind"] for each in home.ask("report", "--json")["news"]] == ["moved"]
    before = len(home.site.asked())
    assert crawl(home, day=2) == {}
    assert sorted(asked(home, before)) == sorted(each.stem.rpartition("/")[2] for each in (new, *others))
    assert news(home) == ["moved"]


def test_an_article_that_no_listing_shows_is_followed_by_its_redirect(home: Home, shown: list[Paper]) -> None:
    old, *others = shown
    new = at_other(old)
    publish(home, *others)
    home.site.put(url(new), shapes.ndrc_article(new))
    lead(home, old, url(new))
    assert [crawl(home, day=1), crawl(home, day=2)] == [{}, {}]
    assert news(home) == ["moved"]
    before = len(home.site.asked())
    crawl(home, day=3)
    assert [stem for stem in asked(home, before) if stem in {old.stem[7:], new.stem[7:]}] == [new.stem[7:]]


def test_the_same_words_at_a_new_address_are_the_article_whose_own_is_gone(
    home: Home, shown: list[Paper]
) -> None:
    old, twin, *others = shown
    new, column = at_other(old), at_other(twin, 800)
    publish(home, new, column, twin, *others)
    home.site.remove(url(old))
    assert crawl(home, day=1) == {}
    assert sorted(news(home)) == ["moved", "source_added"], "the twin still stands at its own address"
    assert [crawl(home, day=2), crawl(home, day=3)] == [{}, {}]
    assert sorted(news(home)) == ["moved", "source_added"]
