"""The downloader middlewares, in order from the spider to the network.

=====  ============  ==================================================================
40     BlockedPages  raises for challenge, soft 404 and error pages; sends nothing more to a blocked domain
60     PortalHosts   refuses requests to hosts that are not the portal's, also after redirects
100    Robots        obeys robots.txt as in RFC 9309; its crawl-delay applies to the whole portal
110    Rendering     renders pages that are made by scripts, in a browser (crawler.fetching.rendering)
560    AddressGuard  reports a refused address as such instead of "cannot resolve", without retries
590    Decode        decodes the content coding, up to the size limit
600    Redirects     follows redirects as Scrapy does, without a Referer
950    RawCapture    stores every response as received, before it is parsed (crawler.runs.recorder)
960    Metering      counts and times every response and failure, including retries and robots.txt
=====  ============  ==================================================================
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Self

from attrs import evolve
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetching.fetch_errors import (
    AddressRefused,
    AlreadyFetched,
    BadStatus,
    Blocked,
    NoFile,
    OffPortal,
    RobotsUnreachable,
    TooLarge,
    Undecodable,
    reason,
)
from crawler.fetching.handlers import GuardedResolver, installed
from crawler.fetching.request_log import TrafficMeter
from crawler.fetching.request_meta import (
    UNCHANGED,
    host,
    is_conditional,
    is_robots,
    meta_of,
    set_meta,
    unconditional,
)
from crawler.fetching.throttle import BUSY, Throttle
from crawler.pages.blocked_pages import refuse_bad
from crawler.portal import Portal
from crawler.run_context import RunContext, context_of
from crawler.urls import alike, allowed, endpoint, is_literal, open_endpoints, registrable
from pipelines.attachments.formats import is_html
from policy.errors import Challenge, PageError, UnreadableCapture
from policy.records import Payload
from storage.warc.compression import decode


def payload_of(response: Response) -> Payload:
    """The payload of a response, as the page objects take it."""
    kind = response.headers.get(b"Content-Type")
    return Payload(
        url=response.url, body=response.body, content_type=kind.decode("latin-1") if kind else None
    )


class BlockedPages:
    """Raises for challenge, soft 404 and error pages. After a challenge nothing more is sent to its
    domain."""

    def __init__(self, portal: Portal, traffic: TrafficMeter, blocked_domains: Iterable[str] = ()) -> None:
        self._portal, self._traffic = portal, traffic
        self._blocked: set[str] = set(blocked_domains)
        self._blocked_for_files: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        return cls(context.portal, traffic_of(crawler), context.blocked_domains)

    def process_request(self, request: Request) -> None:
        is_file = meta_of(request).is_file
        blocked = self._blocked | self._blocked_for_files if is_file else self._blocked
        if blocked and registrable(host(request)) in blocked:
            raise Blocked(request.url)

    def process_response(self, request: Request, response: Response) -> Response:
        if is_robots(request):
            return response
        if meta_of(request).is_file:
            self._require_file(request, response)
            return response
        if response.status == UNCHANGED and is_conditional(request):
            return response
        if meta_of(request).from_browser:
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
        """Raise for a challenge only: other checks do not apply before the page's scripts have run."""
        try:
            self._refuse_bad(request, response)
        except Challenge:
            raise
        except PageError:
            return

    def _refuse_bad(self, request: Request, response: Response) -> None:
        """Raise for a bad page; a challenge blocks its domain."""
        try:
            refuse_bad(payload_of(response), portal=self._portal.slug)
        except Challenge:
            self._blocked.add(registrable(host(request)))
            self._traffic.add_challenge(registrable(host(request)))
            raise

    def _require_file(self, request: Request, response: Response) -> None:
        """Raise for a response that is not a file. A challenge blocks its domain for files only: articles
        must not fail because of their files."""
        if response.status != 200:
            raise BadStatus(response.status)
        if not is_html(response.body):
            return
        try:
            refuse_bad(payload_of(response), portal=self._portal.slug)
        except Challenge:
            self._blocked_for_files.add(registrable(host(request)))
            self._traffic.add_file_challenge(host(request))
            raise
        raise NoFile(request.url)


class Redirects(RedirectMiddleware):
    """Scrapy's redirects, without a Referer and without the validators, which belong to one address.

    A redirect to ``RequestMeta.claimed_url`` is not followed, because that page was read already.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        result = super().process_response(request, response)
        if not isinstance(result, Request):
            return result
        if alike(result.url) == meta_of(request).claimed_url:
            raise AlreadyFetched(result.url)
        return unconditional(result)


class PortalHosts:
    """Refuses requests to hosts that are not the portal's."""

    def __init__(self, portal: Portal, private_endpoints: frozenset[str]) -> None:
        self._portal, self._private_endpoints = portal, private_endpoints

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        return cls(context.portal, private_endpoints(context))

    def process_request(self, request: Request) -> None:
        if self._portal.owns(request.url):
            return
        name = host(request)
        if is_literal(name) and not allowed(name) and endpoint(request.url) not in self._private_endpoints:
            raise AddressRefused(request.url)
        raise OffPortal(request.url)


class AddressGuard:
    """Raises AddressRefused where the guard left Twisted no address to connect to."""

    def __init__(self, resolver: GuardedResolver) -> None:
        self._resolver = resolver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        resolver = installed()
        resolver.opened = private_endpoints(context_of(crawler))
        return cls(resolver)

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, CannotResolveHostError) and endpoint(request.url) in self._resolver.refused:
            raise AddressRefused(request.url) from exception


class Decode:
    """Decodes the content coding, with the same limited decoder that reads captures."""

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


class Metering:
    """Counts every response and failure of the crawl."""

    def __init__(self, traffic: TrafficMeter) -> None:
        self._traffic = traffic

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(traffic_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        meta = meta_of(request)
        self._traffic.add_response(host(request), response.status, len(response.body), meta.seconds)
        set_meta(request, evolve(meta, seconds=None))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest):
            self._traffic.add_failure(host(request), reason(exception))


def traffic_of(crawler: Crawler) -> TrafficMeter:
    """The traffic meter of this crawl."""
    traffic: TrafficMeter = crawler.spider.observations.traffic  # type: ignore[union-attr]  # see context_of
    return traffic


def private_endpoints(context: RunContext) -> frozenset[str]:
    """Every ``host:port`` that may have a private address in this run."""
    network = context.config.network
    return open_endpoints(network.allow, network.connect.values())


logger = logging.getLogger(__name__)

# ------------------------------------------------------------------ robots.txt


MAX_BYTES = 512 * 1024
"""How much of a robots.txt is read; the RFC requires at least 500 KiB."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's middleware, with crawl-delay, a size limit, and unavailable files as RFC 9309 requires.

    A robots.txt that does not exist (4xx) forbids nothing. One that is unavailable (5xx, 429, no response)
    forbids everything on its host until the next night.
    """

    def __init__(self, crawler: Crawler, throttle: Throttle, portal: str) -> None:
        super().__init__(crawler)
        self._delay, self._limits, self._portal = throttle.delay, throttle.limits, portal
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._unreachable: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, Throttle.of(crawler), context_of(crawler).portal.slug)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]  # its spider is deprecated
        """Raises IgnoreRequest for a forbidden page, RobotsUnreachable when robots.txt is unavailable."""
        if is_robots(request):
            return
        parser = await self.robot_parser(request)
        if failure := self._unreachable.get(urlparse_cached(request).netloc):
            raise RobotsUnreachable(request.url, failure)
        self.process_request_2(parser, request)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises RobotsUnreachable for a failed robots.txt; Scrapy would log a traceback."""
        if is_robots(request) and not isinstance(exception, IgnoreRequest):
            raise RobotsUnreachable(request.url, reason(exception)) from exception

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status in BUSY:
            self._forbid(netloc, response.url, RobotsUnreachable.reason, f"returns {response.status}")
        body = response.body[:MAX_BYTES] if response.status == 200 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)
        parser = self._parsers[netloc]
        if isinstance(parser, RobotParser):
            self._apply_crawl_delay(parser, netloc)

    def _apply_crawl_delay(self, parser: RobotParser, netloc: str) -> None:
        seconds = parser.crawl_delay(self._agent)
        if not self._delay.apply_crawl_delay(seconds):
            used = f"{self._delay.delay:g} s is used (crawl.longest_delay)"
            self._limits.add_note(f"{netloc}: robots.txt requests {seconds:g} s between requests; {used}")

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, RobotsUnreachable):
            self._forbid(netloc, exc.url, exc.reason, f"cannot be fetched ({exc.reason})")
        super()._robots_error(exc, netloc)

    def _forbid(self, netloc: str, url: str, reason: str, problem: str) -> None:
        """Forbid everything on this host for this run."""
        self._unreachable[netloc] = reason
        self._limits.add_note(f"{netloc}: robots.txt {problem}: the host is not crawled tonight")
        logger.warning(
            "%s: %s %s: all of %s is forbidden until the next night", self._portal, url, problem, netloc
        )
