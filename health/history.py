"""A portal's health, run by run: which alarms began, went on and ended, and how long they lasted. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from policy.records.runs import Finding, Run

_SAYS_NOTHING = frozenset({"running", "missed", "stopped", "lost"})


@frozen(kw_only=True)
class OpenAlarm:
    """A finding that holds: since which slot, and in how many runs."""

    finding: Finding
    since: dt.datetime
    nights: int = 1


@frozen(kw_only=True)
class HistoryEntry:
    """One run of the diary. ``open`` are all alarms after it, those of ``opened`` among them; ``closed``
    ended with it, by itself or since somebody accepted it."""

    run: Run
    opened: tuple[OpenAlarm, ...] = ()
    open: tuple[OpenAlarm, ...] = ()
    closed: tuple[OpenAlarm, ...] = ()


def history_entries(runs: Iterable[Run]) -> list[HistoryEntry]:
    """A portal's runs, the oldest first, as entries of its diary."""
    nights, held = list[HistoryEntry](), tuple[OpenAlarm, ...]()
    for run in runs:
        nights.append(_night(run, held))
        held = nights[-1].open
    return nights


def _night(run: Run, held: Sequence[OpenAlarm]) -> HistoryEntry:
    if run.kind == "acceptance":
        return HistoryEntry(run=run, closed=tuple(held))
    if run.findings is None or run.state in _SAYS_NOTHING:
        return HistoryEntry(run=run, open=tuple(held))
    before = {alarm.finding.name: alarm for alarm in held}
    found = {one.name: _held(before.get(one.name), one, run) for one in run.findings}
    asleep = {name: alarm for name, alarm in before.items() if name not in found and not _asked(alarm, run)}
    return HistoryEntry(
        run=run,
        opened=tuple(alarm for name, alarm in found.items() if name not in before),
        open=(*found.values(), *asleep.values()),
        closed=tuple(alarm for name, alarm in before.items() if name not in found and name not in asleep),
    )


def _held(before: OpenAlarm | None, finding: Finding, run: Run) -> OpenAlarm:
    if before is None:
        return OpenAlarm(finding=finding, since=run.slot)
    return evolve(before, finding=finding, nights=before.nights + 1)


def _asked(alarm: OpenAlarm, run: Run) -> bool:
    """Whether the run looked at what the alarm is about: a crawl of one section says nothing of others."""
    section = alarm.finding.section
    return run.state != "skipped" and (section is None or section in run.sections)
