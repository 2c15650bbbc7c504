"""The health history of a portal: alarms begin, continue and end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from health.baseline import history_entries
from policy.records.runs import Finding, Run, SectionReport

FIRST = dt.datetime(2026, 11, 2, 18, 30, tzinfo=dt.UTC)


def alarm(kind: Any = "sudden_drop", section: str | None = "tz") -> Finding:
    return Finding(portal="p", kind=kind, severity="broken", sentence="s", advice="a", section=section)


def run(number: int, *findings: Finding, **changed: Any) -> Run:
    fields = {"state": "ok", "sections": {"tz": SectionReport(pages=1)}, "findings": findings}
    slot = FIRST + dt.timedelta(days=number)
    return Run(id=number + 1, portal="p", slot=slot, **fields | changed)  # type: ignore[arg-type]


def told(*runs: Run) -> list[tuple[int, list[int], list[int]]]:
    """Of each run how many alarms began, and of those that hold and those that ended the nights."""
    entries = history_entries(runs)
    return [
        (len(entry.opened), [one.nights for one in entry.open], [one.nights for one in entry.closed])
        for entry in entries
    ]


def test_an_alarm_begins_goes_on_and_ends_with_its_length() -> None:
    found = told(run(0), run(1, alarm()), run(2, alarm()), run(3))
    assert found == [(0, [], []), (1, [1], []), (0, [2], []), (0, [], [2])]


def test_a_run_that_says_nothing_ends_no_alarm() -> None:
    for silent in (
        run(2, state="missed", findings=None),
        run(2, state="stopped"),
        run(2, sections={"gg": SectionReport(pages=1)}),
    ):
        assert told(run(1, alarm()), silent, run(3, alarm())) == [(1, [1], []), (0, [1], []), (0, [2], [])]


def test_somebody_may_accept_it() -> None:
    accepted = run(2, kind="acceptance", findings=None)
    assert told(run(1, alarm()), accepted, run(3)) == [(1, [1], []), (0, [], [1]), (0, [], [])]


def test_alarms_of_one_kind_are_told_apart() -> None:
    both = (alarm(), alarm(section=None), alarm("stale"))
    assert told(run(1, *both), run(2, alarm("stale"))) == [(3, [1, 1, 1], []), (0, [2], [1, 1])]
