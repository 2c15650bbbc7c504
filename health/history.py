"""The health history of a portal: which alarms each run opened, continued and closed. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from policy.records.runs import Finding, Run

_INCONCLUSIVE = frozenset({"running", "missed", "stopped", "lost"})


@frozen(kw_only=True)
class OpenAlarm:
    """A finding that persists: since the slot ``since``, in ``nights`` runs."""

    finding: Finding
    since: dt.datetime
    nights: int = 1


@frozen(kw_only=True)
class HistoryEntry:
    """One run and its effect on the alarms.

    ``open`` are all alarms after the run, including those it ``opened``; ``closed`` are the alarms that ended
    with it, because the problem disappeared or was accepted.
    """

    run: Run
    opened: tuple[OpenAlarm, ...] = ()
    open: tuple[OpenAlarm, ...] = ()
    closed: tuple[OpenAlarm, ...] = ()


def history_entries(runs: Iterable[Run]) -> list[HistoryEntry]:
    """The history of a portal's runs, which must be given oldest first."""
    entries, alarms = list[HistoryEntry](), tuple[OpenAlarm, ...]()
    for run in runs:
        entries.append(_entry(run, alarms))
        alarms = entries[-1].open
    return entries


def _entry(run: Run, alarms: Sequence[OpenAlarm]) -> HistoryEntry:
    if run.kind == "acceptance":
        return HistoryEntry(run=run, closed=tuple(alarms))
    if run.findings is None or run.state in _INCONCLUSIVE:
        return HistoryEntry(run=run, open=tuple(alarms))
    before = {alarm.finding.name: alarm for alarm in alarms}
    current = {finding.name: _continued(before.get(finding.name), finding, run) for finding in run.findings}
    unchecked = {
        name: alarm for name, alarm in before.items() if name not in current and not _checks(run, alarm)
    }
    return HistoryEntry(
        run=run,
        opened=tuple(alarm for name, alarm in current.items() if name not in before),
        open=(*current.values(), *unchecked.values()),
        closed=tuple(
            alarm for name, alarm in before.items() if name not in current and name not in unchecked
        ),
    )


def _continued(before: OpenAlarm | None, finding: Finding, run: Run) -> OpenAlarm:
    if before is None:
        return OpenAlarm(finding=finding, since=run.slot)
    return evolve(before, finding=finding, nights=before.nights + 1)


def _checks(run: Run, alarm: OpenAlarm) -> bool:
    """Whether the run covers the subject of the alarm: a crawl of one section does not check the others."""
    section = alarm.finding.section
    return run.state != "skipped" and (section is None or section in run.sections)
