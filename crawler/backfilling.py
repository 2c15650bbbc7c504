"""The spider of a back-fill: reads listings until they have passed the range, then fetches what it found.

It asks, reads and saves as the spider of the nights does; what it wants lies in the database, so that it
may end anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler import reading, tally
from crawler.backlog import Backlog
from crawler.memory import Memory
from crawler.middlewares import payload_of
from crawler.outcomes import Blocked, NotSaved, is_gone
from crawler.rendering import BROWSER
from crawler.requesting import Output, error_of, request, so_far_of
from crawler.spiders.portal import PortalSpider
from crawler.walking import Walk
from policy.errors import Challenge, LayoutChanged, PageError

logger = logging.getLogger(__name__)


class BackfillSpider(PortalSpider):
    """Visits the listings of a portal as deep as a range of days lies, and the articles of the range."""

    _memory: Backlog
    _done = _total = 0

    def _remembering(self) -> Memory:
        return Backlog(self.visit)

    def _listings(self) -> Iterator[Request]:
        for section in self.visit.sections:
            walk = self._memory.walk(section)
            if not walk.report.closed:
                yield self._ask_walk(walk, section.url)

    # -------------------------------------------------------------- listings

    def _ask_walk(self, walk: Walk, url: str) -> Request:
        meta = {BROWSER: walk.section.slug} if walk.section.browser else None
        return request(url, self.page, self.no_page, walk, priority=10, meta=meta)

    def page(self, response: Response, so_far: Walk) -> Output:
        """Keep what a listing page has of the range; ask for the page that follows it."""
        walk, payload = so_far, payload_of(response)
        try:
            found = reading.read_listing(
                self.visit.portal, walk.section, payload, first=walk.begins, away=True
            )
        except PageError as error:
            yield from self._page_lost(walk, error)
            return
        shown = walk.shown
        chosen = walk.take(found)
        self._count(tally.ENTRIES, walk.shown - shown)
        self._memory.took(walk, chosen)
        yield from self._walk_on(walk)

    def no_page(self, failure: Failure) -> Output:
        """A listing page could not be fetched."""
        yield from self._page_lost(so_far_of(failure), error_of(failure))

    def _page_lost(self, walk: Walk, error: BaseException) -> Output:
        if isinstance(error, NotSaved | Blocked | Challenge):
            walk.rest()
        else:
            empty = isinstance(error, LayoutChanged) and error.found == 0
            walk.lose(gone=empty or is_gone(error))
            self._memory.lost(walk)
        if walk.report.state != "cut":
            self._note_unread(walk.section, error)
        yield from self._walk_on(walk)

    def _walk_on(self, walk: Walk) -> Output:
        self.visit.told("pages of listings", walk.pages, walk.pages + walk.report.waiting)
        following = walk.following()
        if following:
            yield self._ask_walk(walk, following)
            return
        where, report = f"{self.visit.portal.slug}/{walk.section.slug}", walk.report
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
        self.visit.told("articles", min(self._done, self._total), self._total)
