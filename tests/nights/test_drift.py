"""A portal changes its form: an alarm with examples, no bad version, and all is well once it is mended."""

from __future__ import annotations

from attrs import evolve

from tests.cli.conftest import Polarchive
from tests.mocksite import shapes
from tests.nights.conftest import Home
from tests.nights.test_nights import TZ, key, night, papers, publish

MENDED = ["tests.portals_mended"]
UNCHANGED = "12 unchanged, 0 revised, 0 new, 0 cannot be read; nothing was saved\n"


def test_a_redesign_raises_an_alarm_and_makes_no_version(home: Home) -> None:
    shown = papers(12)
    publish(home, shown)
    night(home)
    before = home.newest()

    home.site.put_all({f"{TZ}{each.stem}.html": shapes.ndrc_redesigned(each) for each in shown[:11]})
    row = home.crawl("ndrc", "--section", "tz", expect=3)
    assert (row["revised"], row["unchanged"], row["failed"]) == (0, 1, {"drift": 11})
    alarms = {(one["kind"], one["subject"]): one for one in row["findings"]}
    assert {kind for kind, _ in alarms} <= {"field_empty", "body_shrank"}
    assert ("field_empty", "source") in alarms
    lost = alarms["field_empty", "published"]
    assert lost["sentence"] == "published was lost: 11 of 12 known articles (before: 0%)"
    assert len(lost["examples"]) == 3
    assert set(lost["examples"]) <= {f"{TZ}{each.stem}.html" for each in shown}
    assert home.newest() == before
    assert len(home.changes()) == 12

    polarchive = Polarchive(home.path)
    said = next(line for line in polarchive("status", "--json").json["portals"] if line["portal"] == "ndrc")
    assert said["last_run"]["findings"] == row["findings"]
    assert (
        "ndrc: field_empty: published was lost: 11 of 12 known articles (before: 0%)"
        in polarchive("status").out
    )

    again = home.crawl("ndrc", "--section", "tz", expect=3)
    assert again["failed"] == {"drift": 11}, "the alarm stays until the portal reads as before"
    assert again["findings"]

    home.configure(packages=MENDED)
    would = polarchive("reextract", "ndrc", "--dry-run")
    assert (would.code, would.out) == (0, UNCHANGED)
    row = home.crawl("ndrc", "--section", "tz")
    assert (row["state"], row["unchanged"], row["failed"], row["findings"]) == ("ok", 12, {}, [])
    assert home.newest() == before


def test_an_article_that_really_lost_a_field_or_its_text_is_revised(home: Home) -> None:
    shown = papers(12)
    publish(home, shown)
    night(home)
    short = evolve(shown[0], clauses=("本文件已经废止，不再执行，请以新印发的文件为准，特此公告周知。",))
    url = f"{TZ}{shown[1].stem}.html"
    publish(home, [short, *shown[1:]])
    without = shapes.ndrc_article(shown[1]).replace("规划司", "")
    home.site.put(url, without)
    assert night(home) == {"state": "ok", "entries": 12, "revised": 2, "unchanged": 10}
    newest = home.newest()
    assert newest[key(shown[0])].number == newest[key(shown[1])].number == 2


def test_a_portal_that_prints_a_field_no_more_is_drift_until_somebody_accepts_it(home: Home) -> None:
    shown = papers(12)
    publish(home, shown)
    night(home)
    home.site.put_all(
        {f"{TZ}{each.stem}.html": shapes.ndrc_article(each).replace("规划司", "") for each in shown}
    )
    row = home.crawl("ndrc", "--section", "tz", expect=1)
    assert (row["state"], row["failed"]) == ("failed", {"drift": 12})
    assert [(one["kind"], one["subject"]) for one in row["findings"]] == [("field_empty", "source")]
    assert len(home.changes()) == 12

    polarchive = Polarchive(home.path)
    refused = polarchive("reextract", "ndrc", "--json")
    assert (refused.code, refused.json["unchanged"], len(refused.json["unread"])) == (3, 0, 12)
    accepted = polarchive("reextract", "ndrc", "--accept", "--json")
    assert (accepted.code, len(accepted.json["revised"]), accepted.json["unread"]) == (0, 12, [])
    assert [change.kind for change in home.changes()[12:]] == ["reextracted"] * 12
    row = home.crawl("ndrc", "--section", "tz")
    assert (row["state"], row["unchanged"], row["findings"]) == ("ok", 12, [])
