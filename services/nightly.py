"""The nightly run: crawl the portals that are due, check their runs, then run the change-feed consumers."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from config import Config
from crawler.run_context import Clock, utc_now
from crawler.runs import process as crawling
from crawler.runs import run_lock
from crawler.runs.run_lock import read_kill_switch
from health.daily_report import DailyReport
from policy.documents.dates import calendar_day, format_moment
from policy.records.runs import Finding, Run
from services import consumers, reports, run_health
from services.consumers import ConsumerResults
from storage.database import Database
from storage.runs import backfills, leases

logger = logging.getLogger(__name__)

Slots = Mapping[str, dt.datetime]
Done = crawling.Done

PARTIAL = 3
_CODES = {"ok": 0, "skipped": 0, "partial": PARTIAL, "budget": PARTIAL}


@frozen(kw_only=True)
class Night:
    """What happened. ``crashed`` are earlier runs whose process was killed, ``elsewhere`` portals that
    another process crawls, ``blocked_by`` runs of another kind, as backfills, whose portals are crawled when
    they end (see ``run_waiting_portals``), ``refused`` what could not begin."""

    runs: tuple[Run, ...] = ()
    crashed: tuple[Run, ...] = ()
    missed: tuple[tuple[str, dt.datetime], ...] = ()
    elsewhere: tuple[str, ...] = ()
    blocked_by: tuple[Run, ...] = ()
    refused: tuple[str, ...] = ()
    stopped: bool = False
    consumers: ConsumerResults = field(factory=ConsumerResults)

    @property
    def code(self) -> int:
        """What a cron job is told: 0, 1 when anything failed, 3 partial, 75 all is run elsewhere."""
        codes = {exit_code(run) for run in self.runs}
        if self.refused or self.consumers.errors or 1 in codes:
            return 1
        return max(codes) if codes else crawling.TAKEN if self.elsewhere else 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that needs a look, portal by portal."""
        return tuple(finding for run in self.runs for finding in run.findings or ())


def exit_code(run: Run) -> int:
    """What a cron job is told of one run: what is broken makes it partial at least."""
    broken = any(finding.severity == "broken" for finding in run.findings or ())
    return _CODES.get(run.state, 1) or (PARTIAL if broken else 0)


def run_night(
    config: Config,
    database: Database,
    slots: Slots,
    *,
    missed: Sequence[tuple[str, dt.datetime]] = (),
    replay: Sequence[Path] = (),
    stop: threading.Event | None = None,
    on_done: Done = lambda slug, run: None,
    crawl: crawling.CrawlFunction = crawling.run_all,
    clock: Clock = utc_now,
) -> Night:
    """Run these slots, from saved captures where ``replay`` names them, record the missed ones, and
    work on what changed. ``crawl`` runs the portals: by default each in a process of its own."""
    recorded = record_missed(database, missed, clock())
    stop = stop or threading.Event()
    rested = {} if replay else run_health.skip_backed_off(config, database, slots, clock())
    for slug, run in rested.items():
        on_done(slug, run)
    awake = {slug: slot for slug, slot in slots.items() if slug not in rested}
    passed = _held(database, _crawled(config, awake, replay, stop, on_done, crawl))
    ended = (*passed.runs, *(run for run in rested.values() if run))
    passed = evolve(passed, missed=recorded, runs=tuple(_verdict(config, database, run) for run in ended))
    if passed.stopped:
        return passed
    return evolve(passed, consumers=consumers.run_and_send(config, database, clock))


def _held(database: Database, passed: Night) -> Night:
    """The night that knows which of the portals it found taken are held by a run of another kind."""
    with database.read() as session:
        blocking = run_lock.blocking_runs(session)
    held = tuple(blocking[slug] for slug in passed.elsewhere if slug in blocking)
    return evolve(passed, blocked_by=held, elsewhere=tuple(s for s in passed.elsewhere if s not in blocking))


def run_waiting_portals(
    config: Config,
    database: Database,
    passed: Night,
    slots: Slots,
    *,
    stop: threading.Event | None = None,
    on_done: Done = lambda slug, run: None,
    clock: Clock = utc_now,
) -> Night:
    """Crawl the portals that were held as soon as what holds them has ended; the night with them."""
    stop = stop or threading.Event()
    waiting = {run.portal for run in passed.blocked_by}
    while free := run_lock.wait_until_free(config, database, waiting, stop):
        chosen = {slug: slots[slug] for slug in sorted(free)}
        more = run_night(config, database, chosen, stop=stop, on_done=on_done, clock=clock)
        waiting = waiting - free | {run.portal for run in more.blocked_by}
        passed = _with(passed, more, waiting)
    return passed


def _with(passed: Night, more: Night, waiting: Collection[str]) -> Night:
    before, after = passed.consumers, more.consumers
    return evolve(
        passed,
        runs=(*passed.runs, *more.runs),
        elsewhere=(*passed.elsewhere, *more.elsewhere),
        blocked_by=tuple(run for run in (*passed.blocked_by, *more.blocked_by) if run.portal in waiting),
        refused=(*passed.refused, *more.refused),
        stopped=more.stopped,
        consumers=evolve(
            after,
            indexed=before.indexed + after.indexed,
            matched=before.matched + after.matched,
            sent=evolve(after.sent, sent=before.sent.sent + after.sent.sent),
            errors=(*before.errors, *after.errors),
        ),
    )


def _verdict(config: Config, database: Database, run: Run) -> Run:
    """The run with its findings; a judge that breaks says so and stops nobody else."""
    try:
        return run_health.check_run(config, database, run)
    except Exception as error:
        logger.exception("%s: run %d could not be judged", run.portal, run.id)
        broken = Finding(
            portal=run.portal,
            kind="crash",
            severity="broken",
            sentence=f"the run could not be judged: {error}",
            advice="an error of our own: report it",
        )
        return evolve(run, findings=(broken,))


def record_missed(
    database: Database, missed: Sequence[tuple[str, dt.datetime]], now: dt.datetime
) -> tuple[tuple[str, dt.datetime], ...]:
    """Give each a row; those that had none."""
    if not missed:
        return ()
    with database.write() as session:
        return tuple((slug, slot) for slug, slot in missed if leases.record_missed(session, slug, slot, now))


def _crawled(
    config: Config,
    slots: Slots,
    replay: Sequence[Path],
    stop: threading.Event,
    on_done: Done,
    crawl: crawling.CrawlFunction,
) -> Night:
    ended: dict[str, Run | None] = {}

    def note(slug: str, run: Run | None) -> None:
        ended[slug] = run
        on_done(slug, run)

    broken: tuple[str, ...] = ()
    try:
        workers = config.schedule.workers
        crawl(config, slots.items(), workers=workers, replay=replay, on_done=note, stop=stop)
    except RuntimeError as error:
        broken = (str(error),)
    over = stop.is_set() or (bool(read_kill_switch(config)) and not replay)
    return Night(
        runs=tuple(run for run in ended.values() if run),
        elsewhere=() if over else tuple(slug for slug, run in ended.items() if not run),
        refused=broken,
        stopped=over,
    )


def continue_backfills(
    config: Config,
    database: Database,
    passed: Night,
    *,
    stop: threading.Event | None = None,
    clock: Clock = utc_now,
) -> tuple[Run, ...]:
    """Go on with the open backfills of the portals that were crawled, one after the other, within the
    night's budget for them. Nobody waits for it: the night's report is out."""
    stop, filled = stop or threading.Event(), list[Run]()
    for slug in _to_fill(config, database, passed):
        if passed.stopped or stop.is_set() or read_kill_switch(config):
            break
        run = crawling.supervise_backfill(config, slug, slot=clock(), pages=config.backfill.pages, stop=stop)
        filled += [_verdict(config, database, run)] if run else []
    if filled:
        consumers.run_and_send(config, database, clock)
    return tuple(filled)


def _to_fill(config: Config, database: Database, passed: Night) -> list[str]:
    crawled = {run.portal for run in passed.runs if run.state in {"ok", "partial"} and not run.replay}
    if not config.backfill.pages:
        return []
    with database.read() as session:
        return sorted(
            {backfill.portal for backfill in backfills.list_backfills(session, only_open=True)} & crawled
        )


# ------------------------------------------------------------------ report of a night


def report_night(config: Config, database: Database, night: Night) -> DailyReport:
    """The daily report of the night's day, with what only the night itself knows.

    A night whose portals all wait for another run reports today, not the last day with a crawl.
    """
    waiting = [calendar_day(utc_now())] if night.blocked_by else []
    days = [calendar_day(run.slot) for run in night.runs] + waiting
    day = max(days, default=None)
    try:
        return reports.daily_report(config, database, day, remarks=list(remarks(night)))
    except Exception as error:  # the border of a night: its runs are reported though the report fails
        logger.exception("the report failed")
        lines = (*remarks(night), *reports.finding_lines(night.findings), f"broken: report: {error}")
        return DailyReport(day=day or calendar_day(utc_now()), remarks=lines)


def report_and_mail(config: Config, database: Database, night: Night) -> DailyReport:
    """The night's report, mailed to ops; that it could not be mailed is its last remark."""
    report = report_night(config, database, night)
    failure = reports.mail_report(config, report)
    return evolve(report, remarks=(*report.remarks, failure)) if failure else report


def remarks(night: Night) -> Iterator[str]:
    """What only the night itself knows."""
    for run in night.crashed:
        slot = format_moment(run.slot)
        yield f"{run.portal}: crashed: the run of {slot} was killed; what it had saved is kept"
    yield from (f"{run.portal}: {run.message}" for run in night.runs if run.message and not run.findings)
    missed: dict[str, list[dt.datetime]] = {}
    for slug, missed_slot in night.missed:
        missed.setdefault(slug, []).append(missed_slot)
    for slug, slots in missed.items():
        first = format_moment(slots[0])
        yield f"{slug}: {len(slots)} missed, from {first} on: nothing ran; is the scheduler running?"
    yield from (f"{slug}: another process has its slot" for slug in night.elsewhere)
    yield from (f"not crawled: {reason}" for reason in night.refused)
    yield from (f"broken: {error}" for error in night.consumers.errors)
    yield _messages_line(night.consumers)


def _messages_line(results: ConsumerResults) -> str:
    sent = results.sent
    counts = [f"{results.indexed} indexed", f"{sent.sent} messages sent"]
    counts += [f"{sent.waiting} waiting"] if sent.waiting else []
    counts += [f"{sent.given_up} given up"] if sent.given_up else []
    return ", ".join([*counts, *sent.errors])
