"""A portal's health, run by run: which alarms began, went on and ended, and how long they lasted. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from policy.records.runs import Judgement, Run

_SAYS_NOTHING = frozenset({"running", "missed", "stopped", "lost"})


@frozen(kw_only=True)
class Alarm:
    """A judgement that holds: since which slot, and in how many runs."""

    judgement: Judgement
    since: dt.datetime
    nights: int = 1


@frozen(kw_only=True)
class DiaryNight:
    """One run of the diary. ``open`` are all alarms after it, those of ``opened`` among them; ``closed``
    ended with it, by itself or since somebody accepted it."""

    run: Run
    opened: tuple[Alarm, ...] = ()
    open: tuple[Alarm, ...] = ()
    closed: tuple[Alarm, ...] = ()


def diary(runs: Iterable[Run]) -> list[DiaryNight]:
    """A portal's runs, the oldest first, as entries of its diary."""
    nights, held = list[DiaryNight](), tuple[Alarm, ...]()
    for run in runs:
        nights.append(_night(run, held))
        held = nights[-1].open
    return nights


def _night(run: Run, held: Sequence[Alarm]) -> DiaryNight:
    if run.kind == "acceptance":
        return DiaryNight(run=run, closed=tuple(held))
    if run.judgements is None or run.state in _SAYS_NOTHING:
        return DiaryNight(run=run, open=tuple(held))
    before = {alarm.judgement.name: alarm for alarm in held}
    found = {one.name: _held(before.get(one.name), one, run) for one in run.judgements}
    asleep = {name: alarm for name, alarm in before.items() if name not in found and not _asked(alarm, run)}
    return DiaryNight(
        run=run,
        opened=tuple(alarm for name, alarm in found.items() if name not in before),
        open=(*found.values(), *asleep.values()),
        closed=tuple(alarm for name, alarm in before.items() if name not in found and name not in asleep),
    )


def _held(before: Alarm | None, judgement: Judgement, run: Run) -> Alarm:
    if before is None:
        return Alarm(judgement=judgement, since=run.slot)
    return evolve(before, judgement=judgement, nights=before.nights + 1)


def _asked(alarm: Alarm, run: Run) -> bool:
    """Whether the run looked at what the alarm is about: a crawl of one section says nothing of others."""
    section = alarm.judgement.section
    return run.state != "skipped" and (section is None or section in run.sections)
