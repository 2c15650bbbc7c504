"""Starting a run: which portals are crawled, claiming the lease, the run's context and Scrapy's settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy.orm import Session

from config import Config, PortalConfig, load
from crawler import portals
from crawler.fetching.replay import saved_captures
from crawler.portal import Portal, Section
from crawler.run_context import Clock, RunContext, utc_now
from crawler.runs import run_lock
from crawler.urls import endpoint, open_endpoints, origin
from policy.documents.dates import calendar_day
from policy.errors import ArchiveError, ConfigError, PolarchiveError
from policy.records.runs import RunKind
from policy.rules.revisit import stable_fraction
from storage.database import Database, open_database, upgrade
from storage.runs import health_history, leases


def is_deep(slug: str, today: dt.date, last: dt.datetime | None, every: int) -> bool:
    """Whether a section's listing is read to its end today; ``last`` is the slot when that was done last.

    Each portal has its day within ``every`` days, derived from its name, so that the load is even.
    A section that was missed on its day, or not read to its end, is due the next night.
    """
    if last is None:
        return True
    since = (today.toordinal() - int(stable_fraction(slug) * every)) % every
    return calendar_day(last) < today - dt.timedelta(days=since)


def begin(
    config: Config,
    database: Database,
    slug: str,
    *,
    slot: dt.datetime,
    now: dt.datetime,
    since: dt.date | None = None,
    replay: Sequence[Path] = (),
    sections: Sequence[str] = (),
    sample: int | None = None,
    clock: Clock = utc_now,
    ignore_backoff: bool = False,
    kind: RunKind = "crawl",
) -> RunContext | None:
    """Claim the run and prepare its context; None when its lease is taken.

    :param ignore_backoff: also crawl domains that are in backoff, for a run that a person started.

    Raises UnknownPortal, CrawlingStopped, ConfigError for an unknown section or a public portal without a
    contact, and UnreadableCapture for a replay of something else than WARC files.
    """
    portal = portals.get(slug, config.portal_packages)
    chosen = choose(portal, sections)
    if replay:
        saved_captures(tuple(replay))
    else:
        run_lock.require_none(config)
        require_contact(config, chosen)
    with database.read() as session:
        floor = leases.first_window(session, slug)
        known = frozenset(leases.crawled_sections(session, slug, replay=bool(replay)))
        blocked = (
            frozenset() if ignore_backoff or replay else health_history.backed_off_domains(session, slot)
        )
        deep = chosen if since or replay else _due_sweeps(session, config, portal, chosen, slot)
    window = since or (None if replay else floor or first_day(config, now))
    with database.write() as session:
        run = leases.claim_run(session, slug, slot, now, since=window, replay=bool(replay), kind=kind)
    if run is None:
        return None
    return RunContext(
        config=config,
        portal=portal,
        sections=chosen,
        database=database,
        run=run,
        replay=tuple(replay),
        crawled_sections=known,
        silent_before=floor,
        sample=sample,
        clock=clock,
        blocked_domains=blocked,
        imported=kind == "import",
        deep=frozenset(section.slug for section in deep),
        stop_reason=(lambda: None) if replay else partial(run_lock.stop_reason, config),
    )


def _due_sweeps(
    session: Session, config: Config, portal: Portal, sections: Sequence[Section], slot: dt.datetime
) -> tuple[Section, ...]:
    """The sections whose listing is read to the end of the window in this slot."""
    swept, every = leases.last_sweeps(session, portal.slug), config.crawl.deep_sweep_days
    return tuple(
        section
        for section in sections
        if is_deep(portal.slug, calendar_day(slot), swept.get(section.slug), every)
    )


def first_day(config: Config, now: dt.datetime) -> dt.date:
    """The first day of a first crawl's window."""
    return calendar_day(now) - dt.timedelta(days=config.crawl.first_crawl_days)


def choose(portal: Portal, sections: Sequence[str]) -> tuple[Section, ...]:
    """The named sections, or all of them."""
    names = [section.slug for section in portal.sections]
    if unknown := [slug for slug in sections if slug not in names]:
        raise ConfigError(f"{portal.slug} has no section {unknown[0]!r}; it has {', '.join(names)}")
    return tuple(section for section in portal.sections if not sections or section.slug in sections)


def require_contact(config: Config, sections: Sequence[Section]) -> None:
    """Raises ConfigError for a public site without a contact in the configuration; loopback sites need
    none."""
    local = open_endpoints(config.network.allow, ())
    public = [
        s.url
        for s in sections
        if origin(s.url) not in config.network.connect and endpoint(s.url) not in local
    ]
    if public and not config.contact:
        raise ConfigError(
            f"contact: set a mail or web address where {origin(public[0])} can reach you before it is crawled"
        )


def run_settings(context: RunContext) -> dict[str, Any]:
    """Scrapy's settings that depend on the run."""
    crawl = context.config.crawl
    contact = f"; {context.config.contact}" if context.config.contact else ""
    common = {
        "USER_AGENT": f"polarchive/0.1 (policy archive{contact})",
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": crawl.max_bytes,
    }
    return common | (_REPLAYED if context.replay else {})


_REPLAYED: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.fetching.handlers.ReplayHandler",
        "https": "crawler.fetching.handlers.ReplayHandler",
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
    },
}


def context_from_arguments(portal: str = "", home: str = "", since: str = "") -> RunContext:
    """The context for ``scrapy crawl portal -a portal=SLUG``; raises SystemExit with a message."""
    try:
        config = load(Path(home) if home else None)
        if not portal:
            raise ConfigError("no portal given: add -a portal=SLUG (`polarchive portals` lists them)")
        upgrade(config.database_url)
        database, now = open_database(config.database_url), utc_now()
        day = dt.date.fromisoformat(since) if since else None
        context = begin(config, database, portal, slot=now, now=now, since=day)
    except (PolarchiveError, ValueError) as error:
        raise SystemExit(f"polarchive: {error}") from None
    if context is None:
        raise SystemExit(f"polarchive: {portal} is being crawled already")
    return context


# ------------------------------------------------------------------ which portals are crawled


@frozen(kw_only=True)
class EnabledPortals:
    """The portals that are crawled, and the reasons why others are not."""

    slugs: tuple[str, ...]
    refused: tuple[str, ...] = ()


def enabled_portals(config: Config) -> EnabledPortals:
    """All portals that are not disabled in the configuration; raises ConfigError when none may be crawled."""
    candidates = [
        portal
        for slug, portal in portals.load(config.portal_packages).items()
        if config.portals.get(slug, PortalConfig()).enabled
    ]
    refused = {portal.slug: why for portal in candidates if (why := _refusal(config, portal.sections))}
    slugs = tuple(portal.slug for portal in candidates if portal.slug not in refused)
    if not slugs:
        raise ConfigError(next(iter(refused.values()), "no portal is enabled"))
    return EnabledPortals(slugs=slugs, refused=tuple(f"{slug}: {why}" for slug, why in refused.items()))


def replayable_portals(config: Config, captures: Sequence[Path]) -> EnabledPortals:
    """The portals with a listing among the saved captures; raises ArchiveError when there is none."""
    saved = saved_captures(tuple(captures))
    declared = portals.load(config.portal_packages).values()
    slugs = tuple(p.slug for p in declared if any(saved.find("GET", s.url, b"") for s in p.sections))
    if not slugs:
        raise ArchiveError(f"{captures[0]}: no listing of any portal is saved there")
    return EnabledPortals(slugs=slugs)


def _refusal(config: Config, sections: Sequence[Section]) -> str | None:
    try:
        require_contact(config, sections)
    except ConfigError as error:
        return str(error)
    return None
