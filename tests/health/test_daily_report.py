"""The daily report states on one screen what happened and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import evolve

from health.baseline import HistoryEntry, OpenAlarm
from health.daily_report import DailyReport, NewsItem, render_markdown, report_parts
from policy.records.runs import HostTraffic, Run, SectionReport
from services.reports import compose_message
from tests.storage.builders import NO_ROWS

DAY = dt.date(2026, 11, 24)
SLOT = dt.datetime(2026, 11, 23, 18, 30, tzinfo=dt.UTC)
URL = "https://www.example.cn/tz/"


def a_run(portal: str = "most", **changed: Any) -> Run:
    run = Run(id=1, portal=portal, slot=SLOT, state="ok", captures=40, sections={"tz": SectionReport()})
    return evolve(run, traffic={"www.example.cn": HostTraffic(requests=41, bytes=2_500_000)}, **changed)


def silent(count: int = 2) -> list[HistoryEntry]:
    return [HistoryEntry(run=a_run(f"portal{number}")) for number in range(count)]


def morning(*nights: HistoryEntry, **more: Any) -> DailyReport:
    return DailyReport(day=DAY, nights=nights, runs=tuple(night.run for night in nights), **more)


def test_requests_that_nobody_answered_are_counted_and_portals_that_wait_are_named() -> None:
    lost = a_run("ndrc", failed={"timeout": 2, "attachment_dns": 1, "http_404": 3})
    told = dict(report_parts(morning(HistoryEntry(run=lost), blocked=("mof: a backfill holds it",))))
    assert told["Blocked"] == ["mof: a backfill holds it"]
    assert told["Completeness"][0].startswith("no response: attachment_dns 1, timeout 2 (ndrc); ")


def test_a_night_without_problems_says_so_and_that_nothing_was_lost() -> None:
    report = morning(*silent())
    assert report.headline == "2026-11-24: 2 portals, nothing new; no problems"
    assert report_parts(report) == [
        ("Completeness", ["80 responses are archived as received; every extracted article is archived"]),
        ("Runs", ["2 ok: portal0, portal1", "82 requests, 5.0 MB"]),
    ]
    assert compose_message(report).subject == "Polarchive 2026-11-24: 2 portals, nothing new; no problems"


def test_what_broke_comes_first_with_its_length_an_example_and_what_to_do() -> None:
    held = OpenAlarm(finding=NO_ROWS, since=SLOT - dt.timedelta(days=2), nights=3)
    broken = HistoryEntry(run=a_run("ndrc", state="partial", failed={"drift": 4}), open=(held,))
    report = morning(broken, *silent())
    assert report.headline.endswith("; 1 broken")
    (heading, lines), *others = report_parts(report)
    assert (heading, lines) == (
        "Broken",
        [
            "ndrc/tz: zero_entries: 0 rows, 10 promised (for 3 nights, since 2026-11-22)",
            f"    {URL}",
            "    → mend it",
        ],
    )
    kept = dict(others)["Completeness"]
    assert kept == [
        "captured but not extracted: drift 4 (ndrc); fix the declaration, then polarchive reextract SLUG"
    ]
    assert dict(others)["Runs"][:2] == ["1 partial: ndrc", "2 ok: portal0, portal1"]


def test_warnings_silence_and_mended_alarms_stand_apart() -> None:
    stale = evolve(NO_ROWS, kind="stale", severity="warning", sentence="nothing new for 14 working days")
    slow = evolve(NO_ROWS, kind="slow", severity="warning", section=None, subject="www.example.cn")
    alarms = [OpenAlarm(finding=one, since=SLOT) for one in (stale, slow)]
    ended = OpenAlarm(finding=NO_ROWS, since=SLOT, nights=5)
    found = dict(report_parts(morning(HistoryEntry(run=a_run("ndrc"), open=tuple(alarms), closed=(ended,)))))
    assert found["Stale"][0] == "ndrc/tz: stale: nothing new for 14 working days (new)"
    assert found["Warnings"][0].startswith("ndrc: slow:")
    assert found["Resolved"] == ["ndrc/tz: zero_entries, after 5 nights"]


def test_news_fit_on_the_screen_and_hold_no_line_breaks() -> None:
    news = [NewsItem(portal="ndrc", kind="new", title=f"关于\n印发{n}", url=URL) for n in range(30)]
    report = morning(*silent(), news=(*news, NewsItem(portal="most", kind="changed", title="办法", url=URL)))
    assert report.headline == "2026-11-24: 2 portals, 1 changed, 30 new; no problems"
    lines = dict(report_parts(report))["New"]
    assert (len(lines), lines[0], lines[-1]) == (12, "ndrc: 关于 印发0", "and 20 more")


def test_a_day_without_a_run_is_not_reported_as_a_day_without_problems() -> None:
    assert dict(report_parts(DailyReport(day=DAY)))["Runs"] == [
        "nothing: no portal has a run of this day; is the scheduler running?"
    ]


def test_it_is_a_page_of_markdown_too() -> None:
    held = HistoryEntry(run=a_run("ndrc"), open=(OpenAlarm(finding=NO_ROWS, since=SLOT),))
    page = render_markdown(morning(held, resting=("example.cn is left alone until 2026-11-26",)))
    assert page.startswith("# 2026-11-24: 1 portals, nothing new; 1 broken\n\n## Broken\n\n- ndrc/tz: zero")
    assert f"\n  {URL}  \n  → mend it  \n" in page
    assert "## Backed off\n\n- example.cn is left alone until 2026-11-26\n" in page


def test_what_was_withdrawn_restored_and_moved_is_a_line_each() -> None:
    kinds = ("withdrawn", "restored", "moved")
    news = [NewsItem(portal="ndrc", kind=kind, title=f"办法{n}", url=URL) for n, kind in enumerate(kinds)]
    report = morning(*silent(), news=tuple(news))
    assert report.headline == "2026-11-24: 2 portals, 1 moved, 1 restored, 1 withdrawn; no problems"
    assert dict(report_parts(report))["New"] == [
        "ndrc: 办法0 (withdrawn)",
        "ndrc: 办法1 (restored)",
        "ndrc: 办法2 (moved)",
    ]
