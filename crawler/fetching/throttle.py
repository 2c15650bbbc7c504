"""The throttle, which chooses the domain locks of a run.

Every request goes through it, including robots.txt, retries and redirects. It keeps the delay between
requests across all hosts of the portal and all processes of this machine, waits when the portal answers 429
or 503, counts the budget, and writes the request log. The limits of the run end it early: its budget, its
time limit and the kill switch. Requests in flight are finished, no further request is sent, and the run's
message says why.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from email.utils import parsedate_to_datetime
from typing import Self

from attrs import evolve
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro

from config import BudgetConfig
from crawler.fetching.domain_lock import DomainLocks, FileDomainLocks
from crawler.fetching.fetch_errors import RunEnded, reason
from crawler.fetching.request_log import LoggedRequest, RequestLog
from crawler.fetching.request_meta import host
from crawler.run_context import Clock, context_of, extension_of, utc_now
from crawler.urls import registrable

logger = logging.getLogger(__name__)

NOTES = "run/notes"
"""Key of Scrapy's statistics: sentences for the run's message."""
_CHECK_INTERVAL = 0.5
"""Seconds between two checks of the time limit and the kill switch."""


class RunLimits:
    """The limits of one crawl; its throttle asks them before each request.

    :param close: closes the spider with a reason.
    :param is_crawling: whether the crawl is still running.
    :param stop_reason: why all crawling is stopped; None while it is not.
    """

    def __init__(
        self,
        portal: str,
        budget: BudgetConfig,
        stats: StatsCollector,
        close: Callable[[str], None],
        *,
        time_limit_minutes: float,
        is_crawling: Callable[[], bool] = lambda: True,
        stop_reason: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._portal, self._budget, self._stats, self._close = portal, budget, stats, close
        self._time_limit_minutes = time_limit_minutes
        self._is_crawling, self._stop_reason = is_crawling, stop_reason
        self._reason: str | None = None
        self._requests = self._bytes = 0
        self._started = time.monotonic()
        self._timer = create_looping_call(self.check)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        def close(reason: str) -> None:
            deferred_from_coro(crawler.engine.close_spider_async(reason=reason))

        context = context_of(crawler)
        budget = context.config.budget_of(context.portal.slug)
        limits = cls(
            context.portal.slug,
            evolve(budget, minutes=math.inf) if context.replay else budget,
            crawler.stats,
            close,
            time_limit_minutes=context.config.crawl.time_limit_minutes,
            is_crawling=lambda: crawler.crawling,
            stop_reason=context.stop_reason,
        )
        crawler.signals.connect(limits.opened, signal=signals.spider_opened)
        crawler.signals.connect(limits.closed, signal=signals.spider_closed)
        return limits

    def require_open(self, url: str) -> None:
        """Raises RunEnded when no further request may be sent."""
        if self._reason or not self._is_crawling():
            raise RunEnded(url)

    def count_request(self) -> None:
        """Count a request that is sent; the last one of the budget still is."""
        self._requests += 1
        if self._requests >= self._budget.pages:
            self.end("budget", f"budget: {self._requests} requests")

    def count_bytes(self, size: int) -> None:
        """Count the bytes of a response."""
        self._bytes += size
        if self._bytes >= self._budget.bytes:
            self.end("budget", f"budget: {self._bytes} bytes")

    def end(self, reason: str, message: str) -> None:
        """Close the spider with a reason; only the first one counts."""
        if self._reason is None:
            self._reason = reason
            logger.warning("%s: %s", self._portal, message)
            self.add_note(message)
            self._close(reason)

    def add_note(self, message: str) -> None:
        """Add a sentence to the run's message."""
        self._stats.set_value(NOTES, (*self._stats.get_value(NOTES, ()), message))

    def check(self) -> None:
        """End the run when its time is over or all crawling is stopped."""
        minutes = (time.monotonic() - self._started) / 60
        if minutes >= self._time_limit_minutes:
            self.end("closespider_timeout", f"time limit: {minutes:.3g} minutes")
        if minutes >= self._budget.minutes:
            self.end("budget", f"budget: {minutes:.3g} minutes")
        if (stop := self._stop_reason()) is not None:
            self.end("shutdown", ": ".join(["stopped for all", *filter(None, [stop])]))

    def opened(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._timer.start(_CHECK_INTERVAL, now=True)

    def closed(self) -> None:
        """Stop the clock."""
        if self._timer.running:
            self._timer.stop()


# ------------------------------------------------------------------ delay


BUSY = frozenset({429, 503})
"""Statuses of a portal that is overloaded or limits its clients."""


class Delay:
    """The delay between requests to one portal, shared by all its hosts.

    ``delay`` starts as the configured one; a longer crawl-delay in a robots.txt replaces it, up to
    ``longest``. ``pause`` is the delay in force: slow responses lengthen it, and it is never shorter than
    ``delay``. Slow responses do not lengthen a delay of zero; a crawl-delay does.
    """

    def __init__(self, delay: float, *, longest: float, longest_wait: float, adapt: bool = True) -> None:
        self.delay, self.pause = delay, delay
        self._longest, self._longest_wait, self._adapt = longest, longest_wait, adapt
        self._busy_responses = 0

    def apply_crawl_delay(self, seconds: float | None) -> bool:
        """Use the crawl-delay of a robots.txt; False when it is longer than the longest delay."""
        if seconds is None or math.isnan(seconds) or seconds <= self.delay:
            return True
        self.delay = max(self.delay, min(seconds, self._longest))
        self.pause = max(self.pause, self.delay)
        return seconds <= self._longest

    def add_response(self, seconds: float, *, ok: bool) -> None:
        """Adapt the pause to the time a response took. Errors come fast, so they never shorten it."""
        if ok:
            self._busy_responses = 0
        if not (self._adapt and self.delay):
            return
        adapted = max(seconds, (self.pause + seconds) / 2)
        if ok or adapted > self.pause:
            self.pause = max(self.delay, min(adapted, self._longest))

    def wait_when_busy(self, requested: float | None) -> float | None:
        """Seconds to wait after a 429 or 503; None when the portal requests more than the longest wait.
        Without a Retry-After it is four delays, doubled each time."""
        self._busy_responses += 1
        if requested is None:
            return min(4 * self.delay * 2.0 ** min(self._busy_responses - 1, 10), self._longest_wait)
        return None if requested > self._longest_wait else max(requested, 0.0)


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """The seconds from ``now`` that a Retry-After header requests, as seconds or as a date (RFC 9110); None
    without a valid one."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max((aware - now).total_seconds(), 0.0)


# ------------------------------------------------------------------ throttle


Send = Callable[[Request], Awaitable[Response]]

_STEP = 0.25
"""Seconds to sleep at most before checking again whether the run has ended."""


class Throttle:
    """The throttle of one crawl. Where the delay is zero, requests run concurrently."""

    def __init__(
        self,
        delay: Delay,
        domain_locks: DomainLocks,
        log: RequestLog,
        limits: RunLimits,
        clock: Clock = utc_now,
    ) -> None:
        self.delay, self.limits = delay, limits
        self._domain_locks, self._log, self._clock = domain_locks, log, clock
        self._queue = asyncio.Lock()
        self._last_request = self._wait_until = float("-inf")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        config, started = context.config, context.run.started or context.run.slot
        throttle = cls(
            Delay(
                context.delay,
                longest=config.crawl.longest_delay,
                longest_wait=config.crawl.longest_wait,
                adapt=config.crawl.throttle,
            ),
            FileDomainLocks(config.turns),
            RequestLog(config.requests, context.portal.slug, context.run.id, started),
            RunLimits.from_crawler(crawler),
            context.clock,
        )
        crawler.signals.connect(throttle.closed, signal=signals.spider_closed)
        return throttle

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The throttle of this crawl."""
        return extension_of(crawler, cls)

    async def send(self, request: Request, send: Send) -> Response:
        """Send the request after its delay; raises RunEnded when the run ends before that."""
        must_wait = self.delay.pause or self._wait_until > time.monotonic()
        async with self._queue if must_wait else nullcontext(), self._domain_lock(request) as pause:
            return await self._send(request, send, pause)

    @asynccontextmanager
    async def _domain_lock(self, request: Request) -> AsyncIterator[float]:
        """Hold the lock of the request's domain; yields the pause that was kept before the request."""
        domain = registrable(host(request))
        while (wait := self._seconds_to_wait(domain)) > 0:
            self.limits.require_open(request.url)
            await asyncio.sleep(min(wait, _STEP))
        try:
            self.limits.require_open(request.url)
            yield self.delay.pause
        finally:
            self._last_request = time.monotonic()
            self._domain_locks.release(domain, self.delay.pause, self._wait_until - self._last_request)

    def _seconds_to_wait(self, domain: str) -> float:
        """Seconds until a request may be sent: first for this portal, then for its domain, whose lock is
        acquired when it is zero."""
        pause = self.delay.pause
        wait = max(self._wait_until, self._last_request + pause) - time.monotonic()
        return wait if wait > 0 or not pause else self._domain_locks.acquire(domain, pause)

    async def _send(self, request: Request, send: Send, pause: float) -> Response:
        self.limits.count_request()
        started = time.monotonic()
        entry = LoggedRequest(
            at=self._clock(), host=host(request), method=request.method, url=request.url, delay=pause
        )
        try:
            response = await send(request)
        except Exception as error:
            seconds = time.monotonic() - started
            self.delay.add_response(seconds, ok=False)
            self._log.write(evolve(entry, seconds=round(seconds, 4), error=reason(error)))
            raise
        seconds, size = time.monotonic() - started, len(response.body)
        self.delay.add_response(seconds, ok=response.status == 200)
        self._log.write(evolve(entry, seconds=round(seconds, 4), status=response.status, bytes=size))
        self.limits.count_bytes(size)
        if response.status in BUSY:
            self._wait_after(request, response)
        return response

    def _wait_after(self, request: Request, response: Response) -> None:
        """After a 429 or 503, wait as long as the portal requests; end the run when that is too long."""
        header = response.headers.get(b"Retry-After")
        requested = retry_after(header.decode("latin-1") if header else None, self._clock())
        wait = self.delay.wait_when_busy(requested)
        if wait is None:
            message = (
                f"{host(request)} requests a pause of {requested:.0f} s (Retry-After): tried again next night"
            )
            self.limits.end("later", message)
            return
        self._wait_until = time.monotonic() + wait

    def closed(self) -> None:
        """Close the log and release all locks."""
        self._domain_locks.close()
        self._log.close()
