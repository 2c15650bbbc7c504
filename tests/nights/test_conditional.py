"""Nights that ask for known pages only where they are others than before, and what comes of a lie."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from policy.rules.extraction import FULL
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
COUNT = 12


def publish(
    home: Home, *, etag: str = '"{}"', other_words_of: int | None = None, **fault: Any
) -> list[Paper]:
    papers = [paper(number, TODAY) for number in range(1, COUNT + 1)]
    home.site.put(TZ, shapes.ndrc_list(papers))
    for number, each in enumerate(papers, start=1):
        body = shapes.ndrc_article(each)
        if number == other_words_of:
            body = body.replace("有效期三年", "有效期五年")
        home.site.put(f"{TZ}{each.stem}.html", body, headers={"ETag": etag.format(number)}, **fault)
    return papers


def crawl(home: Home, day: int, *options: str) -> dict[str, Any]:
    slot = (NOW + dt.timedelta(days=day)).isoformat()
    row = home.crawl("ndrc", "--section", "tz", "--slot", slot, *options)
    return {name: row[name] for name in ("new", "revised", "unchanged", "failed") if row[name]}


def unsent(home: Home) -> int:
    """How many pages were not sent, as they were known."""
    return sum(one.get("status") == 304 for one in home.site.asked())


def test_a_known_page_is_sent_again_only_in_every_fifth_look(home: Home) -> None:
    papers = publish(home)
    assert crawl(home, 0) == {"new": COUNT}
    assert unsent(home) == 0
    for night in range(1, FULL + 1):
        assert crawl(home, night) == {"unchanged": COUNT}
    assert unsent(home) == COUNT * (FULL - 1), "each page was taken whole once in five nights"
    answers = [one.status for each in papers for one in home.captures(f"{TZ}{each.stem}.html")]
    assert answers.count(304) == COUNT * (FULL - 1), "kept as received"
    assert len(home.changes()) == COUNT


def test_other_words_under_another_etag_are_a_version_and_no_lie(home: Home) -> None:
    publish(home)
    crawl(home, 0)
    publish(home, etag='W/"{}-b"', other_words_of=3)
    assert crawl(home, 1) == {"revised": 1, "unchanged": COUNT - 1}


def test_a_304_that_names_another_state_of_the_page_is_a_lie_and_found_at_once(home: Home) -> None:
    publish(home)
    crawl(home, 0)
    publish(home, etag='"{}-b"', other_words_of=3, fault="stubborn")
    night = crawl(home, 1)
    assert (night["revised"], night["unchanged"], list(night["failed"])) == (1, COUNT - 1, ["lying_etag"])
    assert night["failed"]["lying_etag"] == unsent(home), "each was then taken whole"
    assert [each["portal"] for each in home.ask("status", "--json")["distrusted"]] == ["ndrc"]
    before = unsent(home)
    assert crawl(home, 2) == {"unchanged": COUNT}
    assert unsent(home) == before


def test_an_etag_that_lies_is_found_and_never_believed_again(home: Home) -> None:
    publish(home)
    crawl(home, 0)
    publish(home, other_words_of=3)
    nights = [crawl(home, night) for night in range(1, FULL + 1)]
    assert [night for night in nights if "revised" in night] == [
        {"revised": 1, "unchanged": COUNT - 1, "failed": {"lying_etag": 1}}
    ]
    lie = next(each for each in home.ask("status", "--json")["distrusted"])
    assert (lie["portal"], lie["url"]) == ("ndrc", f"{TZ}{paper(3, TODAY).stem}.html")
    before = unsent(home)
    assert crawl(home, FULL + 1) == {"unchanged": COUNT}
    assert unsent(home) == before


def test_a_night_of_unsent_pages_is_replayed_as_it_was(home: Home, tmp_path: Path, cache: Path) -> None:
    urls = [f"{TZ}{each.stem}.html" for each in publish(home)]
    crawl(home, 0)
    crawl(home, 1)
    said = home.newest()
    page = next(url for url in urls if home.captures(url)[0].status == 304)
    first, second = sorted((home.path / "captures").rglob("*.warc.gz"), key=lambda path: path.stat().st_mtime)
    other = Home(path=tmp_path / "other", site=home.site, forkserver=home.forkserver)
    other.prepare(cache)
    other.configure()
    assert crawl(other, 0, "--replay", str(first)) == {"new": COUNT}
    both_nights = ("--replay", str(first), "--replay", str(second))
    assert crawl(other, 1, *both_nights) == {"unchanged": COUNT}
    assert [one.status for one in other.captures(page)] == [one.status for one in home.captures(page)]
    assert other.newest().keys() == said.keys()

    both, empty = tmp_path / "both", Home(path=tmp_path / "empty", site=home.site, forkserver=home.forkserver)
    both.mkdir()
    for path in (first, second):
        shutil.copy(path, both)
    empty.prepare(cache)
    empty.configure()
    assert crawl(empty, 0, "--replay", str(both)) == {"new": COUNT}, "the last whole answer, not the 304"


def test_a_replay_of_unsent_pages_alone_saves_nothing_of_them(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    publish(home)
    crawl(home, 0)
    crawl(home, 1)
    second = max((home.path / "captures").rglob("*.warc.gz"), key=lambda path: path.stat().st_mtime)
    empty = Home(path=tmp_path / "empty", site=home.site, forkserver=home.forkserver)
    empty.prepare(cache)
    empty.configure()
    row = empty.crawl("ndrc", "--section", "tz", "--replay", str(second))
    assert (row["new"], row["not_saved"]) == (0, COUNT), "the page sent again is only referred to"
