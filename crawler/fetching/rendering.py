"""Pages that only a script makes: rendered by a browser that has no network of its own.

Whatever such a page asks for is asked for by us, through the same doors as every page: hosts of the
portal, robots.txt, the address guard, the delay, the limits, the raw capture. The page as it was made
is kept beside them, so that a replay needs no browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetching.fetch_errors import NoBrowser, NotRendered, TooLarge
from crawler.portal import Portal
from crawler.runs.context import RunContext, context_of

BROWSER, PART, RENDERED = "browser", "browser_part", "rendered"
"""In a request's meta: a page to render, with its section; what such a page asked for. A response's flag."""

MOST_PARTS = 100
"""Of one page; what it asks for beyond is refused."""


def wants_browser(request: Request) -> bool:
    """Whether a request is for a page to be rendered."""
    return BROWSER in request.meta


def is_part(request: Request) -> bool:
    """Whether a page in the browser asked for it."""
    return bool(request.meta.get(PART))


def is_rendered(response: Response) -> bool:
    """Whether a browser made it."""
    return RENDERED in response.flags


class Rendering:
    """Answers requests for pages that want a browser. It is started for the first, once."""

    def __init__(self, crawler: Crawler, context: RunContext) -> None:
        self._crawler, self._context = crawler, context
        self._browser: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        rendering = cls(crawler, context_of(crawler))
        crawler.signals.connect(rendering.closed, signal=signals.spider_closed)
        return rendering

    async def process_request(self, request: Request) -> Response | None:
        """The rendered page; None for every other request, and in a replay, which has it saved."""
        if not wants_browser(request) or self._context.replay:
            return None
        browser = await self._started(request)
        page = RenderedPage(self._crawler, self._context.portal, request)
        html = await browser.rendered(request.url, page.answer)
        if page.failure is not None:
            raise page.failure
        if html is None:
            raise NotRendered(f"{request.url}: its scripts did not come to an end")
        body = html.encode()
        if len(body) > self._context.config.crawl.max_decoded_bytes:
            raise TooLarge(f"{request.url}: {len(body)} bytes once rendered")
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return HtmlResponse(
            page.url, body=body, encoding="utf-8", headers=headers, flags=[RENDERED], request=request
        )

    async def _started(self, request: Request) -> Any:
        if self._browser is None:
            from crawler.fetching import browser

            where = f"{self._context.portal.slug}/{request.meta[BROWSER]}"
            crawl = self._context.config.crawl
            try:
                self._browser = await browser.start(
                    crawl.browser, agent=self._crawler.settings["USER_AGENT"], seconds=crawl.timeout * 4
                )
            except browser.BrowserMissing as error:
                raise NoBrowser(f"{where} is made by scripts and wants a browser: {error}") from error
        return self._browser

    async def closed(self) -> None:
        """End the browser."""
        if self._browser is not None:
            await self._browser.close()


class RenderedPage:
    """One page in the browser: what it asks for, and why it could not be had itself."""

    def __init__(self, crawler: Crawler, portal: Portal, request: Request) -> None:
        self._crawler, self._portal, self._request = crawler, portal, request
        self._parts = 0
        self.url = request.url
        self.failure: Exception | None = None

    async def answer(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, *, main: bool
    ) -> tuple[int, Mapping[str, str], bytes] | None:
        """Status, headers and body of what the page asks for; None where it is not to be had."""
        self._parts += 1
        if self._parts > MOST_PARTS or not (main or self._portal.owns(url)):
            return None
        kept = {name: value for name, value in headers.items() if name.lower() in {"accept", "content-type"}}
        asked = Request(
            url,
            method=method,
            headers=kept,
            body=body,
            meta={PART: True},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self._crawler.engine.download_async(asked)
        except (
            Exception
        ) as error:  # the border to the browser: a part that fails is none, the page's own is told
            if main:
                self.failure = error
            return None
        if main:
            self.url = response.url
        kind = response.headers.get(b"Content-Type") or b""
        return response.status, {"Content-Type": kind.decode("latin-1")}, response.body
