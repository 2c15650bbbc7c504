"""Articles on their way from an address to the archive: asked for page by page, then handed on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attrs import evolve
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from crawler import extraction
from crawler.fetching.conditional import UNCHANGED, Conditional
from crawler.fetching.fetch_errors import AlreadyFetched, Blocked, NotSaved, is_gone, reason
from crawler.fetching.middlewares import payload_of
from crawler.fetching.request_meta import Output, error_of, request, request_of, so_far_of
from crawler.runs import statistics
from crawler.runs.context import RunContext
from crawler.spiders.article_reader import ArticleReader
from crawler.spiders.attachment_requests import AttachmentRequests
from crawler.spiders.listing_cursor import CLAIMED, ArticleFetch, RelocationCandidate
from crawler.spiders.listing_policy import ListedRow
from crawler.spiders.portal_state import PortalState
from crawler.spiders.relocation import Relocations
from crawler.urls import alike
from pipelines.extraction_counts import ExtractionCounts
from pipelines.items import ExtractedArticle, Gone, Unchanged
from policy.errors import Challenge, PageError
from policy.records import Capture
from policy.rules.identity import Proof

logger = logging.getLogger(__name__)


class ArticleRequests:
    """The articles of one run. ``asked`` are the keys of those that were asked for; ``heard`` is called
    after each page that came."""

    def __init__(
        self,
        context: RunContext,
        memory: PortalState,
        facts: ExtractionCounts,
        stats: StatsCollector,
        heard: Callable[[], None],
    ) -> None:
        self._portal, self._memory, self._heard = context.portal, memory, heard
        self._facts, self._stats = facts, stats
        self.asked: set[str] = set()
        self._moving = Relocations(context.portal, memory)
        self._files = AttachmentRequests(context, stats)
        self._reader = ArticleReader(context)
        self._conditional = Conditional(
            context,
            code=self._reader.code,
            boilerplate=self._reader.boilerplate,
            lied=lambda: bool(stats.get_value(statistics.FAILED + statistics.LYING)),
        )

    # -------------------------------------------------------------- asking

    def ask_listed(self, row: ListedRow, section: str) -> Request:
        """Ask for an article that a listing shows."""
        sought = ArticleFetch(
            url=self._moving.address(row),
            key=row.key,
            entry=row.entry,
            known=row.known is not None,
            silent=self._memory.is_silent(row, section),
            vouched=self._memory.vouched(row),
            held=row.known.url if row.known else "",
        )
        return self.ask(sought)

    def ask(self, sought: ArticleFetch, counted: str = statistics.ASKED) -> Request:
        """Ask for an article."""
        self.asked.add(sought.key)
        self._stats.inc_value(counted)
        return self._ask_page(sought, sought.url)

    def _ask_page(self, sought: ArticleFetch, url: str) -> Request:
        """An article that is begun is finished before the next one is, and new ones go before known ones."""
        asked = self._portal.asked_at(url)
        priority = 5 if sought.asked or sought.claim else 0 if sought.known else 2
        meta = {CLAIMED: alike(sought.claim.item.article.url)} if sought.claim else None
        made = request(asked, self.page, self.no_page, sought.asking(url), priority, meta)
        asked_as = self._conditional.headers(sought, made.url)
        if asked_as and not self._files.are_due(sought.key):
            made.headers.update(asked_as)
        return made

    # -------------------------------------------------------------- reading

    def page(self, response: Response, so_far: ArticleFetch) -> Output:
        """Read a page of an article; go on to its next page, or hand on the whole."""
        yield from self._answered(response, so_far)
        self._heard()

    def _answered(self, response: Response, so_far: ArticleFetch) -> Output:
        if response.status == UNCHANGED and self._conditional.lies(response):
            self._stats.inc_value(statistics.FAILED + statistics.LYING)
            yield self._ask_page(so_far, so_far.url)
            return
        if response.status == UNCHANGED:
            self._moving.there.add(so_far.key)
            yield Unchanged(key=so_far.key, captures=(response.meta["capture"],))
            yield from self._looked(so_far)
            return
        so_far = evolve(so_far, led=self._moving.is_led(response, so_far))
        try:
            page = extraction.read_page(self._portal, payload_of(response), checked=True)
        except PageError as error:
            yield from self._lost(so_far, response.request, error)  # type: ignore[arg-type]
            return
        sought = so_far.asking(response.url).read(page, response.meta["capture"])
        yield from self._go_on(evolve(sought, vouched=self._conditional.offered(response, sought)))

    def _go_on(self, sought: ArticleFetch) -> Output:
        if sought.following:
            yield self._ask_page(sought, sought.following)
            return
        try:
            item = self._reader.read(sought)
        except PageError as error:
            if sought.led:
                yield from self._missed(sought, sought.captures[0])
                return
            self._count_failed(sought, error)
            yield from self._looked(sought)
            return
        if not sought.known:
            yield from self._claimed(self._moving.new(sought, item))
        elif not sought.led:
            yield from self._keep(self._moving.placed(sought, item))
            yield from self._looked(sought)
        elif claim := self._moving.led(sought, item):
            yield from self._missed(evolve(sought, claim=None), item.captures[0])
            yield from self._claimed(claim)
            yield from self._looked(sought)
        else:
            yield from self._missed(sought, item.captures[0])

    def _keep(self, item: ExtractedArticle) -> Output:
        """Hand on an article as read, and ask for its files."""
        self._moving.there.add(item.article.key)
        files = self._files.due(item)
        yield item
        yield from self._files.ask(item.article.key, files)

    # -------------------------------------------------------------- not there

    def no_page(self, failure: Failure) -> Output:
        """A page of an article could not be fetched."""
        yield from self._lost(so_far_of(failure), request_of(failure), error_of(failure))

    def _lost(self, sought: ArticleFetch, request: Request, error: BaseException) -> Output:
        """A page is missing: stated of a new article, and no reason to change a known one."""
        if sought.pages and not sought.known:
            self._count_failed(sought, error)
            yield from self._go_on(sought.lost(request.url))
        elif sought.pages or not sought.known:
            self._count_failed(sought, error)
            yield from self._looked(sought)
        elif elsewhere := self._moving.other(sought, error):
            yield self._ask_page(elsewhere, elsewhere.url)
        elif isinstance(error, AlreadyFetched):
            yield from self._missed(sought, request.meta["capture"], "redirect")
        elif is_gone(error) or sought.led:
            yield from self._missed(sought, request.meta["capture"])
        else:
            self._count_failed(sought, error)
            yield from self._looked(sought)

    def _missed(self, sought: ArticleFetch, capture: Capture, evidence: Proof = "same words") -> Output:
        """A known article is not at its address."""
        if sought.key not in self._moving.gone:
            self._moving.gone.add(sought.key)
            yield Gone(key=sought.key, captures=(capture,))
        if sought.claim:
            yield from self._claimed(sought.claim.without(evidence))

    def _count_failed(self, sought: ArticleFetch, error: BaseException) -> None:
        if isinstance(error, NotSaved | Blocked | Challenge):
            self._memory.spare(sought.key)
        elif not sought.known:
            self._memory.not_come(sought.key)
        if isinstance(error, NotSaved):
            self._stats.inc_value(statistics.MISSING + ("page" if sought.pages else "article"))
            return
        logger.info("%s not read: %s", sought.url, error)
        self._facts.unread(reason(error), sought.url)
        self._stats.inc_value(statistics.FAILED + reason(error))

    # -------------------------------------------------------------- moved

    def _claimed(self, claim: RelocationCandidate) -> Output:
        """Look at the next article that the page may be; hand it on when all were looked at."""
        while claim.waiting:
            twin, claim = claim.waiting[0], claim.next
            if twin.key in self._moving.gone:
                claim = claim.without("same words")
            elif twin.key not in self._moving.there:
                yield self.ask(self._memory.sought(twin, claim))
                return
        yield from self._keep(claim.settled(self._moving.there))

    def _looked(self, sought: ArticleFetch) -> Output:
        """An article that another page may be was looked at, and is not known to be gone."""
        if sought.claim:
            yield from self._claimed(sought.claim)
