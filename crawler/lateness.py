"""How long this process kept others waiting: what it was busy itself is no host's slowness."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from crawler.visit import part_of

EVERY = 0.1
"""Seconds between two ticks; so many that the loop is late are counted."""


class Lateness:
    """One per crawl: a tick on the loop of all requests, and how late it came."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last, self._late = clock, clock(), 0.0
        self._stop: Callable[[], None] = lambda: None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        lateness = cls()
        crawler.signals.connect(lateness.opened, signal=signals.spider_opened)
        crawler.signals.connect(lateness.closed, signal=signals.spider_closed)
        return lateness

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The lateness of this crawl."""
        return part_of(crawler, cls)

    @property
    def total(self) -> float:
        """Seconds so far, those of a tick that is overdue included."""
        return self._late + max(0.0, self._clock() - self._last - EVERY)

    def tick(self) -> None:
        """Count how late we are."""
        self._late, self._last = self.total, self._clock()

    def opened(self) -> None:
        """Begin to tick."""
        self._last = self._clock()
        ticking = create_looping_call(self.tick)
        ticking.start(EVERY, now=False)
        self._stop = ticking.stop

    def closed(self) -> None:
        """Tick no more."""
        self._stop()
