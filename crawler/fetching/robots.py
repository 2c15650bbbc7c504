"""robots.txt after RFC 9309: obeyed for every page, and its crawl-delay for the whole portal.

A robots.txt that does not exist (4xx) forbids nothing. One that cannot be had now (5xx, "not now", no
answer) forbids everything until the next night.
"""

from __future__ import annotations

import logging

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetching.fetch_errors import RobotsUnreachable, reason
from crawler.fetching.middlewares import is_robots
from crawler.fetching.throttle import BUSY, Throttle
from crawler.runs.context import context_of

logger = logging.getLogger(__name__)

MOST_BYTES = 512 * 1024
"""Of a robots.txt that are read; the RFC asks for 500 KiB at least."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's, with what it leaves out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        gate = Throttle.of(crawler)
        self._pace, self._ending = gate.pace, gate.ending
        self._portal = context_of(crawler).portal.slug
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._unreachable: dict[str, str] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]  # its spider is deprecated
        """Raises IgnoreRequest for what is forbidden, RobotsUnreachable where that cannot be known."""
        if is_robots(request):
            return
        parser = await self.robot_parser(request)
        if why := self._unreachable.get(urlparse_cached(request).netloc):
            raise RobotsUnreachable(request.url, why)
        self.process_request_2(parser, request)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A robots.txt that did not come is told in one line; Scrapy would print where in its code."""
        if is_robots(request) and not isinstance(exception, IgnoreRequest):
            raise RobotsUnreachable(request.url, reason(exception)) from exception

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status in BUSY:
            self._forbid(netloc, response.url, RobotsUnreachable.reason, f"answers {response.status}")
        body = response.body[:MOST_BYTES] if response.status == 200 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)
        parser = self._parsers[netloc]
        if isinstance(parser, RobotParser):
            self._heed(parser, netloc)

    def _heed(self, parser: RobotParser, netloc: str) -> None:
        asked = parser.crawl_delay(self._agent)
        if not self._pace.heed(asked):
            kept = f"{self._pace.delay:g} s are kept (crawl.longest_delay)"
            self._ending.note(f"{netloc}: robots.txt asks for {asked:g} s between requests: {kept}")

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, RobotsUnreachable):
            self._forbid(netloc, exc.url, exc.reason, f"is not answered ({exc.reason})")
        super()._robots_error(exc, netloc)

    def _forbid(self, netloc: str, url: str, reason: str, said: str) -> None:
        """Everything on this host, for this run."""
        self._unreachable[netloc] = reason
        self._ending.note(f"{netloc}: robots.txt {said}: nothing is asked there tonight")
        logger.warning(
            "%s: %s %s: all of %s is forbidden until the next night", self._portal, url, said, netloc
        )
