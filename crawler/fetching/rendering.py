"""Renders pages that are made by scripts, in a browser without network access.

Whatever such a page requests is sent by the crawler and goes through the same middlewares as every request:
the portal's hosts, robots.txt, the address guard, the throttle, the limits, the raw capture. The rendered
page is stored with them, so that a replay needs no browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetching.fetch_errors import NoBrowser, NotRendered, TooLarge
from crawler.fetching.request_meta import RequestMeta, meta_of
from crawler.portal import Portal
from crawler.run_context import context_of

_FLAG = "rendered"
"""Flag of a rendered response."""
MAX_REQUESTS = 100
"""Requests of one page; further ones are refused."""


def is_rendered(response: Response) -> bool:
    """Whether the browser made the response."""
    return _FLAG in response.flags


class Rendering:
    """Downloader middleware that renders pages in a browser, which it starts for the first of them.

    :param program: the browser's program; empty for the first one that is installed.
    :param timeout: seconds that rendering a page may take.
    :param max_bytes: size limit of a rendered page.
    :param is_replay: a replay has the rendered pages stored and needs no browser.
    """

    def __init__(
        self,
        crawler: Crawler,
        portal: Portal,
        *,
        program: str,
        timeout: float,
        max_bytes: int,
        is_replay: bool = False,
    ) -> None:
        self._crawler, self._portal = crawler, portal
        self._program, self._timeout, self._max_bytes = program, timeout, max_bytes
        self._is_replay = is_replay
        self._browser: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        crawl = context.config.crawl
        rendering = cls(
            crawler,
            context.portal,
            program=crawl.browser,
            timeout=crawl.timeout * 4,
            max_bytes=crawl.max_decoded_bytes,
            is_replay=bool(context.replay),
        )
        crawler.signals.connect(rendering.closed, signal=signals.spider_closed)
        return rendering

    async def process_request(self, request: Request) -> Response | None:
        """The rendered page; None for every other request, and in a replay."""
        section = meta_of(request).rendered_section
        if section is None or self._is_replay:
            return None
        browser = await self._start(section)
        page = RenderedPage(self._crawler, self._portal, request)
        html = await browser.render(request.url, page.answer)
        if page.failure is not None:
            raise page.failure
        if html is None:
            raise NotRendered(f"{request.url}: its scripts did not finish")
        body = html.encode()
        if len(body) > self._max_bytes:
            raise TooLarge(f"{request.url}: {len(body)} bytes once rendered")
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return HtmlResponse(
            page.url, body=body, encoding="utf-8", headers=headers, flags=[_FLAG], request=request
        )

    async def _start(self, section: str) -> Any:
        if self._browser is None:
            from crawler.fetching import browser

            try:
                self._browser = await browser.start_browser(
                    self._program, agent=self._crawler.settings["USER_AGENT"], seconds=self._timeout
                )
            except browser.BrowserMissing as error:
                name = f"{self._portal.slug}/{section}"
                raise NoBrowser(f"{name} is made by scripts and needs a browser: {error}") from error
        return self._browser

    async def closed(self) -> None:
        """Close the browser."""
        if self._browser is not None:
            await self._browser.close()


class RenderedPage:
    """One page in the browser: sends its requests, and records its final address or why it failed."""

    def __init__(self, crawler: Crawler, portal: Portal, request: Request) -> None:
        self._crawler, self._portal, self._request = crawler, portal, request
        self._requests = 0
        self.url = request.url
        self.failure: Exception | None = None

    async def answer(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, *, main: bool
    ) -> tuple[int, Mapping[str, str], bytes] | None:
        """Status, headers and body for a request of the page; None when it is refused or fails."""
        self._requests += 1
        if self._requests > MAX_REQUESTS or not (main or self._portal.owns(url)):
            return None
        sent_headers = {
            name: value for name, value in headers.items() if name.lower() in {"accept", "content-type"}
        }
        request = Request(
            url,
            method=method,
            headers=sent_headers,
            body=body,
            meta=RequestMeta(from_browser=True).as_dict(),
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # any error: the browser is told that the request failed
            if main:
                self.failure = error
            return None
        if main:
            self.url = response.url
        kind = response.headers.get(b"Content-Type") or b""
        return response.status, {"Content-Type": kind.decode("latin-1")}, response.body
