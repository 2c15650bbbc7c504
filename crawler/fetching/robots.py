"""robots.txt as in RFC 9309: obeyed for every page; its crawl-delay applies to the whole portal.

A robots.txt that does not exist (4xx) forbids nothing. One that is unavailable (5xx, 429, no response)
forbids everything on its host until the next night.
"""

from __future__ import annotations

import logging
from typing import Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetching.fetch_errors import RobotsUnreachable, reason
from crawler.fetching.request_meta import is_robots
from crawler.fetching.throttle import BUSY, Throttle
from crawler.run_context import context_of

logger = logging.getLogger(__name__)

MAX_BYTES = 512 * 1024
"""How much of a robots.txt is read; the RFC requires at least 500 KiB."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's middleware, with crawl-delay, a size limit, and unavailable files as the RFC requires."""

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
