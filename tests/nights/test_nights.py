"""Nights end to end: new, unchanged, revised, gone."""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()


def papers(count: int, *, first: int = 1) -> list[Paper]:
    """Two a day, the youngest first: the first dozen are looked at every night."""
    numbers = range(first, first + count)
    days = {n: TODAY - dt.timedelta(days=n // 2) for n in numbers}
    return [paper(n, days[n], doc_no=f"发改环资〔2026〕{600 + n}号") for n in numbers]


def key(each: Paper) -> str:
    return f"ndrc/{each.stem.rpartition('/')[2]}"


def publish(home: Home, shown: list[Paper]) -> None:
    home.site.put(TZ, shapes.ndrc_list(shown))
    home.site.put_all({f"{TZ}{each.stem}.html": shapes.ndrc_article(each) for each in shown})


def night(home: Home, *, expect: int = 0) -> dict[str, object]:
    """The counts of a night that says something."""
    row = home.crawl("ndrc", "--section", "tz", expect=expect)
    counted = ("state", "entries", "new", "revised", "unchanged", "failed")
    return {name: row[name] for name in counted if row[name]}


def test_a_night_archives_what_is_new_and_knows_what_it_has(home: Home) -> None:
    shown = papers(11)
    publish(home, shown)
    row = home.crawl("ndrc", "--section", "tz")
    assert (row["state"], row["entries"], row["new"], row["failed"]) == ("ok", 11, 11, {})
    assert row["captures"] == 13, "robots.txt, the listing and the articles"
    version = home.newest()[key(shown[0])]
    assert version.article.doc_no is not None
    assert version.article.doc_no.value.norm == "发改环资〔2026〕601号"
    assert "（一）摸清底数。" in version.article.text
    assert version.keywords
    assert all(change.silent for change in home.changes()), "a first crawl is not alerted"

    assert night(home) == {"state": "ok", "entries": 11, "unchanged": 11}
    assert len(home.changes()) == 11

    clause = tuple(line.replace("3个月内", "30日内") for line in shown[2].clauses)
    changed = evolve(shown[2], clauses=clause)
    dressed = [evolve(each, boilerplate=f"点击 {each.id} 次") for each in shown]
    fresh = papers(1, first=12)
    publish(home, [*dressed[:2], changed, *dressed[3:], *fresh])
    assert night(home) == {"state": "ok", "entries": 12, "new": 1, "revised": 1, "unchanged": 10}
    latest = home.changes()[11:]
    assert sorted((c.kind, c.version, c.silent) for c in latest) == [
        ("new_policy", 1, False),
        ("new_version", 2, False),
    ]
    newest = home.newest()
    assert newest[key(shown[2])].number == 2
    assert "30日内" in newest[key(shown[2])].article.text
    assert newest[key(shown[3])].number == 1, "boilerplate alone makes no version"


def test_a_known_article_that_no_listing_shows_is_still_visited(home: Home) -> None:
    shown = papers(13)
    publish(home, shown)
    night(home)
    home.site.put(TZ, shapes.ndrc_list(shown[2:]))
    home.site.remove(f"{TZ}{shown[0].stem}.html")
    assert night(home) == {"state": "ok", "entries": 11, "unchanged": 12, "failed": {"gone": 1}}
    assert len(home.newest()) == 13
    assert {change.kind for change in home.changes()} == {"new_policy"}, (
        "nothing is withdrawn after one night"
    )


def test_the_first_window_is_the_floor_and_older_articles_are_a_backfill(home: Home) -> None:
    recent, old = papers(10), papers(3, first=200)
    publish(home, [*recent, *old])
    assert night(home) == {"state": "ok", "entries": 13, "new": 10}
    fresh = papers(1, first=11)
    publish(home, [*recent, *fresh, *old])
    row = home.crawl("ndrc", "--section", "tz", "--since", "2020-01-01")
    assert (row["new"], row["unchanged"]) == (4, 10)
    assert sorted(change.silent for change in home.changes()[10:]) == [False, True, True, True]
    assert home.runs()[1].since == TODAY - dt.timedelta(days=90)


def test_a_night_follows_a_listing_to_the_end_of_the_window_and_is_polite(home: Home) -> None:
    pages = [papers(10), papers(10, first=11), papers(10, first=200), papers(10, first=300)]
    for shown in pages:
        publish(home, shown)
    for number, shown in enumerate(pages):
        url = f"{TZ}index_{number}.html" if number else TZ
        home.site.put(url, shapes.ndrc_list(shown, total=4, current=number))
    forbidden = f"/xxgk/zcfb/tz/{pages[0][0].stem}"
    home.site.put("https://www.ndrc.gov.cn/robots.txt", f"User-agent: *\nDisallow: {forbidden}")
    assert night(home) == {"state": "ok", "entries": 30, "new": 19, "failed": {"robots": 1}}
    asked = home.site.asked()
    assert asked[0]["url"] == "www.ndrc.gov.cn/robots.txt"
    assert not [each for each in asked if each["url"].endswith("index_3.html")]
    assert {each["agent"] for each in asked} == {"polarchive/0.1 (policy archive; nights@example.org)"}


def test_a_policy_on_two_portals_is_one_policy(home: Home) -> None:
    shown = papers(20)
    council = "https://www.gov.cn/zhengce/zhengceku/bmwj/TONGYONGGAILAN.json"
    home.site.put_all(
        {council: shapes.govcn_list(shown)} | {shapes.govcn_url(p): shapes.govcn_article(p) for p in shown}
    )
    publish(home, shown[:10])
    assert night(home)["new"] == 10
    row = home.crawl("govcn", "--section", "bmwj")
    assert (row["state"], row["new"]) == ("ok", 20)
    kinds = [change.kind for change in home.changes()]
    assert (kinds.count("new_policy"), kinds.count("source_added")) == (20, 10)
