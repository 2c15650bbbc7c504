"""How long a portal is left in peace between two requests. No clock, no network.

The pause begins when an answer is there, not when its request left: however long a connection
takes, two requests reach the portal no closer than the delay.
"""

from __future__ import annotations

import datetime as dt
import math
from email.utils import parsedate_to_datetime

BUSY = frozenset({429, 503})
"""Answers that say: not now."""


class Pace:
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
