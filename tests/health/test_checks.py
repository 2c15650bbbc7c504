"""A run is checked against the promises of its sections and against previous nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from health.checks import Promise, check_run
from policy.records.runs import Anomaly, Finding, HostTraffic, Run, SectionReport

HOST = "www.example.cn"
URL = f"https://{HOST}/tz/"
PROMISE = Promise(section="tz", name="通知", url=URL, at_least=5)
FIRST = dt.datetime(2026, 11, 2, 18, 30, tzinfo=dt.UTC)
"""The night of Tuesday, 3 November."""


def listed(rows: int = 20, **changed: Any) -> SectionReport:
    return evolve(SectionReport(entries=rows, first_page=rows, pages=1), **changed)


def host(median: float = 0.1, answers: int = 40, **changed: Any) -> HostTraffic:
    return evolve(HostTraffic(requests=answers, statuses={"200": answers}, median=median), **changed)


def a_night(number: int = 0, *, rows: int = 20, **changed: Any) -> Run:
    run = Run(
        id=number + 1,
        portal="example",
        slot=FIRST + dt.timedelta(days=number),
        state="ok",
        unchanged=40,
        sections={"tz": listed(rows)},
        traffic={HOST: host()},
        findings=(),
    )
    return evolve(run, **changed)


PAST = [a_night(number) for number in range(5)]
TONIGHT = 5


def found(run: Run, past: Sequence[Run] = PAST, **how: Any) -> list[Finding]:
    return list(check_run(run, past, [how.pop("promise", PROMISE)], **how))


def kinds(run: Run, past: Sequence[Run] = PAST, **how: Any) -> list[str]:
    return [one.kind for one in found(run, past, **how)]


def test_a_night_like_the_others_needs_no_look() -> None:
    assert kinds(a_night(), []) == []
    assert kinds(a_night(TONIGHT)) == []


# ------------------------------------------------------------------ listings


def test_a_listing_without_rows_broke_its_promise_even_on_the_first_night() -> None:
    empty = SectionReport(unread="layout_changed", rows=0)
    (one,) = found(a_night(TONIGHT, state="partial", sections={"tz": empty}))
    assert (one.kind, one.section, one.severity, one.examples) == ("zero_entries", "tz", "broken", (URL,))
    assert one.sentence == "0 rows, 5 promised (usually 20)"
    assert kinds(a_night(state="failed", sections={"tz": empty}), []) == ["zero_entries"]


def test_a_challenge_in_place_of_files_is_a_finding_like_one_in_place_of_pages() -> None:
    failed = {"attachment_challenge": 1, "attachment_blocked": 4, "timeout": 0}
    files = a_night(TONIGHT, failed=failed, traffic={HOST: host(files_challenged=True)})
    (one,) = found(files)
    assert (one.kind, one.severity, one.subject) == ("challenge", "broken", HOST)
    assert one.sentence == f"{HOST}: 1 challenge pages in place of files, 4 files not requested"
    both = evolve(files, failed=failed | {"challenge": 1}, traffic={HOST: host(challenged=True)})
    assert len(found(both)) == 1, "one cause, one finding"


def test_a_section_that_promises_nothing_is_checked_against_its_past() -> None:
    free = evolve(PROMISE, at_least=0)
    assert kinds(a_night(TONIGHT, rows=0), promise=free) == ["zero_entries"]
    small = [a_night(number, rows=rows) for number, rows in enumerate((2, 0, 1, 3, 2))]
    assert kinds(a_night(TONIGHT, rows=0), small, promise=free) == []
    assert kinds(a_night(rows=0), [], promise=free) == []


def test_most_rows_gone_is_a_drop_and_some_rows_gone_is_none() -> None:
    (one,) = found(a_night(TONIGHT, rows=8))
    assert (one.kind, one.sentence) == ("sudden_drop", "8 rows on its first page (usually 20)")
    assert kinds(a_night(TONIGHT, rows=12)) == []
    restless = [a_night(number, rows=rows) for number, rows in enumerate((20, 6, 18, 5, 20))]
    assert kinds(a_night(TONIGHT, rows=6), restless) == []


def test_one_odd_night_is_not_what_is_usual() -> None:
    odd = a_night(5, rows=60)
    assert kinds(a_night(6), [*PAST, odd]) == []


def test_an_alarm_stays_until_it_is_mended() -> None:
    past = list(PAST)
    for number in range(5, 40):
        run = a_night(number, rows=7)
        run = evolve(run, findings=tuple(found(run, past)))
        assert [one.kind for one in run.findings or ()] == ["sudden_drop"]
        past.append(run)
    assert kinds(a_night(40), past) == []


def test_a_listing_that_could_not_be_fetched_is_named_with_its_reason() -> None:
    (one,) = found(a_night(TONIGHT, state="partial", sections={"tz": SectionReport(unread="http_500")}))
    assert (one.kind, one.sentence) == ("unread", "its first page could not be read: http_500")


def test_sections_that_fail_together_are_one_finding() -> None:
    closed = SectionReport(unread="robots_unreachable")
    both = [PROMISE, evolve(PROMISE, section="gg", url=f"https://{HOST}/gg/")]
    run = a_night(TONIGHT, state="failed", sections={"tz": closed, "gg": closed})
    (one,) = check_run(run, PAST, both)
    assert (one.kind, one.section, one.subject) == ("unread", None, HOST)
    assert one.sentence == f"none of its 2 sections at {HOST} could be read: robots_unreachable"
    half = evolve(run, sections={"tz": closed, "gg": listed()})
    assert [(one.kind, one.section) for one in check_run(half, PAST, both)] == [("unread", "tz")]


def test_a_pager_in_a_circle_is_told_where_it_used_to_go_on() -> None:
    loops = {"tz": listed(pages=2, odd={"loops": Anomaly(count=1, examples=(URL,))})}
    deep = [a_night(number, sections={"tz": listed(pages=3)}) for number in range(3)]
    assert kinds(a_night(TONIGHT, sections=loops), deep) == ["loops"]
    assert kinds(a_night(TONIGHT, sections=loops), [a_night(0, sections=loops)]) == [], "so it always ended"
    assert kinds(a_night(TONIGHT, sections=loops), []) == []


@pytest.mark.parametrize("kind", ["endless", "duplicate_ids", "leads_elsewhere", "future_day"])
def test_odd_rows_are_told_until_somebody_accepts_them(kind: str) -> None:
    odd = {"tz": listed(odd={kind: Anomaly(count=3, examples=(URL,))})}
    tonight = a_night(TONIGHT, sections=odd)
    (one,) = found(tonight)
    assert (one.kind, one.section, one.severity, one.examples) == (kind, "tz", "warning", (URL,))
    accepted = evolve(tonight, findings=())
    assert kinds(a_night(6, sections=odd), [accepted]) == []
    assert kinds(a_night(6, sections=odd), [evolve(tonight, findings=(one,))]) == [kind]


# ------------------------------------------------------------------ silence


def daily(last: dt.date, count: int = 30) -> tuple[dt.date, ...]:
    days = (last - dt.timedelta(days=n) for n in range(3 * count))
    return tuple(sorted([day for day in days if day.weekday() < 5][:count]))


def test_a_section_that_fell_silent_is_stale_by_its_own_days() -> None:
    last = dt.date(2026, 11, 2)
    assert kinds(a_night(10, sections={"tz": listed(days=daily(last))})) == []
    (one,) = found(a_night(25, sections={"tz": listed(days=daily(last))}))
    assert (one.kind, one.severity) == ("stale", "warning")
    assert "nothing new for 19 working days, since 2026-11-02" in one.sentence


def test_holidays_are_no_silence() -> None:
    autumn = a_night(slot=dt.datetime(2026, 10, 8, 18, 30, tzinfo=dt.UTC))
    shown = {"tz": listed(days=daily(dt.date(2026, 9, 30)))}
    assert kinds(evolve(autumn, sections=shown), promise=evolve(PROMISE, fresh_within=1)) == []
    late = evolve(autumn, sections=shown, slot=autumn.slot + dt.timedelta(days=1))
    assert kinds(late, promise=evolve(PROMISE, fresh_within=1)) == ["stale"]


def test_a_section_that_prints_something_twice_a_year_may_be_silent_for_months() -> None:
    rare = tuple(dt.date(year, month, 3) for year in range(2022, 2026) for month in (1, 7))
    assert kinds(a_night(sections={"tz": listed(days=rare)})) == []


def test_rows_without_days_are_new_on_the_night_they_appear() -> None:
    promise = evolve(PROMISE, fresh_within=3)
    past = [a_night(0), a_night(1, sections={"tz": listed(fresh=1)}), *(a_night(n) for n in range(2, 5))]
    assert kinds(a_night(5), past, promise=promise) == []
    assert kinds(a_night(9), past, promise=promise) == ["stale"]


# ------------------------------------------------------------------ hosts


def test_a_host_that_is_down_is_one_finding_whatever_follows_from_it() -> None:
    down = HostTraffic(requests=3, failed={"connection_refused": 3})
    run = a_night(
        TONIGHT,
        state="failed",
        unchanged=0,
        sections={"tz": SectionReport(unread="connection_refused")},
        failed={"connection_refused": 41},
        traffic={HOST: down},
    )
    (one,) = found(run)
    assert (one.kind, one.subject, one.severity) == ("host_down", HOST, "broken")
    assert one.sentence == f"{HOST} answered none of 3 requests: connection_refused 3"


def test_a_challenge_is_one_finding_whatever_follows_from_it() -> None:
    run = a_night(
        TONIGHT,
        state="failed",
        unchanged=0,
        sections={"tz": SectionReport(unread="challenge")},
        failed={"challenge": 1, "blocked": 40},
        traffic={HOST: host(challenged=True)},
    )
    (one,) = found(run)
    assert (one.kind, one.severity) == ("challenge", "broken")
    assert HOST in one.sentence
    assert "polarchive import" in one.advice


def test_a_portal_that_refuses_us_is_blocked() -> None:
    refused = HostTraffic(requests=1, statuses={"403": 1})
    sections = {"tz": SectionReport(unread="http_403")}
    assert kinds(a_night(TONIGHT, state="failed", sections=sections, traffic={HOST: refused})) == ["blocked"]
    most = host(answers=50, statuses={"200": 10, "403": 40})
    assert kinds(a_night(TONIGHT, traffic={HOST: most})) == ["blocked"]
    some = host(answers=50, statuses={"200": 48, "403": 2})
    assert kinds(a_night(TONIGHT, traffic={HOST: some})) == []


def test_a_slow_host_is_told_against_its_past_and_above_a_floor() -> None:
    slow = a_night(TONIGHT, traffic={HOST: host(1.6)})
    (one,) = found(slow)
    assert one.sentence == f"{HOST} took 1.6 s for half of its answers (usually 0.1 s)"
    assert kinds(slow, []) == [], "nobody knows yet"
    assert kinds(slow, slow_seconds=2.0) == []
    always = [a_night(number, traffic={HOST: host(1.5)}) for number in range(5)]
    assert kinds(slow, always) == []


def test_errors_are_an_alarm_when_there_are_more_than_there_used_to_be() -> None:
    (one,) = found(a_night(TONIGHT, unchanged=30, failed={"timeout": 8, "http_500": 2}))
    assert (one.kind, one.severity) == ("error_rate", "warning")
    assert one.sentence == "10 of 40 articles could not be read (before: 0%): timeout 8, http_500 2"
    assert kinds(a_night(TONIGHT, unchanged=38, failed={"timeout": 2})) == []
    bad = [a_night(number, unchanged=30, failed={"timeout": 10}) for number in range(5)]
    assert kinds(a_night(TONIGHT, unchanged=30, failed={"timeout": 10}), bad) == []


def test_many_articles_gone_in_one_night_are_told() -> None:
    assert kinds(a_night(TONIGHT, unchanged=20, failed={"gone": 20})) == ["withdrawn_many"]
    assert kinds(a_night(TONIGHT, unchanged=39, failed={"gone": 1})) == []


def test_a_run_that_ended_badly_never_goes_without_a_word() -> None:
    assert kinds(a_night(TONIGHT, state="failed", message="ended early: x")) == ["failed"]
    assert kinds(a_night(TONIGHT, state="timeout")) == ["failed"]
    assert kinds(a_night(TONIGHT, failed={"crash": 1})) == ["crash"]
    assert kinds(a_night(TONIGHT, state="stopped")) == []
