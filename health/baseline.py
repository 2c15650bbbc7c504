"""What is usual for a portal: its previous runs, the alarms that persist through them, and working days.

A value that was an alarm in a run is not learned from. An alarm is open until a run shows that its problem
disappeared, or until an operator accepts it.

Working days follow the Chinese calendar: weekends, holidays, and the weekend days worked instead (调休). The
State Council announces the days of a year in November before it. For years that are not announced yet the
statutory holidays by the lunar calendar are used, with whole weeks at 春节 and 国庆节, when nobody publishes.
This is the only module that imports holidays (https://pypi.org/project/holidays).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from attrs import evolve, frozen

from policy.records.runs import Finding, FindingKind, Run, SectionReport
from policy.rules.drift import beta_binomial_tail

RARELY = 10_000
"""A chance alarm occurs once in so many runs."""
FEWEST = 3
"""Fewer failures than this are never an alarm."""
CREDIT = 100
"""Successful requests assumed of a portal without history."""


@frozen(kw_only=True)
class Promise:
    """What a section promises: a least number of rows, and a new row within so many working days.

    ``fresh_within`` None: the interval is learned from the previous runs.
    """

    section: str
    name: str
    url: str
    at_least: int = 1
    fresh_within: int | None = None


@frozen(kw_only=True)
class RunWithHistory:
    """A run to be checked, and the portal's previous runs, oldest first."""

    run: Run
    past: Sequence[Run] = ()

    def usual(self, kind: FindingKind, *, section: str = "", subject: str = "") -> Iterator[Run]:
        """The previous runs in which there was no such alarm; those with one are not learned from."""
        name = (kind, section, subject)
        return (run for run in self.past if all(name != finding.name for finding in run.findings or ()))

    def reports(self, kind: FindingKind, section: str) -> list[SectionReport]:
        """The section's listing reports of the usual runs in which it was read."""
        reports = (run.sections.get(section) for run in self.usual(kind, section=section))
        return [report for report in reports if report and report.pages]

    def finding(
        self,
        kind: FindingKind,
        sentence: str,
        advice: str,
        *,
        broken: bool = False,
        section: str | None = None,
        subject: str = "",
        examples: Iterable[str] = (),
    ) -> Finding:
        """A finding about this run; ``broken`` sets its severity."""
        return Finding(
            portal=self.run.portal,
            kind=kind,
            severity="broken" if broken else "warning",
            sentence=sentence,
            advice=advice,
            section=section,
            subject=subject,
            examples=tuple(examples),
        )


def is_rare(bad: int, total: int, *, past_bad: int, past_total: int) -> bool:
    """Whether ``bad`` failures of ``total`` are very unlikely, given ``past_bad`` of ``past_total``
    before."""
    good = past_total - past_bad + CREDIT
    chance = beta_binomial_tail(bad, total, prior_bad=past_bad + 1, prior_good=good)
    return bad >= FEWEST and chance < 1 / RARELY


# ------------------------------------------------------------------ the history of alarms


_INCONCLUSIVE = frozenset({"running", "missed", "stopped", "crashed"})


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


# ------------------------------------------------------------------ working days


_SPRING, _NATIONAL = "春节", "国庆节"
_LONG_WEEK = 7
_DAY = dt.timedelta(days=1)
_SATURDAY = 5
_FIRST, _LAST = 2001, 2099
"""The years that the library covers."""


@frozen(kw_only=True)
class WorkingYear:
    """Days off besides weekends, and weekend days that are worked.

    ``announced``: by the State Council; before that the worked weekend days are unknown.
    """

    off: frozenset[dt.date]
    worked: frozenset[dt.date]
    announced: bool


def is_workday(day: dt.date) -> bool:
    """Whether offices work on this day."""
    year = year_of(day.year)
    return day in year.worked or (day.weekday() < _SATURDAY and day not in year.off)


def workdays_between(first: dt.date, last: dt.date) -> int:
    """The number of working days after ``first`` up to and including ``last``."""
    return sum(is_workday(first + n * _DAY) for n in range(1, (last - first).days + 1))


def is_announced(day: dt.date) -> bool:
    """Whether the State Council has announced the days off of this year."""
    return year_of(day.year).announced


@cache
def year_of(number: int) -> WorkingYear:
    """The days of a year; without any for years that the library does not cover."""
    if not _FIRST <= number <= _LAST:
        return WorkingYear(off=frozenset(), worked=frozenset(), announced=False)
    from holidays.countries.china import China  # takes 0.2 s

    calendar = China(years=number, language="zh_CN")  # type: ignore[no-untyped-call]  # its arguments are
    worked = frozenset(day for day in calendar.weekend_workdays if day.year == number)
    off = {day for day in calendar if day.year == number}
    if not worked:
        named = ((day, name.split("；")) for day, name in calendar.items())
        begins = {name: day for day, names in sorted(named, reverse=True) for name in names}
        off |= {begins[name] + n * _DAY for name in (_SPRING, _NATIONAL) for n in range(_LONG_WEEK)}
    return WorkingYear(off=frozenset(off), worked=worked, announced=bool(worked))
