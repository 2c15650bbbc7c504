"""Fetches articles page by page, reads them, and yields them to the archive pipeline.

:mod:`crawler.extraction` is imported with the first article: a run imports it while it waits for responses,
or not at all, instead of before its first request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from attrs import evolve
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from crawler.fetching.fetch_errors import AlreadyFetched, Blocked, NotSaved, is_gone, reason
from crawler.fetching.middlewares import payload_of
from crawler.fetching.replay import CaptureReader
from crawler.fetching.request_meta import (
    UNCHANGED,
    Conditional,
    Output,
    RequestMeta,
    capture_of,
    error_of,
    request,
    request_of,
    so_far_of,
)
from crawler.pages.base import attribute, parse, text_of
from crawler.run_context import RunContext
from crawler.runs import statistics
from crawler.spiders.attachment_requests import AttachmentRequests
from crawler.spiders.listing_cursor import ArticleFetch, ListingRow, RelocationCandidate
from crawler.spiders.portal_state import PortalState, Relocations, is_published_before
from crawler.urls import alike
from pipelines.items import ExtractedArticle, ExtractionCounts, Gone, Unchanged
from policy.errors import Challenge, PageError
from policy.records import Article, Capture, Page, Payload
from policy.rules.identity import Proof
from policy.text.words import fold
from storage.articles import boilerplate

logger = logging.getLogger(__name__)


# ------------------------------------------------------------------ reading an article


def page_text(payloads: Sequence[Payload]) -> str:
    """The folded text of pages, including scripts and meta tags; for JSON, all its strings."""
    return "".join(fold(words) for payload in payloads for words in _words(payload))


def _words(payload: Payload) -> Iterator[str]:
    for html in _parts(text_of(payload)[0]):
        root = parse(html)
        yield root.text(deep=True)
        yield from (attribute(node, "content") for node in root.css("meta[content]"))


def _parts(text: str) -> Iterator[str]:
    if not text.lstrip().startswith(("{", "[")):
        yield text
        return
    try:
        yield from _strings(json.loads(text))
    except ValueError:
        yield text


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and item.strip():
            yield item
        elif isinstance(item, dict | list):
            stack += reversed(list(item.values()) if isinstance(item, dict) else item)


class ArticleReader:
    """Reads the articles of a run, all with the same code and the same boilerplate set."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._portal = context, context.portal
        self._capture_reader = CaptureReader(context.config, context.database)
        with context.database.read() as session:
            self._boilerplate = boilerplate.active_set(session, context.portal.slug)

    @property
    def boilerplate(self) -> int | None:
        """The boilerplate set that articles are read with."""
        return self._boilerplate.id if self._boilerplate else None

    @cached_property
    def code(self) -> str:
        """The fingerprint of the code that reads the portal's pages."""
        from crawler.extraction import code_version

        return code_version(self._portal)

    def read_page(self, payload: Payload) -> Page:
        """A page of an article, from a response that was checked; raises PageError."""
        from crawler import extraction

        return extraction.read_page(self._portal, payload, checked=True)

    def read(self, fetch: ArticleFetch) -> ExtractedArticle:
        """The item of an article whose fetch is complete; raises PageError."""
        from crawler import extraction

        fetch = fetch.in_order
        cleaned = extraction.clean_pages(fetch.pages)
        article = extraction.read_article(
            self._portal,
            fetch.pages,
            entry=fetch.entry,
            missing=fetch.missing,
            boilerplate=self._boilerplate,
            cleaned=cleaned,
        )
        return ExtractedArticle(
            article=article,
            captures=fetch.captures,
            code=self.code,
            boilerplate=self.boilerplate,
            layout=fetch.pages[0].layout,
            cleaned=cleaned,
            silent=fetch.silent or self._is_old_import(article),
            archived=fetch.is_archived,
            reread=self._reread,
            read_page_text=self._page_text,
            validators=fetch.validators if article.completeness.complete else None,
        )

    def _is_old_import(self, article: Article) -> bool:
        return self._context.imported and is_published_before(article, self._context.silent_before)

    def _reread(self, captures: tuple[Capture, ...]) -> Article:
        from crawler import extraction

        payloads = [*map(self._capture_reader.payload, captures)]
        return extraction.reread(self._portal, payloads, self._boilerplate)

    def _page_text(self, captures: tuple[Capture, ...]) -> str:
        return page_text([*map(self._capture_reader.payload, captures)])


# ------------------------------------------------------------------ requesting its pages


class ArticleRequests:
    """The article requests of one run. ``requested`` are the keys of all articles that were requested;
    ``page_read`` is called after each page."""

    def __init__(
        self,
        context: RunContext,
        state: PortalState,
        extractions: ExtractionCounts,
        stats: StatsCollector,
        page_read: Callable[[], None],
    ) -> None:
        self._portal, self._state, self._page_read = context.portal, state, page_read
        self._extractions, self._stats = extractions, stats
        self.requested: set[str] = set()
        self._relocations = Relocations(context.portal, state)
        self._attachments = AttachmentRequests(context, stats)
        self._reader = ArticleReader(context)
        self._conditional = Conditional(
            context.database,
            context.portal.slug,
            code=lambda: self._reader.code,
            boilerplate=self._reader.boilerplate,
            enabled=not (context.sample or context.imported),
            is_disabled=lambda: bool(stats.get_value(statistics.FAILED + statistics.INCONSISTENT)),
        )

    # -------------------------------------------------------------- requests

    def request_listed(self, row: ListingRow, section: str) -> Request:
        """The request for an article that a listing shows."""
        fetch = ArticleFetch(
            url=self._relocations.address(row),
            key=row.key,
            entry=row.entry,
            is_archived=row.article is not None,
            silent=self._state.is_silent(row, section),
            validators=self._state.validators(row),
            archived_url=row.article.url if row.article else "",
        )
        return self.request(fetch)

    def request(self, fetch: ArticleFetch, counter: str = statistics.REQUESTED) -> Request:
        """The request for an article."""
        self.requested.add(fetch.key)
        self._stats.inc_value(counter)
        return self._request_page(fetch, fetch.url)

    def _request_page(self, fetch: ArticleFetch, url: str) -> Request:
        """The request for a page. Started articles are completed first, and new ones come before known
        ones."""
        priority = 5 if fetch.requested or fetch.candidate else 0 if fetch.is_archived else 2
        claimed_url = alike(fetch.candidate.item.article.url) if fetch.candidate else None
        page_request = request(
            self._portal.asked_at(url),
            self.page,
            self.no_page,
            fetch.requesting(url),
            priority,
            RequestMeta(claimed_url=claimed_url),
        )
        validators = None if fetch.requested else fetch.validators
        headers = self._conditional.headers(validators, page_request.url)
        if headers and not self._attachments.are_due(fetch.key):
            page_request.headers.update(headers)
        return page_request

    # -------------------------------------------------------------- responses

    def page(self, response: Response, so_far: ArticleFetch) -> Output:
        """Read a page of an article, then request its next page or yield the article."""
        yield from self._read_page(response, so_far)
        self._page_read()

    def _read_page(self, response: Response, so_far: ArticleFetch) -> Output:
        if response.status == UNCHANGED and self._conditional.is_inconsistent(response):
            self._stats.inc_value(statistics.FAILED + statistics.INCONSISTENT)
            yield self._request_page(so_far, so_far.url)
            return
        if response.status == UNCHANGED:
            self._relocations.present.add(so_far.key)
            yield Unchanged(key=so_far.key, captures=(capture_of(response),))
            yield from self._continue_candidate(so_far)
            return
        so_far = evolve(so_far, is_redirected=self._relocations.is_redirected(response, so_far))
        try:
            page = self._reader.read_page(payload_of(response))
        except PageError as error:
            assert response.request is not None  # noqa: S101 -- set by Scrapy
            yield from self._page_failed(so_far, response.request, error)
            return
        fetch = so_far.requesting(response.url).read(page, capture_of(response))
        is_single_page = len(fetch.pages) == 1 and not fetch.following
        validators = self._conditional.validators(response) if is_single_page else None
        yield from self._continue(evolve(fetch, validators=validators))

    def _continue(self, fetch: ArticleFetch) -> Output:
        if fetch.following:
            yield self._request_page(fetch, fetch.following)
            return
        try:
            item = self._reader.read(fetch)
        except PageError as error:
            if fetch.is_redirected:
                yield from self._gone(fetch, fetch.captures[0])
                return
            self._count_failed(fetch, error)
            yield from self._continue_candidate(fetch)
            return
        if not fetch.is_archived:
            yield from self._check_candidate(self._relocations.candidate(fetch, item))
        elif not fetch.is_redirected:
            yield from self._yield_article(self._relocations.with_address(fetch, item))
            yield from self._continue_candidate(fetch)
        elif candidate := self._relocations.redirect_candidate(fetch, item):
            yield from self._gone(evolve(fetch, candidate=None), item.captures[0])
            yield from self._check_candidate(candidate)
            yield from self._continue_candidate(fetch)
        else:
            yield from self._gone(fetch, item.captures[0])

    def _yield_article(self, item: ExtractedArticle) -> Output:
        """Yield an article to the pipeline, and the requests for its attachments."""
        self._relocations.present.add(item.article.key)
        files = self._attachments.due(item)
        yield item
        yield from self._attachments.request_files(item.article.key, files)

    # -------------------------------------------------------------- failures

    def no_page(self, failure: Failure) -> Output:
        """A page of an article could not be fetched."""
        yield from self._page_failed(so_far_of(failure), request_of(failure), error_of(failure))

    def _page_failed(self, fetch: ArticleFetch, request: Request, error: BaseException) -> Output:
        """A page failed. A new article is saved without it; a known one stays as it is."""
        if fetch.pages and not fetch.is_archived:
            self._count_failed(fetch, error)
            yield from self._continue(fetch.without_page(request.url))
        elif fetch.pages or not fetch.is_archived:
            self._count_failed(fetch, error)
            yield from self._continue_candidate(fetch)
        elif relisted := self._relocations.listed_address(fetch, error):
            yield self._request_page(relisted, relisted.url)
        elif isinstance(error, AlreadyFetched):
            yield from self._gone(fetch, capture_of(request), "redirect")
        elif is_gone(error) or fetch.is_redirected:
            yield from self._gone(fetch, capture_of(request))
        else:
            self._count_failed(fetch, error)
            yield from self._continue_candidate(fetch)

    def _gone(self, fetch: ArticleFetch, capture: Capture, evidence: Proof = "same words") -> Output:
        """Yield that a known article is not at its address."""
        if fetch.key not in self._relocations.gone:
            self._relocations.gone.add(fetch.key)
            yield Gone(key=fetch.key, captures=(capture,))
        if fetch.candidate:
            yield from self._check_candidate(fetch.candidate.without(evidence))

    def _count_failed(self, fetch: ArticleFetch, error: BaseException) -> None:
        if isinstance(error, NotSaved | Blocked | Challenge):
            self._state.skip(fetch.key)
        elif not fetch.is_archived:
            self._state.record_failure(fetch.key)
        if isinstance(error, NotSaved):
            self._stats.inc_value(statistics.MISSING + ("page" if fetch.pages else "article"))
            return
        logger.info("%s not read: %s", fetch.url, error)
        self._extractions.unread(reason(error), fetch.url)
        self._stats.inc_value(statistics.FAILED + reason(error))

    # -------------------------------------------------------------- relocated articles

    def _check_candidate(self, candidate: RelocationCandidate) -> Output:
        """Request the next article that the page may be; when all were checked, yield the page."""
        while candidate.waiting:
            twin, candidate = candidate.waiting[0], candidate.next
            if twin.key in self._relocations.gone:
                candidate = candidate.without("same words")
            elif twin.key not in self._relocations.present:
                yield self.request(self._state.fetch(twin, candidate))
                return
        yield from self._yield_article(candidate.resolve(self._relocations.present))

    def _continue_candidate(self, fetch: ArticleFetch) -> Output:
        """Go on with the relocation candidate that this article was requested for, if any."""
        if fetch.candidate:
            yield from self._check_candidate(fetch.candidate)
