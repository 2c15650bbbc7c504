"""One portal visited once: what a run knows before its first request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from attrs import field, frozen
from scrapy.crawler import Crawler
from sqlalchemy.orm import Session

from config import Config, PortalConfig, load
from crawler import clock as clocks
from crawler import portals
from crawler.clock import Clock
from crawler.fetching.replay import saved
from crawler.portal import Portal, Section
from crawler.runs import kill_switch
from crawler.urls import endpoint, open_endpoints, origin
from policy.documents.dates import calendar_day
from policy.errors import ConfigError, PolarchiveError
from policy.records.backfills import Backfill
from policy.records.runs import Run, RunKind
from policy.rules.revisit import stable_fraction
from storage.database import Database, open_database, upgrade
from storage.runs import health_history, leases

T = TypeVar("T")


def is_deep(slug: str, today: dt.date, last: dt.datetime | None, every: int) -> bool:
    """Whether a section is swept today, ``last`` having been the slot of its last sweep.

    Each portal has its day among ``every`` days, by its name, so that the load is spread; a sweep that
    was missed on its day, or did not come to its end, is made the next night.
    """
    if last is None:
        return True
    since = (today.toordinal() - int(stable_fraction(slug) * every)) % every
    return calendar_day(last) < today - dt.timedelta(days=since)


# ------------------------------------------------------------------ context


@frozen(kw_only=True)
class RunContext:
    """A claimed run and all it works with. ``silent_before``: what is listed with an older day is a
    back-fill; ``known_sections`` were listed by an earlier run, all others are a first crawl; a
    ``sample`` is so many articles of a section's first rows, to be looked at; ``deep`` are the sections
    whose listing is walked to the end of the window, whatever is known of it; ``closed`` domains are left
    alone; ``imported``: its captures were saved by hand, and all articles among them are wanted;
    ``backfill`` is what it works on instead of a night; ``told`` hears what is done of how much."""

    config: Config
    portal: Portal
    sections: tuple[Section, ...]
    database: Database
    run: Run
    replay: tuple[Path, ...] = ()
    known_sections: frozenset[str] = field(factory=frozenset)
    silent_before: dt.date | None = None
    sample: int | None = None
    deep: frozenset[str] = field(factory=frozenset)
    clock: Clock = clocks.now
    closed: frozenset[str] = field(factory=frozenset)
    imported: bool = False
    backfill: Backfill | None = None
    told: Callable[[str, int, int], None] = lambda what, done, total: None

    @property
    def brings(self) -> bool:
        """Whether it knows what it wants otherwise than by what a listing shows in this run."""
        return self.imported or self.backfill is not None

    @property
    def whole(self) -> bool:
        """Whether it goes back as far as the archive's window."""
        since, floor = self.run.since, self.silent_before
        return since is None or floor is None or since <= floor


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
    clock: Clock = clocks.now,
    by_hand: bool = False,
    kind: RunKind = "crawl",
) -> RunContext | None:
    """Claim the run and prepare it; None when its lease is taken. ``by_hand``: no domain is left alone.

    Raises UnknownPortal, Stopped, ConfigError for an unknown section or a real portal without a contact, and
    UnreadableCapture for a replay of what is no WARC.
    """
    portal = portals.get(slug, config.portal_packages)
    chosen = choose(portal, sections)
    if replay:
        saved(tuple(replay))
    else:
        kill_switch.require_none(config)
        require_contact(config, chosen)
    with database.read() as session:
        floor = leases.first_window(session, slug)
        known = frozenset(leases.crawled_sections(session, slug, replay=bool(replay)))
        closed = frozenset() if by_hand or replay else health_history.backed_off_domains(session, slot)
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
        known_sections=known,
        silent_before=floor,
        sample=sample,
        clock=clock,
        closed=closed,
        imported=kind == "import",
        deep=frozenset(section.slug for section in deep),
    )


def _due_sweeps(
    session: Session, config: Config, portal: Portal, sections: Sequence[Section], slot: dt.datetime
) -> tuple[Section, ...]:
    """The sections whose listing is to be walked to the end of the window in this slot."""
    swept, every = leases.last_sweeps(session, portal.slug), config.crawl.deep_sweep_days
    return tuple(
        section
        for section in sections
        if is_deep(portal.slug, calendar_day(slot), swept.get(section.slug), every)
    )


def first_day(config: Config, now: dt.datetime) -> dt.date:
    """The window of a first crawl."""
    return calendar_day(now) - dt.timedelta(days=config.crawl.first_crawl_days)


def choose(portal: Portal, sections: Sequence[str]) -> tuple[Section, ...]:
    """The named sections, or all of them."""
    names = [section.slug for section in portal.sections]
    if unknown := [slug for slug in sections if slug not in names]:
        raise ConfigError(f"{portal.slug} has no section {unknown[0]!r}; it has {', '.join(names)}")
    return tuple(section for section in portal.sections if not sections or section.slug in sections)


def require_contact(config: Config, sections: Sequence[Section]) -> None:
    """A real site learns whom to write to; loopback ones need not."""
    own = open_endpoints(config.network.allow, ())
    real = [
        s.url for s in sections if origin(s.url) not in config.network.connect and endpoint(s.url) not in own
    ]
    if real and not config.contact:
        raise ConfigError(f"contact: say whom {origin(real[0])} may write to (a mail or web address)")


def delay(config: Config, portal: Portal) -> float:
    """Seconds between two requests to one portal: ops first, then the declaration, then the default."""
    mine = config.portals.get(portal.slug, PortalConfig()).delay
    return next(value for value in (mine, portal.delay, config.crawl.delay) if value is not None)


def tuning(context: RunContext) -> dict[str, Any]:
    """What of Scrapy's settings depends on the run."""
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


def context_of(crawler: Crawler) -> RunContext:
    """The run a Scrapy component works for."""
    context = getattr(crawler.spider, "context", None)
    if not isinstance(context, RunContext):
        raise TypeError("this component works for the portal spider only")
    return context


def part_of(crawler: Crawler, kind: type[T]) -> T:
    """The extension of this kind that works for a crawl."""
    part: T | None = crawler.get_extension(kind)
    if part is None:
        raise RuntimeError(f"EXTENSIONS must contain {kind.__module__}.{kind.__qualname__}")
    return part


def by_hand(portal: str = "", home: str = "", since: str = "") -> RunContext:
    """The run of ``scrapy crawl portal -a portal=SLUG``; raises SystemExit with a sentence."""
    try:
        config = load(Path(home) if home else None)
        if not portal:
            raise ConfigError("say which portal: -a portal=SLUG (see `polarchive portals`)")
        upgrade(config.database_url)
        database, now = open_database(config.database_url), clocks.now()
        day = dt.date.fromisoformat(since) if since else None
        context = begin(config, database, portal, slot=now, now=now, since=day)
    except (PolarchiveError, ValueError) as error:
        raise SystemExit(f"polarchive: {error}") from None
    if context is None:
        raise SystemExit(f"polarchive: {portal} is being crawled already")
    return context
