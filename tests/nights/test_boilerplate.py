"""Boilerplate of odd words is learned over nights, and learning alone makes no version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from attrs import evolve

from storage.articles import boilerplate
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()
ODD = (
    "<p>江潮矩阵 · 陪你读懂新政</p><p>守夜小编：{editor}</p><p>翻阅 {clock} 次</p>"
    '<h4>大伙都在翻</h4><ul><li><a href="/hot{clock}.html">江南新鲜事之{clock}</a></li></ul>'
)
WORDS = ("江潮矩阵", "守夜小编", "翻阅", "大伙都在翻", "江南新鲜事")


def papers(count: int, *, first: int = 1) -> list[Paper]:
    return [paper(n, TODAY - dt.timedelta(days=n // 2)) for n in range(first, first + count)]


def publish(home: Home, shown: Sequence[Paper], *, clock: int = 1) -> None:
    """Each page ends with boilerplate that no rule knows: an editor, a counter, a list of hot pages."""
    home.site.put(TZ, shapes.ndrc_list(shown))
    for number, each in enumerate(shown):
        tail = ODD.format(editor=("林一", "王小二", "赵四")[number % 3], clock=clock * 100 + number)
        html = shapes.ndrc_article(each).replace("日</p></div></div>", f"日</p>{tail}</div></div>")
        home.site.put(f"{TZ}{each.stem}.html", html)


def night(home: Home) -> tuple[int, int, int]:
    """How many articles were new, revised and unchanged."""
    row = home.crawl("ndrc", "--section", "tz")
    return row["new"], row["revised"], row["unchanged"]


def odd(home: Home, each: Paper) -> list[str]:
    """What of the boilerplate stands in an article's newest text."""
    text = home.newest()[f"ndrc/{each.stem.rpartition('/')[2]}"].article.text
    assert text.endswith("日") or any(word in text for word in WORDS)
    return [word for word in WORDS if word in text]


def sets(home: Home) -> int | None:
    with home.database() as database, database.read() as session:
        active = boilerplate.active_set(session, "ndrc")
    return active.id if active else None


def polarchive(home: Home, *arguments: str) -> Any:
    """What a command says to programs."""
    return home.ask("boilerplate", "ndrc", "--json", *arguments)


def test_from_the_tenth_page_on_odd_boilerplate_goes_and_no_version_comes_of_it(home: Home) -> None:
    shown = papers(11)
    few = shown[:8]
    publish(home, [*few, *papers(3, first=200)])
    assert night(home) == (8, 0, 0), "the listing's older rows lie outside the window"
    assert odd(home, few[0]) == list(WORDS), "the first pages are read by the rules alone"
    assert sets(home) is None

    publish(home, shown, clock=2)
    assert night(home) == (3, 8, 0), "nothing is learned yet, so another list of hot pages is other words"
    learned = sets(home)
    assert learned

    fresh = papers(12)
    publish(home, fresh, clock=3)
    assert night(home) == (1, 0, 11), "learning and the next list of hot pages are no reason for a version"
    assert odd(home, fresh[11]) == []
    assert home.newest()[f"ndrc/{fresh[11].stem.rpartition('/')[2]}"].boilerplate == learned
    assert home.newest()[f"ndrc/{fresh[0].stem.rpartition('/')[2]}"].boilerplate is None
    assert sets(home) == learned, "a set is replaced only where other boilerplate is learned"

    clauses = tuple(line.replace("3个月内", "30日内") for line in fresh[2].clauses)
    changed = [*fresh[:2], evolve(fresh[2], clauses=clauses), *fresh[3:]]
    publish(home, changed, clock=4)
    assert night(home) == (0, 1, 11), "words are a reason"
    assert odd(home, fresh[2]) == []

    blocks = polarchive(home)["blocks"]
    [motto] = [block for block in blocks if block["key"].startswith("江潮矩阵")]
    assert (motto["pages"], motto["of"], motto["kept"]) == (12, 12, False)
    kept = polarchive(home, "--keep", motto["block"])
    assert kept["set"] > learned
    publish(home, [*changed, *papers(1, first=13)], clock=5)
    assert night(home) == (1, 0, 12), "nor is what ops say"
    assert odd(home, paper(13, TODAY - dt.timedelta(days=6))) == ["江潮矩阵"]
    assert odd(home, fresh[2]) == [], "versions stay as they were read"
