"""Chromium behind Playwright: a browser that reaches nothing but what it is handed."""

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
_NEEDED = frozenset({"document", "script", "xhr", "fetch", "other"})
"""What a list may be made of: no pictures, fonts, films, style."""


class BrowserMissing(Exception):
    """There is no Playwright, or no browser; says what to install."""


class AnswerRequest(Protocol):
    """Gives what a page asks for."""

    def __call__(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, *, main: bool
    ) -> Awaitable[tuple[int, Mapping[str, str], bytes] | None]: ...


def program(named: str = "") -> str:
    """The browser's program; raises Missing."""
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise BrowserMissing(f"{named or PROGRAMS[0]} is not there; install it: {INSTALL}")
    return found


async def start(named: str, *, agent: str, seconds: float) -> Browser:
    """A browser that runs; raises Missing."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise BrowserMissing(f"Playwright is not there; install it: {INSTALL}") from error
    path = program(named)
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
    """A running browser; every page has a context of its own, and one is rendered at a time."""

    def __init__(self, driver: Any, chromium: Any, *, agent: str, seconds: float) -> None:
        self._driver, self._chromium, self._agent, self._seconds = driver, chromium, agent, seconds
        self._turn = asyncio.Lock()

    async def rendered(self, url: str, answer: AnswerRequest) -> str | None:
        """The page once its scripts ask for nothing more; None when they do not come to an end."""
        async with self._turn:
            context = await self._chromium.new_context(
                user_agent=self._agent, service_workers="block", accept_downloads=False, locale="zh-CN"
            )
            try:
                return await asyncio.wait_for(self._rendered(context, url, answer), self._seconds)
            except TimeoutError:
                return None
            finally:
                await context.close()

    async def _rendered(self, context: Any, url: str, answer: AnswerRequest) -> str | None:
        from playwright.async_api import Error

        page = await context.new_page()

        async def give(route: Any) -> None:
            await _give(route, answer, page)

        await context.route("**/*", give)
        try:
            await page.goto(url, wait_until="networkidle", timeout=self._seconds * 1000)
            content: str = await page.content()
        except Error as error:
            logger.info("%s: not rendered: %s", url, str(error).splitlines()[0])
            return None
        return content

    async def close(self) -> None:
        """End it."""
        await self._chromium.close()
        await self._driver.stop()


async def _give(route: Any, answer: AnswerRequest, page: Any) -> None:
    """Hand a page what it asks for, fetched by us; anything else does not exist for it."""
    asked = route.request
    main = asked.is_navigation_request() and asked.frame == page.main_frame
    given = None
    if asked.resource_type in _NEEDED and asked.url.startswith(("http://", "https://")):
        given = await answer(asked.url, asked.method, asked.headers, asked.post_data_buffer, main=main)
    if given is None:
        await route.abort()
    else:
        status, headers, body = given
        await route.fulfill(status=status, headers=dict(headers), body=body)
