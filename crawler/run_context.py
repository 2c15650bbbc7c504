"""The context of a run: the claimed run, its clock, and what its components work with.

Components use the clock of their run's context, so that tests can set the time. Commands import the clock
from here as well, so this module imports nothing heavy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from config import Config
    from crawler.portal import Portal, Section
    from policy.records.runs import Backfill, Run
    from storage.database import Database

T = TypeVar("T")
Clock = Callable[[], dt.datetime]
"""Returns the current time, in UTC."""


def utc_now() -> dt.datetime:
    """The current time, in UTC."""
    return dt.datetime.now(dt.UTC)


@frozen(kw_only=True)
class RunContext:
    """A claimed run and what it works with.

    :param replay: saved captures that answer instead of the network.
    :param crawled_sections: sections that an earlier run listed; in any other section this is a first crawl.
    :param silent_before: entries and articles with an older day cause no notification.
    :param sample: fetch only this many articles of a section's first page.
    :param deep: sections whose listing is read to the end of the window.
    :param blocked_domains: domains that are not requested because of an earlier challenge page.
    :param imported: the captures were saved by a person, and every article in them is wanted.
    :param backfill: the backfill that this run continues; None for a nightly crawl.
    :param progress: called with what is counted, how many are done, and the total.
    :param stop_reason: why all crawling is stopped at the moment; None while it is not.
    """

    config: Config
    portal: Portal
    sections: tuple[Section, ...]
    database: Database
    run: Run
    replay: tuple[Path, ...] = ()
    crawled_sections: frozenset[str] = field(factory=frozenset)
    silent_before: dt.date | None = None
    sample: int | None = None
    deep: frozenset[str] = field(factory=frozenset)
    clock: Clock = utc_now
    blocked_domains: frozenset[str] = field(factory=frozenset)
    imported: bool = False
    backfill: Backfill | None = None
    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    stop_reason: Callable[[], str | None] = lambda: None

    @property
    def has_own_articles(self) -> bool:
        """Whether the run is an import or a backfill: it wants articles that no listing of it shows."""
        return self.imported or self.backfill is not None

    @property
    def covers_window(self) -> bool:
        """Whether the run goes back to the first day that the portal's runs cover."""
        since, first_day = self.run.since, self.silent_before
        return since is None or first_day is None or since <= first_day

    @property
    def delay(self) -> float:
        """Seconds between two requests to the portal: from the portal's section of the configuration, else
        from its declaration, else the default."""
        configured = self.config.portals.get(self.portal.slug)
        candidates = (configured.delay if configured else None, self.portal.delay, self.config.crawl.delay)
        return next(value for value in candidates if value is not None)


def context_of(crawler: Crawler) -> RunContext:
    """The context of the run that a Scrapy component belongs to."""
    context = getattr(crawler.spider, "context", None)
    if not isinstance(context, RunContext):
        raise TypeError("this component works with the portal spider only")
    return context


def extension_of(crawler: Crawler, kind: type[T]) -> T:
    """The extension of this class in a crawl."""
    extension: T | None = crawler.get_extension(kind)
    if extension is None:
        raise RuntimeError(f"EXTENSIONS must contain {kind.__module__}.{kind.__qualname__}")
    return extension
