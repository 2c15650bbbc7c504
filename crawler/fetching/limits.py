"""The limits that end a run early: its budget, its time limit and the kill switch.

Requests in flight are finished, no further request is sent, and the run's message says why.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Self

from attrs import evolve
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro

from config import BudgetConfig
from crawler.fetching.fetch_errors import RunEnded
from crawler.run_context import context_of

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
