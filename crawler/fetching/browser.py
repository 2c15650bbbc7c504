"""Chromium with Playwright, without network access: the crawler answers all requests of a page."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

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
