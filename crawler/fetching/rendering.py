"""Renders pages that are made by scripts, in Chromium without network access.

Whatever such a page requests is sent by the crawler and goes through the same middlewares as every request:
the portal's hosts, robots.txt, the address guard, the throttle, the limits, the raw capture. The rendered
page is stored with them, so that a replay needs no browser. Playwright is imported when the first page is
rendered.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetching.fetch_errors import NoBrowser, NotRendered, TooLarge
from crawler.fetching.request_meta import RequestMeta, meta_of
from crawler.portal import Portal
from crawler.run_context import context_of

logger = logging.getLogger(__name__)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "pip install 'polarchive[browser]', and a browser (on Debian: apt install chromium)"
_NO_NETWORK = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_LOADED_TYPES = frozenset({"document", "script", "xhr", "fetch", "other"})
"""Resource types that are loaded: no images, fonts, media or style sheets."""


class BrowserMissing(Exception):
    """Playwright or the browser is missing; the message says what to install."""


class AnswerRequest(Protocol):
    """Sends a request of a page; returns status, headers and body, or None when it is refused or fails."""

    def __call__(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, *, main: bool
    ) -> Awaitable[tuple[int, Mapping[str, str], bytes] | None]: ...


def find_program(name: str = "") -> str:
    """The path of the browser's program; raises BrowserMissing."""
    path = shutil.which(name) if name else next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        raise BrowserMissing(f"{name or PROGRAMS[0]} is not installed; install it: {INSTALL}")
    return path


async def start_browser(name: str, *, agent: str, seconds: float) -> Browser:
    """Start the browser; raises BrowserMissing."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise BrowserMissing(f"Playwright is not installed; install it: {INSTALL}") from error
    path = find_program(name)
    driver = await async_playwright().start()
    try:
        chromium = await driver.chromium.launch(
            executable_path=path, args=list(_NO_NETWORK), chromium_sandbox=os.geteuid() != 0
        )
    except Error as error:
        await driver.stop()
        raise BrowserMissing(
            f"{path} does not start ({str(error).splitlines()[0]}); install it: {INSTALL}"
        ) from error
    return Browser(driver, chromium, agent=agent, seconds=seconds)


class Browser:
    """A running browser. It renders one page at a time, each in its own browser context."""

    def __init__(self, driver: Any, chromium: Any, *, agent: str, seconds: float) -> None:
        self._driver, self._chromium, self._agent, self._seconds = driver, chromium, agent, seconds
        self._lock = asyncio.Lock()

    async def render(self, url: str, answer: AnswerRequest) -> str | None:
        """The HTML of a page once its scripts send no more requests; None when they do not finish."""
        async with self._lock:
            context = await self._chromium.new_context(
                user_agent=self._agent, service_workers="block", accept_downloads=False, locale="zh-CN"
            )
            try:
                return await asyncio.wait_for(self._render(context, url, answer), self._seconds)
            except TimeoutError:
                return None
            finally:
                await context.close()

    async def _render(self, context: Any, url: str, answer: AnswerRequest) -> str | None:
        from playwright.async_api import Error

        page = await context.new_page()

        async def handle(route: Any) -> None:
            await _handle(route, answer, page)

        await context.route("**/*", handle)
        try:
            await page.goto(url, wait_until="networkidle", timeout=self._seconds * 1000)
            content: str = await page.content()
        except Error as error:
            logger.info("%s: not rendered: %s", url, str(error).splitlines()[0])
            return None
        return content

    async def close(self) -> None:
        """Close the browser."""
        await self._chromium.close()
        await self._driver.stop()


async def _handle(route: Any, answer: AnswerRequest, page: Any) -> None:
    """Answer a request of a page, or abort it."""
    request = route.request
    main = request.is_navigation_request() and request.frame == page.main_frame
    response = None
    if request.resource_type in _LOADED_TYPES and request.url.startswith(("http://", "https://")):
        response = await answer(
            request.url, request.method, request.headers, request.post_data_buffer, main=main
        )
    if response is None:
        await route.abort()
    else:
        status, headers, body = response
        await route.fulfill(status=status, headers=dict(headers), body=body)


# ------------------------------------------------------------------ rendering in a crawl


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
        rendering = await self._start(section)
        page = RenderedPage(self._crawler, self._portal, request)
        html = await rendering.render(request.url, page.answer)
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
            try:
                self._browser = await start_browser(
                    self._program, agent=self._crawler.settings["USER_AGENT"], seconds=self._timeout
                )
            except BrowserMissing as error:
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
