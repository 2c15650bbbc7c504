"""What stands between the spider and the network, from the spider down.

=====  ===========  ==================================================================
40     Refusals     challenge, soft 404 and error pages raise; a blocked domain is left alone
60     PortalHosts  only the portal's own hosts are asked, redirects included
100    Robots       robots.txt, obeyed (crawler.fetching.robots)
110    Rendering    a page that only a script makes is rendered by a browser (crawler.fetching.rendering)
560    AddressGuard a refused address says so instead of "cannot resolve", and is not retried
590    Decode       undoes the content coding, never further than the limit
600    Redirects    Scrapy's, without a Referer
950    RawCapture   keeps every answer as received, before anybody reads it
960    Metering     counts and times every answer and failure, retries and robots.txt included
=====  ===========  ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetching.conditional import UNCHANGED, is_conditional, unconditional
from crawler.fetching.fetch_errors import (
    AddressRefused,
    AlreadyFetched,
    BadStatus,
    Blocked,
    NoFile,
    OffPortal,
    TooLarge,
    Undecodable,
    reason,
)
from crawler.fetching.rendering import is_part
from crawler.fetching.ssrf_guard import GuardedResolver, installed
from crawler.fetching.traffic import SECONDS, TrafficMeter
from crawler.pages.blocked_pages import refuse_bad
from crawler.portal import Portal
from crawler.runs.context import RunContext, context_of
from crawler.runs.recorder import RunRecorder
from crawler.spiders.attachment_requests import is_file
from crawler.spiders.listing_cursor import CLAIMED
from crawler.urls import alike, allowed, endpoint, is_literal, open_endpoints, registrable
from pipelines.attachments.formats import is_html
from policy.errors import Challenge, PageError, UnreadableCapture
from policy.records import Payload
from storage.warc.content_coding import decode


def is_robots(request: Request) -> bool:
    """Whether Scrapy asks for a robots.txt by itself."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def host(request: Request) -> str:
    """The host a request goes to."""
    return urlparse_cached(request).hostname or ""


def payload_of(response: Response) -> Payload:
    """What reading needs of a response."""
    kind = response.headers.get(b"Content-Type")
    return Payload(
        url=response.url, body=response.body, content_type=kind.decode("latin-1") if kind else None
    )


class BlockedPages:
    """Turns pages that are none into errors; after a challenge its domain is not asked again."""

    def __init__(self, portal: Portal, meter: TrafficMeter, closed: Iterable[str] = ()) -> None:
        self._portal, self._meter = portal, meter
        self._blocked: set[str] = set(closed)
        self._closed_to_files: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        return cls(context.portal, meter_of(crawler), context.closed)

    def process_request(self, request: Request) -> None:
        closed = self._blocked | self._closed_to_files if is_file(request) else self._blocked
        if closed and registrable(host(request)) in closed:
            raise Blocked(request.url)

    def process_response(self, request: Request, response: Response) -> Response:
        if is_robots(request):
            return response
        if is_file(request):
            self._refuse_no_file(request, response)
            return response
        if response.status == UNCHANGED and is_conditional(request):
            return response
        if is_part(request):
            self._refuse_challenge(request, response)
            return response
        bad = BadStatus(response.status) if response.status != 200 else None
        if bad and bad.gone:
            raise bad
        try:
            self._refuse_bad(request, response)
        except Challenge:
            raise
        except PageError:
            if not bad:
                raise
        if bad:
            raise bad
        return response

    def _refuse_challenge(self, request: Request, response: Response) -> None:
        """Whatever else a page is before its scripts have run, a challenge is one."""
        try:
            self._refuse_bad(request, response)
        except Challenge:
            raise
        except PageError:
            return

    def _refuse_bad(self, request: Request, response: Response) -> None:
        """A challenge closes its domain."""
        try:
            refuse_bad(payload_of(response), portal=self._portal.slug)
        except Challenge:
            self._blocked.add(registrable(host(request)))
            self._meter.challenged(registrable(host(request)))
            raise

    def _refuse_no_file(self, request: Request, response: Response) -> None:
        """Bytes of a file are no bad page. A challenge closes its domain to files only: an article
        never fails for its files' sake."""
        if response.status != 200:
            raise BadStatus(response.status)
        if not is_html(response.body):
            return
        try:
            refuse_bad(payload_of(response), portal=self._portal.slug)
        except Challenge:
            self._closed_to_files.add(registrable(host(request)))
            self._meter.files_challenged(host(request))
            raise
        raise NoFile(request.url)


class Redirects(RedirectMiddleware):
    """Scrapy's, without the Referer it would look for, and without the validators of another address.

    Where an article may stand now (``CLAIMED`` in the meta) was read already: there it is not followed.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        answer = super().process_response(request, response)
        if not isinstance(answer, Request):
            return answer
        if alike(answer.url) == request.meta.get(CLAIMED):
            raise AlreadyFetched(answer.url)
        return unconditional(answer)


class PortalHosts:
    """Refuses hosts that are not the portal's."""

    def __init__(self, portal: Portal, opened: frozenset[str]) -> None:
        self._portal, self._opened = portal, opened

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        return cls(context.portal, opened(context))

    def process_request(self, request: Request) -> None:
        if self._portal.owns(request.url):
            return
        name = host(request)
        if is_literal(name) and not allowed(name) and endpoint(request.url) not in self._opened:
            raise AddressRefused(request.url)
        raise OffPortal(request.url)


class AddressGuard:
    """Says that an address was refused, where Twisted only knows that a name led nowhere."""

    def __init__(self, resolver: GuardedResolver) -> None:
        self._resolver = resolver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        resolver = installed()
        resolver.opened = opened(context_of(crawler))
        return cls(resolver)

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, CannotResolveHostError) and endpoint(request.url) in self._resolver.refused:
            raise AddressRefused(request.url) from exception


class Decode:
    """Undoes the content coding with the same limited decoder that reads captures again."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(context_of(crawler).config.crawl.max_decoded_bytes)

    def process_response(self, request: Request, response: Response) -> Response:
        codings = response.headers.getlist(b"Content-Encoding")
        if not codings or not response.body:
            return response
        headers = [("content-encoding", value.decode("latin-1")) for value in codings]
        try:
            body = decode(headers, response.body, self._limit)
        except UnreadableCapture as error:
            kind = TooLarge if "larger than" in str(error) else Undecodable
            raise kind(f"{request.url}: {error}") from error
        return response.replace(body=body)


class RawCapture:
    """Keeps the answer, or that there was none, in the run's WARC; ``request.meta["capture"]`` says where,
    ``request.meta["lost"]`` when."""

    def __init__(self, ledger: RunRecorder) -> None:
        self._ledger = ledger

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(RunRecorder.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta["capture"] = self._ledger.keep(request, response)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """That it got no answer is kept too."""
        if not isinstance(exception, IgnoreRequest):
            request.meta["lost"] = self._ledger.lose(request, exception)


class Metering:
    """Tells the meter of every answer, and of every request that got none."""

    def __init__(self, meter: TrafficMeter) -> None:
        self._meter = meter

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(meter_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        seconds = request.meta.pop(SECONDS, None)
        self._meter.answered(host(request), response.status, len(response.body), seconds)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest):
            self._meter.failed(host(request), reason(exception))


def meter_of(crawler: Crawler) -> TrafficMeter:
    """What counts the traffic of this crawl."""
    meter: TrafficMeter = crawler.spider.seen.meter  # type: ignore[union-attr]  # ours: see visit_of
    return meter


def opened(context: RunContext) -> frozenset[str]:
    """Every ``host:port`` that may be private in this run."""
    network = context.config.network
    return open_endpoints(network.allow, network.connect.values())
