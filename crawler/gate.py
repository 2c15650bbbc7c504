"""The gate before the network: every request of a run passes it, robots.txt, retries and redirects too.

Here the delay is kept, among all hosts of the portal and among all processes of this machine; here a
"not now" of the portal is heeded, the budget is counted and the log of requests is written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Self

from attrs import evolve
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler import clock as clocks
from crawler.addresses import registrable
from crawler.clock import Clock
from crawler.ending import Ending
from crawler.middlewares import host
from crawler.outcomes import reason
from crawler.pace import BUSY, Pace, retry_after
from crawler.requestlog import Asked, RequestLog
from crawler.turns import Turns
from crawler.visit import Visit, delay, part_of, visit_of

Send = Callable[[Request], Awaitable[Response]]

_STEP = 0.25
"""Seconds we sleep at most before we look whether the run has ended."""


class Gate:
    """One per crawl. Where the delay is nought, requests pass beside each other as Scrapy lets them."""

    def __init__(
        self, pace: Pace, turns: Turns, log: RequestLog, ending: Ending, clock: Clock = clocks.now
    ) -> None:
        self.pace = pace
        self.ending = ending
        self._turns, self._log, self._clock = turns, log, clock
        self._line = asyncio.Lock()
        self._last = self._until = float("-inf")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        visit = visit_of(crawler)
        started = visit.run.started or visit.run.slot
        log = RequestLog(visit.config.requests, visit.portal.slug, visit.run.id, started)
        gate = cls(pace_of(visit), Turns(visit.config.turns), log, Ending.from_crawler(crawler), visit.clock)
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
        asked = Asked(
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


def pace_of(visit: Visit) -> Pace:
    """The pace of a visit as it is configured."""
    crawl = visit.config.crawl
    return Pace(
        delay(visit.config, visit.portal),
        longest=crawl.longest_delay,
        longest_wait=crawl.longest_wait,
        throttle=crawl.throttle,
    )
