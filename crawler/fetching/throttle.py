"""The gate before the network: every request of a run passes it, robots.txt, retries and redirects too.

Here the delay is kept, among all hosts of the portal and among all processes of this machine; here a
"not now" of the portal is heeded, the budget is counted and the log of requests is written.
"""

from __future__ import annotations

import asyncio
import datetime as dt
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

from crawler import clock as clocks
from crawler.clock import Clock
from crawler.fetching.domain_lock import DomainLocks
from crawler.fetching.fetch_errors import reason
from crawler.fetching.middlewares import host
from crawler.fetching.request_log import LoggedRequest, RequestLog
from crawler.runs.context import RunContext, context_of, delay, part_of
from crawler.runs.limits import RunLimits
from crawler.urls import registrable

BUSY = frozenset({429, 503})
"""Answers that say: not now."""


class Delay:
    """The pause of one portal, which all its hosts share.

    ``delay`` is what was configured. The longest delay asked for by a robots.txt of the portal goes
    before it, up to ``longest``; a portal that takes its time is given as much again. Nothing makes
    the pause shorter than the delay; a delay of nought is never lengthened by slow answers, but by
    a robots.txt it is.
    """

    def __init__(self, delay: float, *, longest: float, longest_wait: float, throttle: bool = True) -> None:
        self.delay, self.pause = delay, delay
        self._longest, self._longest_wait, self._throttle = longest, longest_wait, throttle
        self._busy = 0

    def heed(self, asked: float | None) -> bool:
        """Keep the crawl-delay of a robots.txt; False when it is longer than we ever wait."""
        if asked is None or math.isnan(asked) or asked <= self.delay:
            return True
        self.delay = max(self.delay, min(asked, self._longest))
        self.pause = max(self.pause, self.delay)
        return asked <= self._longest

    def answered(self, seconds: float, *, well: bool) -> None:
        """An answer took so long. Only good ones may shorten the pause again: errors come fast."""
        if well:
            self._busy = 0
        if not (self._throttle and self.delay):
            return
        slower = max(seconds, (self.pause + seconds) / 2)
        if well or slower > self.pause:
            self.pause = max(self.delay, min(slower, self._longest))

    def refused(self, wanted: float | None) -> float | None:
        """Seconds to leave the portal alone after it said "not now"; None when it wants more than
        we wait in one night. Without a wish of the portal: four delays, each time twice as many."""
        self._busy += 1
        if wanted is None:
            return min(4 * self.delay * 2.0 ** min(self._busy - 1, 10), self._longest_wait)
        return None if wanted > self._longest_wait else max(wanted, 0.0)


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """What a Retry-After header says in seconds from ``now``; None when it says nothing.

    Either form of RFC 9110: seconds, or a date.
    """
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
"""Seconds we sleep at most before we look whether the run has ended."""


class Throttle:
    """One per crawl. Where the delay is nought, requests pass beside each other as Scrapy lets them."""

    def __init__(
        self, pace: Delay, turns: DomainLocks, log: RequestLog, ending: RunLimits, clock: Clock = clocks.now
    ) -> None:
        self.pace = pace
        self.ending = ending
        self._turns, self._log, self._clock = turns, log, clock
        self._line = asyncio.Lock()
        self._last = self._until = float("-inf")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        started = context.run.started or context.run.slot
        log = RequestLog(context.config.requests, context.portal.slug, context.run.id, started)
        gate = cls(
            pace_of(context),
            DomainLocks(context.config.turns),
            log,
            RunLimits.from_crawler(crawler),
            context.clock,
        )
        crawler.signals.connect(gate.closed, signal=signals.spider_closed)
        return gate

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The gate of this crawl."""
        return part_of(crawler, cls)

    async def ask(self, request: Request, send: Send) -> Response:
        """Send the request when its turn has come; raises Ended when the run ends before."""
        slow = self.pace.pause or self._until > time.monotonic()
        async with self._line if slow else nullcontext(), self._turn(request) as kept:
            return await self._sent(request, send, kept)

    @asynccontextmanager
    async def _turn(self, request: Request) -> AsyncIterator[float]:
        """Our turn at the request's domain; the pause that was kept before it."""
        domain = registrable(host(request))
        while (wait := self._rest(domain)) > 0:
            self.ending.refuse(request.url)
            await asyncio.sleep(min(wait, _STEP))
        try:
            self.ending.refuse(request.url)
            yield self.pace.pause
        finally:
            self._last = time.monotonic()
            self._turns.give(domain, self.pace.pause, self._until - self._last)

    def _rest(self, domain: str) -> float:
        """Seconds until a request may leave: no longer for this portal, then none for its domain."""
        pause = self.pace.pause
        own = max(self._until, self._last + pause) - time.monotonic()
        return own if own > 0 or not pause else self._turns.take(domain, pause)

    async def _sent(self, request: Request, send: Send, kept: float) -> Response:
        self.ending.sent()
        begun = time.monotonic()
        asked = LoggedRequest(
            at=self._clock(), host=host(request), method=request.method, url=request.url, delay=kept
        )
        try:
            response = await send(request)
        except Exception as error:
            seconds = time.monotonic() - begun
            self.pace.answered(seconds, well=False)
            self._log.write(evolve(asked, seconds=round(seconds, 4), error=reason(error)))
            raise
        seconds, size = time.monotonic() - begun, len(response.body)
        self.pace.answered(seconds, well=response.status == 200)
        self._log.write(evolve(asked, seconds=round(seconds, 4), status=response.status, bytes=size))
        self.ending.received(size)
        if response.status in BUSY:
            self._leave_alone(request, response)
        return response

    def _leave_alone(self, request: Request, response: Response) -> None:
        """The portal said "not now": wait as long as it says, or end the run when that is too long."""
        said = response.headers.get(b"Retry-After")
        wanted = retry_after(said.decode("latin-1") if said else None, self._clock())
        wait = self.pace.refused(wanted)
        if wait is None:
            why = f"{host(request)} asks to be left alone for {wanted:.0f} s: tried again the next night"
            self.ending.end("later", why)
            return
        self._until = time.monotonic() + wait

    def closed(self) -> None:
        """Close the log; give back a turn that is held still."""
        self._turns.close()
        self._log.close()


def pace_of(context: RunContext) -> Delay:
    """The pace of a run as it is configured."""
    crawl = context.config.crawl
    return Delay(
        delay(context.config, context.portal),
        longest=crawl.longest_delay,
        longest_wait=crawl.longest_wait,
        throttle=crawl.throttle,
    )
