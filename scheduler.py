"""The clock: which portal is due, run at most once, catching up what was missed.

APScheduler only wakes us: it has no lock between processes, its jitter differs in each, and what
was missed while nothing ran it never mentions.  Which slots are due is :func:`due`, called at start,
at every wake and by ``--once``; that a slot runs once is the lease in the database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TextIO

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from attrs import evolve, field, frozen

from config import Config, Schedule
from crawler.run_context import utc_now
from crawler.runs import run_lock
from crawler.runs.process import TAKEN
from crawler.runs.run_lock import read_kill_switch
from crawler.runs.setup import enabled_portals
from policy.errors import ConfigError, PolarchiveError
from services import nightly, reports
from services.archive_home import ArchiveHome
from services.nightly import Night
from storage.database import Database
from storage.runs import leases

logger = logging.getLogger(__name__)

AT_LEAST_EVERY = dt.timedelta(minutes=10)
"""We look at the clock so often though nothing is due: a machine that slept wakes late."""

AFTER_FAILURE = dt.timedelta(minutes=1)
"""How long we wait where a look failed, as a database that was away may be back, or a portal is held."""

_MOMENT = dt.timedelta(microseconds=1)


# ------------------------------------------------------------------ due slots


@frozen(kw_only=True)
class Due:
    """The slot to run now, and those nobody will run any more."""

    run: dt.datetime | None = None
    missed: tuple[dt.datetime, ...] = ()


def due(schedule: Schedule, last_slot: dt.datetime | None, now: dt.datetime) -> Due:
    """The newest slot after ``last_slot``, if it is within the grace; all others were missed.

    A portal that never ran has missed nothing: its newest slot within the grace is due.
    """
    oldest = now - dt.timedelta(hours=schedule.grace_hours)
    slots = tuple(_slots(schedule, oldest if last_slot is None else last_slot + _MOMENT, now))
    if slots and slots[-1] >= oldest:
        return Due(run=slots[-1], missed=() if last_slot is None else slots[:-1])
    return Due(missed=slots)


def _slots(schedule: Schedule, first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    """All slots between both, included, in UTC."""
    slot = next_slot(schedule, first)
    while slot is not None and slot <= last:
        yield slot
        slot = next_slot(schedule, slot + _MOMENT)


def next_slot(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """The first slot that is not before ``now``."""
    trigger = CronTrigger.from_crontab(schedule.cron, timezone=schedule.timezone)
    found: dt.datetime | None = trigger.get_next_fire_time(None, now)
    return found.astimezone(dt.UTC) if found else None


def spread(portal: str, slot: dt.datetime, minutes: float) -> dt.timedelta:
    """How long after its slot a portal starts: the same in every process, different for each slot."""
    named = f"{portal}|{slot.astimezone(dt.UTC).isoformat()}"
    share = int.from_bytes(hashlib.sha256(named.encode()).digest()[:8]) / 2**64
    return dt.timedelta(minutes=minutes * share)


# ------------------------------------------------------------------ a tick of the clock


@frozen(kw_only=True)
class Plan:
    """What one look at the clock found: slots to run now, missed ones, and when to look again."""

    run: Mapping[str, dt.datetime] = field(factory=dict)
    missed: tuple[tuple[str, dt.datetime], ...] = ()
    again: dt.datetime


def plan(config: Config, last: Mapping[str, dt.datetime | None], now: dt.datetime, *, wait: bool) -> Plan:
    """What is due for the portals in ``last``; with ``wait`` each waits for its place in the spread."""
    found = {slug: due(config.schedule_of(slug), last[slug], now) for slug in last}
    starts = {slug: _start(config, slug, one.run) for slug, one in found.items() if one.run}
    ready = {slug: one.run for slug, one in found.items() if one.run and not (wait and starts[slug] > now)}
    return Plan(
        run=ready,
        missed=tuple((slug, slot) for slug, one in found.items() for slot in one.missed),
        again=min(
            [now + AT_LEAST_EVERY, *_later(config, last, now), *(t for t in starts.values() if t > now)]
        ),
    )


def _start(config: Config, slug: str, slot: dt.datetime) -> dt.datetime:
    return slot + spread(slug, slot, config.schedule.spread_minutes)


def _later(config: Config, slugs: Mapping[str, object], now: dt.datetime) -> list[dt.datetime]:
    """When each portal would start its next slot."""
    slots = {slug: next_slot(config.schedule_of(slug), now + _MOMENT) for slug in slugs}
    return [_start(config, slug, slot) for slug, slot in slots.items() if slot]


# ------------------------------------------------------------------ clock


class Clock:
    """Looks, runs what is due, reports, and says when to look again."""

    def __init__(
        self,
        config: Config,
        database: Database,
        report: Callable[[Night, bool], None],
        *,
        after_failure: dt.timedelta = AFTER_FAILURE,
    ) -> None:
        self._config, self._database, self._report = config, database, report
        self._after_failure = after_failure
        self._slugs = enabled_portals(config).slugs
        self._stop, self._busy, self._lock = threading.Event(), set[str](), threading.Lock()
        self._held = set[str]()
        """Portals whose night waits for a run of another kind to end, and was told so."""
        self._scheduler = BackgroundScheduler(timezone=config.schedule.timezone)

    def once(self) -> int:
        """Run what is due now; the exit code."""
        passed = self._look(wait=False)
        return 0 if passed.stopped or passed.code == TAKEN else passed.code

    def run(self) -> None:
        """Run until told to stop; then let the children finish what is in flight, and wait for them."""
        self._scheduler.start()
        self._look_at(utc_now())
        self._stop.wait()
        logger.warning("stopping")
        self._scheduler.shutdown(wait=True)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """A signal's handler: sets a flag and no more."""
        self._stop.set()

    def _look_at(self, moment: dt.datetime) -> None:
        """Look at ``moment`` instead of when we meant to; looks may overlap, as nights do."""
        if not self._stop.is_set():
            self._scheduler.add_job(
                self._wake,
                DateTrigger(moment),
                id="look",
                replace_existing=True,
                max_instances=1000,
                misfire_grace_time=None,
            )

    def _wake(self) -> None:
        """Look at the clock; whatever happens, we look again."""
        try:
            self._look()
        except Exception:  # the border of a job: APScheduler would forget it, and no portal ever run again
            logger.exception("a look at the clock failed; looking again in %s", self._after_failure)
            self._look_at(utc_now() + self._after_failure)

    def _look(self, *, wait: bool = True) -> Night:
        """Run what is due. The next look is arranged before, as a long night stops no clock, and
        another one after it, for what became due meanwhile."""
        crashed = tuple(run_lock.close_crashed_runs(self._config, self._database, utc_now()))
        taken = self._take(wait=wait)
        if wait:
            self._look_at(taken.again)
        passed = evolve(self._night(taken), crashed=crashed)
        if wait and taken.run:
            self._look_at(utc_now())
        if passed != Night(consumers=passed.consumers):
            self._report(passed, not wait or self._rests())
        if passed.blocked_by and not wait:  # nobody looks again
            passed = nightly.run_waiting_portals(
                self._config, self._database, passed, taken.run, stop=self._stop
            )
            self._report(passed, True)
        nightly.continue_backfills(self._config, self._database, passed, stop=self._stop)
        return passed

    def _rests(self) -> bool:
        """Whether all that is due has ended: then the night's report is mailed, and not before."""
        with self._lock, self._database.read() as session:
            last = {slug: leases.last_slot(session, slug) for slug in self._slugs}
            return not self._busy and not any(
                due(self._config.schedule_of(slug), last[slug], utc_now()).run
                for slug in self._slugs
                if slug not in self._held
            )

    def _take(self, *, wait: bool) -> Plan:
        """What is due, and ours from now on: a look beside this one leaves it alone. Nothing is while
        crawling is stopped; what that misses is told, or caught up, when it is resumed. What a run of
        another kind holds is left alone until that has ended; then it is due still."""
        with self._lock, self._database.read() as session:
            self._held &= run_lock.blocking_runs(session).keys()
            taken_now = self._busy | self._held
            free = (
                []
                if read_kill_switch(self._config)
                else [slug for slug in self._slugs if slug not in taken_now]
            )
            last = {slug: leases.last_slot(session, slug) for slug in free}
            taken = plan(self._config, last, utc_now(), wait=wait)
            self._busy |= set(taken.run)
        soon = utc_now() + self._after_failure
        return evolve(taken, again=min(taken.again, soon)) if self._held else taken

    def _night(self, taken: Plan) -> Night:
        if self._stop.is_set() or not (taken.run or taken.missed):
            return Night()
        passed = Night()
        try:
            passed = nightly.run_night(
                self._config, self._database, taken.run, missed=taken.missed, stop=self._stop
            )
            return passed
        finally:
            with self._lock:
                self._busy -= set(taken.run)
                self._held |= {run.portal for run in passed.blocked_by}


# ------------------------------------------------------------------ the process


def main(arguments: Sequence[str] | None = None) -> int:
    """``python scheduler.py [--home HOME] [--once]``."""
    parser = argparse.ArgumentParser(prog="scheduler.py", description="Run each portal when it is due.")
    parser.add_argument(
        "--home", type=Path, help="the archive's folder (else POLARCHIVE_HOME, else archive/)"
    )
    parser.add_argument("--once", action="store_true", help="run what is due now, and exit")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    try:
        return _serve(ArchiveHome(options.home, os.environ), once=options.once)
    except PolarchiveError as error:
        _write(sys.stderr, f"error: {' '.join(str(error).split())}")
        return 2 if isinstance(error, ConfigError) else 1


def _serve(home: ArchiveHome, *, once: bool) -> int:
    home.prepare()
    for refused in enabled_portals(home.config).refused:
        _write(sys.stderr, f"not crawled: {refused}")
    with home.database() as database:

        def tell(passed: Night, last: bool) -> None:
            report_night = nightly.report_and_mail if last else nightly.report_night
            _write(sys.stdout, *reports.report_lines(report_night(home.config, database, passed)))

        ours = Clock(home.config, database, tell)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ours.stop)
        if once:
            return ours.once()
        ours.run()
    return 0


def _write(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
