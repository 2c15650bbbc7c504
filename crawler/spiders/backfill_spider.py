"""The spider of a back-fill: reads listings until they have passed the range, then fetches what it found.

It asks, reads and saves as the spider of the nights does; what it wants lies in the database, so that it
may end anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from attrs import frozen
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler import extraction
from crawler.fetching.fetch_errors import Blocked, NotSaved, is_gone
from crawler.fetching.middlewares import payload_of
from crawler.fetching.rendering import BROWSER
from crawler.fetching.request_meta import Output, error_of, request, so_far_of
from crawler.portal import Section
from crawler.runs import statistics
from crawler.runs.context import RunContext
from crawler.spiders.backfill_listing import ListingFrontier, ListingWalk
from crawler.spiders.listing_cursor import ArticleFetch
from crawler.spiders.portal_spider import PortalSpider
from crawler.spiders.portal_state import PortalState
from policy.errors import Challenge, LayoutChanged, PageError
from policy.records import Entry
from policy.records.backfills import Backfill
from storage import queries
from storage.runs import backfills

logger = logging.getLogger(__name__)

_AT_ONCE = 200


@frozen(kw_only=True)
class Progress:
    """How much is done of what is known so far."""

    done: int
    total: int


class BackfillState(PortalState):
    """The memory of a run that has a back-fill; the listed set of the nights it neither reads nor writes."""

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        if context.backfill is None:
            raise TypeError("this run has no back-fill")
        self._backfill: Backfill = context.backfill
        self._asked: set[str] = set()

    def walk(self, section: Section) -> ListingWalk:
        """A section's listing, from where the last run left it."""
        ours = self._backfill
        with self._context.database.read() as session:
            known = backfills.listing_pages(session, ours.id, section.slug)
        return ListingWalk(
            section=section,
            since=ours.since,
            until=ours.until,
            most=ours.listing_pages,
            walked=ours.walk(section.slug),
            frontier=ListingFrontier(
                read=known.read,
                waiting=tuple(url for url, _ in known.waiting),
                tries={url: tries for url, tries in known.waiting if tries},
            ),
        )

    def took(self, walk: ListingWalk, chosen: Sequence[Entry]) -> None:
        """A page was read: its entries of the range, and where the walk stands, in one transaction."""
        ours, section = self._backfill.id, walk.section.slug
        with self._context.database.write() as session:
            held = queries.articles_by_key(session, self._portal, [entry.key for entry in chosen])
            backfills.add_entries(
                session, ours, section, [entry for entry in chosen if entry.key not in held]
            )
            backfills.save_page(session, ours, section, walk.asked, walk.pages)
            if walk.grown:
                waiting = [(url, walk.tries.get(url, 0)) for url in walk.waiting]
                backfills.save_waiting_pages(session, ours, section, waiting, read=walk.frontier.read)
            walk.known += len(held)
            backfills.save_walked(session, ours, section, walk.report)

    def lost(self, walk: ListingWalk) -> None:
        """A page could not be read."""
        with self._context.database.write() as session:
            backfills.record_page_failure(session, self._backfill.id, walk.section.slug, walk.asked)
            backfills.save_walked(session, self._backfill.id, walk.section.slug, walk.report)

    # -------------------------------------------------------------- articles

    def rest(self) -> Iterator[ArticleFetch]:
        """The entries that are owed, read from the archive bit by bit: told to nobody when they come."""
        for one in self._wanted():
            self._asked.add(one.key)
            yield ArticleFetch(url=one.url, key=one.key, entry=one, silent=True)

    def _wanted_behind(self, key: str) -> list[Entry]:
        with self._context.database.read() as session:
            return backfills.pending_entries(session, self._backfill.id, after=key, limit=_AT_ONCE)

    def not_come(self, key: str) -> None:
        """An article of the range could not be had."""
        self.spare(key)
        with self._context.database.write() as session:
            backfills.record_failure(session, self._backfill.id, key)

    def spare(self, key: str) -> None:
        """It is no try either."""
        self._asked.discard(key)

    def settle(self) -> None:
        """At the end of the run: what was answered and made no article of this key, is a try too."""
        owed = [one.key for one in self._wanted() if one.key in self._asked]
        for key in owed:
            self.not_come(key)

    def _wanted(self) -> Iterator[Entry]:
        after = ""
        while found := self._wanted_behind(after):
            yield from found
            after = found[-1].key

    def progress(self) -> Progress:
        """How many entries are done of those found."""
        with self._context.database.read() as session:
            ours = backfills.backfill(session, self._backfill.id)
        return Progress(done=ours.archived + ours.failed, total=ours.found)


# ------------------------------------------------------------------ backfill spider


class BackfillSpider(PortalSpider):
    """Visits the listings of a portal as deep as a range of days lies, and the articles of the range."""

    name = "backfill"

    _memory: BackfillState
    _done = _total = 0

    def _remembering(self) -> PortalState:
        return BackfillState(self.context)

    def _listings(self) -> Iterator[Request]:
        for section in self.context.sections:
            walk = self._memory.walk(section)
            if not walk.report.closed:
                yield self._ask_walk(walk, section.url)

    # -------------------------------------------------------------- listings

    def _ask_walk(self, walk: ListingWalk, url: str) -> Request:
        meta = {BROWSER: walk.section.slug} if walk.section.browser else None
        return request(url, self.page, self.no_page, walk, priority=10, meta=meta)

    def page(self, response: Response, so_far: ListingWalk) -> Output:
        """Keep what a listing page has of the range; ask for the page that follows it."""
        walk, payload = so_far, payload_of(response)
        try:
            found = extraction.read_listing(
                self.context.portal, walk.section, payload, first=walk.begins, away=True, checked=True
            )
        except PageError as error:
            yield from self._page_lost(walk, error)
            return
        shown = walk.shown
        chosen = walk.take(found)
        self._count(statistics.ENTRIES, walk.shown - shown)
        self._memory.took(walk, chosen)
        yield from self._walk_on(walk)

    def no_page(self, failure: Failure) -> Output:
        """A listing page could not be fetched."""
        yield from self._page_lost(so_far_of(failure), error_of(failure))

    def _page_lost(self, walk: ListingWalk, error: BaseException) -> Output:
        if isinstance(error, NotSaved | Blocked | Challenge):
            walk.rest()
        else:
            empty = isinstance(error, LayoutChanged) and error.rows == 0
            walk.lose(gone=empty or is_gone(error))
            self._memory.lost(walk)
        if walk.report.state != "cut":
            self._note_unread(walk.section, error)
        yield from self._walk_on(walk)

    def _walk_on(self, walk: ListingWalk) -> Output:
        self.context.told("pages of listings", walk.pages, walk.pages + walk.report.waiting)
        following = walk.following()
        if following:
            yield self._ask_walk(walk, following)
            return
        where, report = f"{self.context.portal.slug}/{walk.section.slug}", walk.report
        logger.info("%s: %d pages read, %s", where, report.pages, report.state)

    # -------------------------------------------------------------- articles

    def idle(self) -> None:
        """When the listings are read, ask for what they had."""
        progress = self._memory.progress()
        self._done, self._total = progress.done, progress.total
        super().idle()

    def _heard(self) -> None:
        """Say how far we are."""
        self._done += 1
        self.context.told("articles", min(self._done, self._total), self._total)
