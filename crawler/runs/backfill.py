"""One run of a back-fill: begun, or gone on with, under the lease of a crawl."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from config import Config, PortalConfig
from crawler import clock, portals
from crawler.portal import Portal
from crawler.runs import lease
from crawler.runs.context import begin, choose
from crawler.runs.process import crawled
from crawler.spiders.backfill_spider import BackfillSpider
from policy.documents.dates import calendar_day
from policy.errors import ConfigError
from policy.records.backfills import Backfill
from policy.records.runs import Run
from storage.database import Database, open_database
from storage.runs import backfills, leases

_DAY = dt.timedelta(days=1)


@frozen(kw_only=True)
class BackfillRequest:
    """What is to be archived; without ``since`` whatever is open."""

    since: dt.date | None = None
    until: dt.date | None = None
    sections: tuple[str, ...] = ()
    listing_pages: int | None = None


@frozen(kw_only=True)
class BackfillBudget:
    """What one run may cost, where that is not what any run of the portal may."""

    pages: int | None = None
    minutes: float | None = None
    bytes: int | None = None


@frozen(kw_only=True)
class BackfillOutcome:
    """A back-fill after a run of it; without one where there was nothing left to do."""

    backfill: Backfill
    run: Run | None = None


def backfill(
    config: Config,
    slug: str,
    wish: BackfillRequest,
    *,
    slot: dt.datetime | None = None,
    replay: Sequence[Path] = (),
    told: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> BackfillOutcome | None:
    """Work on a portal's back-fill in this process until it is done or the run has to end; None when another
    run has the lease. Without a slot it is asked for by hand.

    Raises ConfigError for a wish that cannot be, UnknownPortal, Stopped. Once a process only.
    """
    now = clock.now()
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        lease.close_lost(config, database, now)
        ours = planned(config, database, portal, wish, calendar_day(now))
        if ours.id and ours.complete:
            return BackfillOutcome(backfill=settled(database, ours.id, now))
        context = begin(
            config,
            database,
            slug,
            slot=slot or now,
            now=now,
            since=ours.since,
            replay=[path.absolute() for path in replay],
            sections=ours.sections,
            by_hand=slot is None,
            kind="backfill",
        )
        if context is None:
            return None
        with lease.held(config, context.run.id):
            ours = _begun(database, ours, now)
            run = crawled(evolve(context, backfill=ours, told=told), BackfillSpider)
        return BackfillOutcome(backfill=settled(database, ours.id, clock.now()), run=run)


def settled(database: Database, backfill_id: int, now: dt.datetime) -> Backfill:
    """The back-fill, closed where nothing is left to do."""
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


def within(config: Config, slug: str, cost: BackfillBudget) -> Config:
    """The configuration with what this run may cost."""
    mine, crawl = config.portals.get(slug, PortalConfig()), config.crawl
    limited = evolve(
        mine,
        budget_pages=cost.pages or mine.budget_pages,
        budget_minutes=cost.minutes or mine.budget_minutes,
        budget_bytes=cost.bytes or mine.budget_bytes,
    )
    limit = max(crawl.time_limit_minutes, (cost.minutes or 0) + 1)
    return evolve(
        config,
        crawl=evolve(crawl, time_limit_minutes=limit),
        portals={**config.portals, slug: limited},
    )


# ------------------------------------------------------------------ what is wanted


def planned(
    config: Config, database: Database, portal: Portal, wish: BackfillRequest, today: dt.date
) -> Backfill:
    """The portal's open back-fill, or one to be opened, which has no number yet; raises ConfigError."""
    with database.read() as session:
        held, floor = (
            backfills.open_backfill_of(session, portal.slug),
            leases.first_window(session, portal.slug),
        )
    if wish.since is None:
        return _held(portal, wish, held)
    if wish.until and wish.until < wish.since:
        raise ConfigError(f"--from {wish.since} is after --to {wish.until}")
    for option, day in (("--from", wish.since), ("--to", wish.until)):
        if day and day > today:
            raise ConfigError(f"{option} {day} is in the future: nothing is published yet")
    sections = tuple(section.slug for section in choose(portal, wish.sections))
    wanted = (wish.since, _until(portal, wish, floor), sections, wish.listing_pages)
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
        ours = f"{held.since} to {held.until} ({', '.join(held.sections)})"
        raise ConfigError(
            f"{portal.slug} has an open back-fill of {ours}: go on with polarchive backfill "
            f"{portal.slug}, or end it with --cancel"
        )
    return held


def _held(portal: Portal, wish: BackfillRequest, held: Backfill | None) -> Backfill:
    if wish.until or wish.sections or wish.listing_pages:
        raise ConfigError("say --from too: without it an open back-fill goes on as it was asked for")
    if held is None:
        raise ConfigError(f"{portal.slug} has no open back-fill: say from which day on, --from 2019-01-01")
    return held


def _until(portal: Portal, wish: BackfillRequest, floor: dt.date | None) -> dt.date:
    """The last day of the range: what the nights have anyway is theirs, and their news."""
    if floor is None:
        if wish.until is None:
            raise ConfigError(
                f"{portal.slug} was never crawled, so that nobody knows where its nights begin: "
                f"say --to, or crawl it first"
            )
        return wish.until
    if wish.since and wish.since >= floor:
        raise ConfigError(
            f"the nights of {portal.slug} go back to {floor}: there is nothing to fill before it"
        )
    return min(wish.until or floor, floor - _DAY)
