"""The spider of all portals: reads listings and requests the articles that they show."""

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

from crawler.fetching.fetch_errors import NotSaved, reason
from crawler.fetching.middlewares import payload_of
from crawler.fetching.request_meta import Output, RequestMeta, capture_of, error_of, request, so_far_of
from crawler.portal import Section, read_listing
from crawler.run_context import RunContext
from crawler.runs import statistics
from crawler.runs.recorder import RunObservations, RunRecorder
from crawler.runs.setup import context_from_arguments, run_settings
from crawler.spiders.article_requests import ArticleRequests
from crawler.spiders.listing_cursor import ArticleFetch, ListingCursor, in_window
from crawler.spiders.portal_state import PortalState, imported_articles
from policy.errors import PageError
from policy.records import Entry, Listing
from policy.records.runs import Oddity

logger = logging.getLogger(__name__)

_BATCH = 100
"""Articles that are scheduled at a time once the listings are done."""


class PortalSpider(Spider):
    """Fetches every listing of a portal, the new articles in them, and the known articles that are due."""

    name = "portal"
    context: RunContext
    observations: RunObservations

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        context = arguments.pop("context", None) or context_from_arguments(**arguments)
        crawler.settings.setdict(run_settings(context), priority="spider")
        spider = super().from_crawler(crawler, context=context, observations=RunObservations())
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Request the first page of every section."""
        self._state = self._open_state()
        self._articles = ArticleRequests(
            self.context, self._state, self.observations.extractions, self._stats, self._article_page_read
        )
        self._unlisted = self._unlisted_articles()
        self._shown: set[str] = set()
        for listing_request in self._listings():
            yield listing_request

    def _open_state(self) -> PortalState:
        return PortalState(self.context)

    def _article_page_read(self) -> None:
        """Called after each page of an article."""

    def _listings(self) -> Iterator[Request]:
        for section in self.context.sections:
            deep = section.slug in self.context.deep
            yield self._request_listing(ListingCursor(section=section, deep=deep), section.url)

    def _unlisted_articles(self) -> Iterator[ArticleFetch]:
        """The articles to request besides those that the listings show."""
        if self.context.sample:
            return iter(())
        return imported_articles(self.context) if self.context.imported else self._state.unlisted()

    def idle(self) -> None:
        """When the listings are done, request the articles that are due or imported and that none showed."""
        requested = self._articles.requested
        batch = list(islice((fetch for fetch in self._unlisted if fetch.key not in requested), _BATCH))
        counter = statistics.DIRECT if self.context.has_own_articles else statistics.REQUESTED
        for fetch in batch:
            self.crawler.engine.crawl(self._articles.request(fetch, counter))
        if batch:
            raise DontCloseSpider
        self._state.finish()

    def sync(self) -> None:
        """Sync the captures so far to disk."""
        RunRecorder.of(self.crawler).sync()

    # -------------------------------------------------------------- listings

    def _request_listing(self, cursor: ListingCursor, url: str) -> Request:
        meta = listing_meta(cursor.section)
        return request(url, self.listing, self.no_listing, cursor.requesting(url), priority=10, meta=meta)

    def listing(self, response: Response, so_far: ListingCursor) -> Output:
        """Request the articles of a listing page and the next page."""
        try:
            listing = read_listing(
                self.context.portal,
                so_far.section,
                payload_of(response),
                first=not so_far.keys,
                checked=True,
            )
        except PageError as error:
            self._note_unread(so_far.section, error)
            return
        fresh, at = so_far.fresh(listing), capture_of(response).at
        choice = self._state.choose(so_far, fresh, at)
        cursor = so_far.requesting(response.url).read(listing, choice, self.context.run.since)
        listed_before = {entry.key for entry in fresh} - choice.news
        self.observations.sections.add_page(
            cursor.section.slug, response.url, listing, listed_before=listed_before
        )
        self._count(statistics.ENTRIES, len(cursor.keys - self._shown))
        self._shown |= cursor.keys
        requested = self._articles.requested
        wanted = {row.key: row for row in reversed(choice.requested) if row.key not in requested}
        for row in list(reversed(wanted.values()))[: self.context.sample]:
            yield self._articles.request_listed(row, cursor.section.slug)
        self._note_anomalies(listing, cursor)
        if not cursor.following:
            self._mark_swept(cursor)
        elif not (self.context.sample and cursor.keys):
            yield self._request_listing(cursor, cursor.following)

    def _mark_swept(self, cursor: ListingCursor) -> None:
        if cursor.deep and self.context.covers_window:
            self._stats.set_value(statistics.SWEPT + cursor.section.slug, True)

    def _note_anomalies(self, listing: Listing, cursor: ListingCursor) -> None:
        """Count rows that lead to other sites or have a day in the future, and a pager without end."""
        name = f"{self.context.portal.slug}/{cursor.section.slug}"
        tomorrow = self.context.run.slot.date() + dt.timedelta(days=1)
        elsewhere = [entry for entry in listing.elsewhere if in_window(entry, self.context.run.since)]
        future = [entry for entry in listing.entries if entry.listed_on and entry.listed_on > tomorrow]
        anomalies: dict[Oddity, list[Entry]] = {statistics.ELSEWHERE: elsewhere, statistics.FUTURE: future}
        for kind, entries in anomalies.items():
            if entries:
                self._count(statistics.FAILED + kind, len(entries))
                self.observations.sections.add_anomalies(
                    cursor.section.slug, kind, [entry.url for entry in entries]
                )
                logger.warning("%s: %d rows: %s: %s", name, len(entries), kind, entries[0].url)
        if cursor.endless:
            logger.warning("%s: no end to its pages", name)
            self._stats.set_value(statistics.UNREAD + cursor.section.slug, "endless")
            self.observations.sections.add_anomalies(
                cursor.section.slug, "endless", sorted(cursor.requested)[-1:]
            )

    def no_listing(self, failure: Failure) -> None:
        """A listing page could not be fetched."""
        self._note_unread(so_far_of(failure).section, error_of(failure))

    def _note_unread(self, section: Section, error: BaseException) -> None:
        if isinstance(error, NotSaved):
            self._count(statistics.MISSING + "listing")
            return
        logger.warning("%s/%s: listing not read: %s", self.context.portal.slug, section.slug, error)
        self._count(statistics.FAILED + reason(error))
        self._stats.set_value(statistics.UNREAD + section.slug, reason(error))
        self.observations.sections.mark_unread(section.slug, reason(error), getattr(error, "rows", None))

    # -------------------------------------------------------------- counting

    @property
    def _stats(self) -> Any:
        return self.crawler.stats

    def _count(self, key: str, count: int = 1) -> None:
        self._stats.inc_value(key, count)


def listing_meta(section: Section) -> RequestMeta:
    """The meta of a request for a page of a section's listing."""
    return RequestMeta(rendered_section=section.slug if section.browser else None)
