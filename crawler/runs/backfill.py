"""One run of a backfill: starts or continues it, under the lease of a crawl."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from config import Config, PortalConfig
from crawler import portals
from crawler.portal import Portal
from crawler.run_context import utc_now
from crawler.runs import run_lock
from crawler.runs.process import run_spider
from crawler.runs.setup import begin, choose
from crawler.spiders.backfill_spider import BackfillSpider
from policy.documents.dates import calendar_day
from policy.errors import ConfigError
from policy.records.runs import Backfill, Run
from storage.database import Database, open_database
from storage.runs import backfills, leases

_DAY = dt.timedelta(days=1)


@frozen(kw_only=True)
class BackfillRequest:
    """What to archive; without ``since`` the open backfill is continued."""

    since: dt.date | None = None
    until: dt.date | None = None
    sections: tuple[str, ...] = ()
    listing_pages: int | None = None


@frozen(kw_only=True)
class BackfillBudget:
    """The budget of one run, where it differs from the configured one."""

    pages: int | None = None
    minutes: float | None = None
    bytes: int | None = None


@frozen(kw_only=True)
class BackfillOutcome:
    """A backfill after one of its runs; without a run where nothing was left to do."""

    backfill: Backfill
    run: Run | None = None


def run_backfill(
    config: Config,
    slug: str,
    request: BackfillRequest,
    *,
    slot: dt.datetime | None = None,
    replay: Sequence[Path] = (),
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> BackfillOutcome | None:
    """Work on a portal's backfill in this process until it is done or the run ends; None when another run has
    the lease. Without a slot, domains in backoff are crawled too.

    Raises ConfigError for an impossible request, UnknownPortal, CrawlingStopped. May be called once in a
    process.
    """
    now = utc_now()
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        run_lock.close_crashed_runs(config, database, now)
        ours = plan_backfill(config, database, portal, request, calendar_day(now))
        if ours.id and ours.complete:
            return BackfillOutcome(backfill=close_if_complete(database, ours.id, now))
        context = begin(
            config,
            database,
            slug,
            slot=slot or now,
            now=now,
            since=ours.since,
            replay=[path.absolute() for path in replay],
            sections=ours.sections,
            ignore_backoff=slot is None,
            kind="backfill",
        )
        if context is None:
            return None
        with run_lock.run_lock(config, context.run.id):
            ours = _begun(database, ours, now)
            run = run_spider(evolve(context, backfill=ours, progress=progress), BackfillSpider)
        return BackfillOutcome(backfill=close_if_complete(database, ours.id, utc_now()), run=run)


def close_if_complete(database: Database, backfill_id: int, now: dt.datetime) -> Backfill:
    """The backfill, closed if nothing is left to do."""
    with database.write() as session:
        ours = backfills.backfill(session, backfill_id)
        if ours.state != "open" or not ours.complete:
            return ours
        return backfills.close_backfill(session, ours.id, "done", now)


def _begun(database: Database, ours: Backfill, now: dt.datetime) -> Backfill:
    with database.write() as session:
        if not ours.id:
            ours = backfills.create_backfill(
                session,
                ours.portal,
                ours.sections,
                ours.since,
                ours.until,
                now,
                listing_pages=ours.listing_pages,
            )
        backfills.record_run(session, ours.id, now)
        return backfills.backfill(session, ours.id)


def with_budget(config: Config, slug: str, budget: BackfillBudget) -> Config:
    """The configuration with this run's budget."""
    portal_config, crawl = config.portals.get(slug, PortalConfig()), config.crawl
    limited = evolve(
        portal_config,
        budget_pages=budget.pages or portal_config.budget_pages,
        budget_minutes=budget.minutes or portal_config.budget_minutes,
        budget_bytes=budget.bytes or portal_config.budget_bytes,
    )
    limit = max(crawl.time_limit_minutes, (budget.minutes or 0) + 1)
    return evolve(
        config,
        crawl=evolve(crawl, time_limit_minutes=limit),
        portals={**config.portals, slug: limited},
    )


# ------------------------------------------------------------------ plan


def plan_backfill(
    config: Config, database: Database, portal: Portal, request: BackfillRequest, today: dt.date
) -> Backfill:
    """The portal's open backfill, or a new one with id 0; raises ConfigError."""
    with database.read() as session:
        held, floor = (
            backfills.open_backfill_of(session, portal.slug),
            leases.first_window(session, portal.slug),
        )
    if request.since is None:
        return _open_backfill(portal, request, held)
    if request.until and request.until < request.since:
        raise ConfigError(f"--from {request.since} is after --to {request.until}")
    for option, day in (("--from", request.since), ("--to", request.until)):
        if day and day > today:
            raise ConfigError(f"{option} {day} is in the future: nothing is published yet")
    sections = tuple(section.slug for section in choose(portal, request.sections))
    wanted = (request.since, _until(portal, request, floor), sections, request.listing_pages)
    if held is None:
        since, until, sections, listing_pages = wanted
        return Backfill(
            id=0,
            portal=portal.slug,
            sections=sections,
            since=since,
            until=until,
            listing_pages=listing_pages,
            started=dt.datetime.combine(today, dt.time(), dt.UTC),
        )
    if wanted != (held.since, held.until, held.sections, held.listing_pages):
        current = f"{held.since} to {held.until} ({', '.join(held.sections)})"
        raise ConfigError(
            f"{portal.slug} has an open backfill of {current}: continue it with polarchive backfill "
            f"{portal.slug}, or end it with --cancel"
        )
    return held


def _open_backfill(portal: Portal, request: BackfillRequest, held: Backfill | None) -> Backfill:
    if request.until or request.sections or request.listing_pages:
        raise ConfigError(
            "--from is required here: without it an open backfill continues with its own options"
        )
    if held is None:
        raise ConfigError(
            f"{portal.slug} has no open backfill: give its first day, for example --from 2019-01-01"
        )
    return held


def _until(portal: Portal, request: BackfillRequest, floor: dt.date | None) -> dt.date:
    """The last day of the range; it ends before the first day that the nightly runs cover."""
    if floor is None:
        if request.until is None:
            raise ConfigError(
                f"{portal.slug} was never crawled, so the first day of its nightly runs is unknown: "
                f"give --to, or crawl it first"
            )
        return request.until
    if request.since and request.since >= floor:
        raise ConfigError(f"the nightly runs of {portal.slug} go back to {floor}: give an earlier --from")
    return min(request.until or floor, floor - _DAY)
