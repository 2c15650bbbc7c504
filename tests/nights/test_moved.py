"""Nights on which articles stand at other addresses than before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from attrs import evolve

from tests.cli.conftest import Polarchive
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
    return [change.kind for change in home.changes() if not change.silent]


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
    papers = [paper(n, TODAY - dt.timedelta(days=n // 4)) for n in range(1, 16)]
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


def test_a_portal_that_moves_everything_at_once_has_moved_every_article(
    home: Home, shown: list[Paper]
) -> None:
    for each in shown:
        home.site.remove(url(each))
    publish(home, *map(at_other, shown))
    before = len(home.site.asked())
    assert crawl(home, day=1) == {}
    assert news(home) == ["moved"] * len(shown)
    assert len(asked(home, before)) == 2 * len(shown), "the old address and the new one, once each"


def test_an_article_moves_on_and_back(home: Home, shown: list[Paper]) -> None:
    first, *others = shown
    second, third = at_other(first, 800), at_other(first, 900)
    publish(home, second, *others)
    lead(home, first, url(second))
    assert crawl(home, day=1) == {}
    publish(home, third, *others)
    lead(home, second, url(third))
    assert crawl(home, day=2) == {}
    publish(home, first, *others)
    for each in (second, third):
        home.site.remove(url(each))
    assert crawl(home, day=3) == {}
    assert news(home) == ["moved"] * 3
    known = home.ask("show", name(third), "--json")
    assert (known["now_at"], len(known["aliases"])) == (url(first), 2)


def test_what_leads_elsewhere_is_gone_and_what_leads_astray_is_not(home: Home, shown: list[Paper]) -> None:
    front, other, away, circle, *others = shown
    home.site.put("https://www.ndrc.gov.cn/", "<html><body><p>首页</p></body></html>")
    publish(home, *others)
    lead(home, front, "https://www.ndrc.gov.cn/")
    lead(home, other, url(others[0]))
    lead(home, away, "https://www.example.com/t20260101_9.html")
    lead(home, circle, url(circle))
    for day in (1, 2):
        assert crawl(home, day=day) == {"gone": 2, "off_portal": 1, "redirects": 1}
    assert news(home) == ["withdrawn", "withdrawn"]


def test_two_articles_that_lead_to_one_address_are_kept_apart(home: Home) -> None:
    papers = [paper(n, TODAY - dt.timedelta(days=n // 4)) for n in range(1, 16)]
    one, *others = papers
    two, new = at_other(one, 700), at_other(one, 900)
    publish(home, one, two, *others)
    crawl(home, day=0)
    publish(home, *others)
    home.site.put(url(new), shapes.ndrc_article(new))
    for each in (one, two):
        lead(home, each, url(new))
    assert [crawl(home, day=day) for day in (1, 2)] == [{"gone": 2}, {"gone": 2}]
    assert sorted(news(home)) == ["source_added", "withdrawn", "withdrawn"]


def test_an_address_that_goes_some_nights_after_the_new_one_came_has_moved(
    home: Home, shown: list[Paper]
) -> None:
    old, *others = shown
    new = at_other(old)
    publish(home, new, old, *others)
    assert crawl(home, day=1) == {}
    publish(home, new, *others)
    home.site.remove(url(old))
    assert [crawl(home, day=day) for day in (2, 3, 4)] == [{"gone": 1}, {"gone": 1}, {}]
    assert news(home) == ["source_added", "moved"]
    history = home.ask("versions", name(old), "--json")
    assert [one["by"] for one in history] == ["new_policy", "source_added"]
    assert home.ask("search", old.title, "--json")["total"] == 1


ANNEX = "附件：各区城市绿地养护责任范围名录，由各区另行公布并逐年更新。"


def moved(home: Home, shown: list[Paper], page: str | None = None) -> tuple[Paper, Paper]:
    """The first paper, and where it stands from the next night on, as this page."""
    old, *others = shown
    new = at_other(old)
    publish(home, new, *others)
    home.site.put(url(new), page or shapes.ndrc_article(new))
    lead(home, old, url(new))
    assert crawl(home, day=1) == {}
    assert news(home) == ["moved"]
    return old, new


def test_captures_at_the_new_address_are_read_again_as_those_of_the_article(
    home: Home, shown: list[Paper]
) -> None:
    body = f'<div class="with_annex"><p>{ANNEX}</p><div class="article_con">'
    page = shapes.ndrc_article(at_other(shown[0])).replace('<div class="article_con">', body)
    old, _ = moved(home, shown, page.replace('<div class="xgwz">', '</div><div class="xgwz">'))
    assert ANNEX not in home.newest()[name(old)].text, "its template overlooks it"
    home.configure(packages=["tests.portals_mended"])
    said = Polarchive(home.path)("reextract", "ndrc", "--json")
    assert said.code == 0, said.err
    newest = home.newest()
    assert (len(newest), newest[name(old)].number) == (len(shown), 2)
    assert ANNEX in newest[name(old)].text
    assert [change.kind for change in home.changes()][-2:] == ["moved", "reextracted"]
    assert home.ask("show", name(old), "--json")["now_at"] == url(at_other(old)), "and there it is asked"


def test_a_page_saved_at_either_address_of_a_moved_article_is_imported_as_the_article(
    home: Home, shown: list[Paper], tmp_path: Path
) -> None:
    old, new = moved(home, shown)
    for number, (each, years) in enumerate([(new, "有效期五年"), (old, "有效期七年")], start=2):
        file = tmp_path / f"{number}.html"
        file.write_text(shapes.ndrc_article(each).replace("有效期三年", years), encoding="utf-8")
        said = Polarchive(home.path)("import", str(file), "--url", url(each), "--json")
        assert said.code == 0, said.err
        (run,) = said.json["runs"]
        assert (run["state"], run["new"], run["revised"]) == ("ok", 0, 1)
        newest = home.newest()
        assert (len(newest), newest[name(old)].number) == (len(shown), number)
        assert years in newest[name(old)].text
        assert home.ask("show", name(old), "--json")["now_at"] == url(new), "there it is asked"
    before = len(home.site.asked())
    crawl(home, day=2)
    assert [stem for stem in asked(home, before) if stem in {old.stem[7:], new.stem[7:]}] == [new.stem[7:]]
