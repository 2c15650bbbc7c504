"""The backfill spider: reads listings until they are older than the range, then fetches the entries in it.

It requests, reads and saves articles like the portal spider. Its progress is in the database, so it may be
stopped at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from attrs import frozen
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.fetching.fetch_errors import Blocked, NotSaved, is_gone
from crawler.fetching.middlewares import payload_of
from crawler.fetching.request_meta import Output, error_of, request, so_far_of
from crawler.portal import Section, read_listing
from crawler.run_context import RunContext
from crawler.runs import statistics
from crawler.spiders.backfill_listing import ListingFrontier, ListingWalk
from crawler.spiders.listing_cursor import ArticleFetch
from crawler.spiders.portal_spider import PortalSpider, listing_meta
from crawler.spiders.portal_state import PortalState
from policy.errors import Challenge, LayoutChanged, PageError
from policy.records import Entry
from policy.records.runs import Backfill
from storage import queries
from storage.runs import backfills

logger = logging.getLogger(__name__)

_BATCH = 200
"""Entries that are read from the database at a time."""


@frozen(kw_only=True)
class Progress:
    """How many of the entries so far are done."""

    done: int
    total: int


class BackfillState(PortalState):
    """The state of a backfill. It neither reads nor writes the entries listed by nightly runs."""

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        if context.backfill is None:
            raise TypeError("this run has no backfill")
        self._backfill: Backfill = context.backfill
        self._requested: set[str] = set()

    def walk(self, section: Section) -> ListingWalk:
        """The walk through a section's listing, from where the last run stopped."""
        backfill = self._backfill
        with self._context.database.read() as session:
            pages = backfills.listing_pages(session, backfill.id, section.slug)
        return ListingWalk(
            section=section,
            since=backfill.since,
            until=backfill.until,
            max_pages=backfill.listing_pages,
            walked=backfill.walk(section.slug),
            frontier=ListingFrontier(
                read=pages.read,
                waiting=tuple(url for url, _ in pages.waiting),
                tries={url: tries for url, tries in pages.waiting if tries},
            ),
        )

    def record_page(self, walk: ListingWalk, entries: Sequence[Entry]) -> None:
        """Record a page, its entries in the range and the state of the walk, in one transaction."""
        backfill_id, section = self._backfill.id, walk.section.slug
        with self._context.database.write() as session:
            archived = queries.articles_by_key(session, self._portal, [entry.key for entry in entries])
            new = [entry for entry in entries if entry.key not in archived]
            backfills.add_entries(session, backfill_id, section, new)
            backfills.save_page(session, backfill_id, section, walk.current, walk.pages)
            if walk.grown:
                waiting = [(url, walk.tries.get(url, 0)) for url in walk.waiting]
                backfills.save_waiting_pages(session, backfill_id, section, waiting, read=walk.frontier.read)
            walk.archived += len(archived)
            backfills.save_walked(session, backfill_id, section, walk.report)

    def record_failed_page(self, walk: ListingWalk) -> None:
        """Record that a page could not be read."""
        with self._context.database.write() as session:
            backfills.record_page_failure(session, self._backfill.id, walk.section.slug, walk.current)
            backfills.save_walked(session, self._backfill.id, walk.section.slug, walk.report)

    # -------------------------------------------------------------- articles

    def unlisted(self) -> Iterator[ArticleFetch]:
        """The pending entries, read in batches. Their articles cause no notification."""
        for entry in self._pending_entries():
            self._requested.add(entry.key)
            yield ArticleFetch(url=entry.url, key=entry.key, entry=entry, silent=True)

    def _entries_after(self, key: str) -> list[Entry]:
        with self._context.database.read() as session:
            return backfills.pending_entries(session, self._backfill.id, after=key, limit=_BATCH)

    def record_failure(self, key: str) -> None:
        """Record that an article of the range could not be fetched."""
        self.skip(key)
        with self._context.database.write() as session:
            backfills.record_failure(session, self._backfill.id, key)

    def skip(self, key: str) -> None:
        """An article was not really tried."""
        self._requested.discard(key)

    def finish(self) -> None:
        """At the end of the run, record a failure for each entry whose response made no article of its
        key."""
        pending = [entry.key for entry in self._pending_entries() if entry.key in self._requested]
        for key in pending:
            self.record_failure(key)

    def _pending_entries(self) -> Iterator[Entry]:
        after = ""
        while batch := self._entries_after(after):
            yield from batch
            after = batch[-1].key

    def progress(self) -> Progress:
        """How many of the entries so far are archived or failed."""
        with self._context.database.read() as session:
            backfill = backfills.backfill(session, self._backfill.id)
        return Progress(done=backfill.archived + backfill.failed, total=backfill.entries)


class BackfillSpider(PortalSpider):
    """Fetches the listings of a portal back to the first day of a range, and the articles of the range."""

    name = "backfill"

    _state: BackfillState
    _done = _total = 0

    def _open_state(self) -> PortalState:
        return BackfillState(self.context)

    def _listings(self) -> Iterator[Request]:
        for section in self.context.sections:
            walk = self._state.walk(section)
            if not walk.report.closed:
                yield self._request_page(walk, section.url)

    # -------------------------------------------------------------- listings

    def _request_page(self, walk: ListingWalk, url: str) -> Request:
        meta = listing_meta(walk.section)
        return request(url, self.page, self.no_page, walk, priority=10, meta=meta)

    def page(self, response: Response, so_far: ListingWalk) -> Output:
        """Record the entries of a listing page that are in the range; request the next page."""
        walk, payload = so_far, payload_of(response)
        try:
            listing = read_listing(
                self.context.portal, walk.section, payload, first=walk.is_first_page, away=True, checked=True
            )
        except PageError as error:
            yield from self._page_failed(walk, error)
            return
        shown = walk.shown
        entries = walk.add_page(listing)
        self._count(statistics.ENTRIES, walk.shown - shown)
        self._state.record_page(walk, entries)
        yield from self._continue(walk)

    def no_page(self, failure: Failure) -> Output:
        """A listing page could not be fetched."""
        yield from self._page_failed(so_far_of(failure), error_of(failure))

    def _page_failed(self, walk: ListingWalk, error: BaseException) -> Output:
        if isinstance(error, NotSaved | Blocked | Challenge):
            walk.pause()
        else:
            empty = isinstance(error, LayoutChanged) and error.rows == 0
            walk.add_failure(gone=empty or is_gone(error))
            self._state.record_failed_page(walk)
        if walk.report.state != "cut":
            self._note_unread(walk.section, error)
        yield from self._continue(walk)

    def _continue(self, walk: ListingWalk) -> Output:
        self.context.progress("pages of listings", walk.pages, walk.pages + walk.report.waiting)
        following = walk.following()
        if following:
            yield self._request_page(walk, following)
            return
        name, report = f"{self.context.portal.slug}/{walk.section.slug}", walk.report
        logger.info("%s: %d pages read, %s", name, report.pages, report.state)

    # -------------------------------------------------------------- articles

    def idle(self) -> None:
        """When the listings are read, request the articles."""
        progress = self._state.progress()
        self._done, self._total = progress.done, progress.total
        super().idle()

    def _article_page_read(self) -> None:
        """Report the progress."""
        self._done += 1
        self.context.progress("articles", min(self._done, self._total), self._total)
