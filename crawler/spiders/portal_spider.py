"""The one spider: follows listings and asks for the articles they show; knows no site."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler import extraction
from crawler.fetching.fetch_errors import NotSaved, reason
from crawler.fetching.middlewares import payload_of
from crawler.fetching.rendering import BROWSER
from crawler.fetching.request_meta import Output, error_of, request, so_far_of
from crawler.portal import Section
from crawler.runs import statistics
from crawler.runs.context import RunContext, by_hand, tuning
from crawler.runs.recorder import RunObservations, RunRecorder
from crawler.spiders.article_requests import ArticleRequests
from crawler.spiders.listing_cursor import ArticleFetch, ListingCursor
from crawler.spiders.listing_policy import in_window
from crawler.spiders.portal_state import PortalState, handed
from policy.errors import PageError
from policy.records import Entry, Listing
from policy.records.runs import Oddity

logger = logging.getLogger(__name__)

_AT_ONCE = 100
"""Articles asked for together once the listings are done."""


class PortalSpider(Spider):
    """Visits every listing of a portal, the articles that are new there, and the known ones that are due."""

    name = "portal"
    context: RunContext
    seen: RunObservations

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        context = arguments.pop("context", None) or by_hand(**arguments)
        crawler.settings.setdict(tuning(context), priority="spider")
        spider = super().from_crawler(crawler, context=context, seen=RunObservations())
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every section."""
        self._memory = self._remembering()
        self._articles = ArticleRequests(
            self.context, self._memory, self.seen.facts, self._stats, self._heard
        )
        self._rest = self._others()
        self._shown: set[str] = set()
        for asked in self._listings():
            yield asked

    def _remembering(self) -> PortalState:
        return PortalState(self.context)

    def _heard(self) -> None:
        """A page of an article came."""

    def _listings(self) -> Iterator[Request]:
        for section in self.context.sections:
            deep = section.slug in self.context.deep
            yield self._ask_listing(ListingCursor(section=section, deep=deep), section.url)

    def _others(self) -> Iterator[ArticleFetch]:
        """What is wanted besides what the listings show."""
        if self.context.sample:
            return iter(())
        return handed(self.context) if self.context.imported else self._memory.rest()

    def idle(self) -> None:
        """When the listings are done, ask for what is due, or was handed to us, and none of them showed."""
        asked = self._articles.asked
        due = list(islice((each for each in self._rest if each.key not in asked), _AT_ONCE))
        for sought in due:
            counted = statistics.HANDED if self.context.brings else statistics.ASKED
            self.crawler.engine.crawl(self._articles.ask(sought, counted))
        if due:
            raise DontCloseSpider
        self._memory.settle()

    def sync(self) -> None:
        """Make the captures so far safe on disk."""
        RunRecorder.of(self.crawler).sync()

    # -------------------------------------------------------------- listings

    def _ask_listing(self, trail: ListingCursor, url: str) -> Request:
        meta = {BROWSER: trail.section.slug} if trail.section.browser else None
        return request(url, self.listing, self.unlisted, trail.asking(url), priority=10, meta=meta)

    def listing(self, response: Response, so_far: ListingCursor) -> Output:
        """Ask for the articles of a listing page and for the page that follows it."""
        try:
            found = extraction.read_listing(
                self.context.portal,
                so_far.section,
                payload_of(response),
                first=not so_far.keys,
                checked=True,
            )
        except PageError as error:
            self._note_unread(so_far.section, error)
            return
        fresh, at = so_far.fresh(found), response.meta["capture"].at
        choice = self._memory.choose(so_far, fresh, at)
        trail = so_far.asking(response.url).read(found, choice, self.context.run.since)
        known = {entry.key for entry in fresh} - choice.news
        self.seen.reports.read(trail.section.slug, response.url, found, known=known)
        self._count(statistics.ENTRIES, len(trail.keys - self._shown))
        self._shown |= trail.keys
        wanted = {row.key: row for row in reversed(choice.asked) if row.key not in self._articles.asked}
        for row in list(reversed(wanted.values()))[: self.context.sample]:
            yield self._articles.ask_listed(row, trail.section.slug)
        self._note_odd(found, trail)
        if not trail.following:
            self._end(trail)
        elif not (self.context.sample and trail.keys):
            yield self._ask_listing(trail, trail.following)

    def _end(self, trail: ListingCursor) -> None:
        if trail.deep and self.context.whole:
            self._stats.set_value(statistics.SWEPT + trail.section.slug, True)

    def _note_odd(self, found: Listing, trail: ListingCursor) -> None:
        """Rows that lead elsewhere or bear a day that has not come, and a pager without an end."""
        where = f"{self.context.portal.slug}/{trail.section.slug}"
        tomorrow = self.context.run.slot.date() + dt.timedelta(days=1)
        away = [one for one in found.elsewhere if in_window(one, self.context.run.since)]
        early = [one for one in found.entries if one.listed_on and one.listed_on > tomorrow]
        found_odd: dict[Oddity, list[Entry]] = {statistics.ELSEWHERE: away, statistics.FUTURE: early}
        for word, odd in found_odd.items():
            if odd:
                self._count(statistics.FAILED + word, len(odd))
                self.seen.reports.odd(trail.section.slug, word, [one.url for one in odd])
                logger.warning("%s: %d rows: %s: %s", where, len(odd), word, odd[0].url)
        if trail.endless:
            logger.warning("%s: no end to its pages", where)
            self._stats.set_value(statistics.UNREAD + trail.section.slug, "endless")
            self.seen.reports.odd(trail.section.slug, "endless", sorted(trail.asked)[-1:])

    def unlisted(self, failure: Failure) -> None:
        """A listing page could not be fetched."""
        self._note_unread(so_far_of(failure).section, error_of(failure))

    def _note_unread(self, section: Section, error: BaseException) -> None:
        if isinstance(error, NotSaved):
            self._count(statistics.MISSING + "listing")
            return
        logger.warning("%s/%s: listing not read: %s", self.context.portal.slug, section.slug, error)
        self._count(statistics.FAILED + reason(error))
        self._stats.set_value(statistics.UNREAD + section.slug, reason(error))
        self.seen.reports.unread(section.slug, reason(error), getattr(error, "rows", None))

    # -------------------------------------------------------------- counting

    @property
    def _stats(self) -> Any:
        return self.crawler.stats

    def _count(self, key: str, count: int = 1) -> None:
        self._stats.inc_value(key, count)
