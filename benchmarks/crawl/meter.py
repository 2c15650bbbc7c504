"""CPU of a crawl in this process, before and after its first response."""

from __future__ import annotations

import resource

from scrapy import signals
from scrapy.crawler import Crawler


class Meter:
    """Reads the CPU at a crawl's first response; ``done`` gives the seconds before and after it."""

    def __init__(self, crawler: Crawler) -> None:
        self._first: float | None = None
        crawler.signals.connect(self._answered, signal=signals.response_received)

    def _answered(self) -> None:
        self._first = cpu() if self._first is None else self._first

    def done(self) -> dict[str, float]:
        """The seconds before and after the first response; call it when the crawl has ended."""
        if self._first is None:
            raise SystemExit("no answer came")
        return {"start": self._first, "crawl": cpu() - self._first}


def cpu() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
