"""How a run ends before its listings do: a budget that is spent, the time limit, a stop for all.

What is under way is finished, nothing else is begun, and the run's row says why.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro

from config import BudgetConfig
from crawler.fetching.fetch_errors import RunEnded
from crawler.runs import statistics
from crawler.runs.context import RunContext, context_of
from crawler.runs.kill_switch import read_kill_switch

logger = logging.getLogger(__name__)

_LOOK = 0.5
"""Seconds between two looks at the clock and at the stop."""


class RunLimits:
    """One per crawl, behind its gate; knows whether anything more may be asked."""

    def __init__(
        self,
        context: RunContext,
        stats: StatsCollector,
        close: Callable[[str], None],
        crawling: Callable[[], bool] = lambda: True,
    ) -> None:
        self._context, self._stats, self._close, self._crawling = context, stats, close, crawling
        self._budget: BudgetConfig = context.config.budget_of(context.portal.slug)
        self._reason: str | None = None
        self._requests = self._bytes = 0
        self._begun = time.monotonic()
        self._look = create_looping_call(self.look)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        def close(reason: str) -> None:
            deferred_from_coro(crawler.engine.close_spider_async(reason=reason))

        ending = cls(context_of(crawler), crawler.stats, close, lambda: crawler.crawling)
        crawler.signals.connect(ending.opened, signal=signals.spider_opened)
        crawler.signals.connect(ending.closed, signal=signals.spider_closed)
        return ending

    def refuse(self, url: str) -> None:
        """Raises Ended when nothing more may be asked."""
        if self._reason or not self._crawling():
            raise RunEnded(url)

    def sent(self) -> None:
        """A request leaves; the last one the budget has is still sent."""
        self._requests += 1
        if self._requests >= self._budget.pages:
            self.end("budget", f"budget: {self._requests} requests")

    def received(self, size: int) -> None:
        """So many bytes came."""
        self._bytes += size
        if self._bytes >= self._budget.bytes:
            self.end("budget", f"budget: {self._bytes} bytes")

    def end(self, reason: str, why: str) -> None:
        """Close the spider for ``reason``; the first reason counts."""
        if self._reason is None:
            self._reason = reason
            logger.warning("%s: %s", self._context.portal.slug, why)
            self.note(why)
            self._close(reason)

    def note(self, said: str) -> None:
        """A sentence for the run's message."""
        self._stats.set_value(statistics.NOTES, (*self._stats.get_value(statistics.NOTES, ()), said))

    def look(self) -> None:
        """End the run when its time is over, or all are told to stop."""
        minutes = (time.monotonic() - self._begun) / 60
        if minutes >= self._context.config.crawl.time_limit_minutes:
            self.end("closespider_timeout", f"time limit: {minutes:.3g} minutes")
        if self._context.replay:
            return
        if minutes >= self._budget.minutes:
            self.end("budget", f"budget: {minutes:.3g} minutes")
        if stop := read_kill_switch(self._context.config):
            self.end("shutdown", ": ".join(["stopped for all", *filter(None, [stop.reason])]))

    def opened(self) -> None:
        """The clock begins."""
        self._begun = time.monotonic()
        self._look.start(_LOOK, now=True)

    def closed(self) -> None:
        """The clock ends."""
        if self._look.running:
            self._look.stop()
