"""When an article or a domain is visited again, and when a missing page is taken as withdrawn. Pure.

An article is visited after a seventh of the time since its last change, in every run of the first week and
after at most ``LONGEST`` days. So the interval grows while nothing changes and starts again after a change.
Articles of the same day are distributed over the second half of their interval by a hash of their keys.

A domain that refuses our requests is not crawled for 1, 2, 4 nights, then a week at a time.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from attrs import frozen

YOUNG = 7
"""Days after a change in which an article is visited in every run."""
LONGEST = 90
"""The longest interval between two visits, in days."""
ALWAYS = dt.date(2000, 1, 1)
"""The due day of an article that was never visited."""


def next_visit(key: str, looked: dt.date, *, stands_since: dt.date, first: bool = False) -> dt.date:
    """The day from which an article visited on ``looked`` is due again; the same day means the next run.

    ``stands_since`` is the day of its last known change. After its ``first`` visit an article is visited
    again in the next run, unless it is older than ``LONGEST`` days.
    """
    unchanged = max((looked - stands_since).days, 0)
    if unchanged <= (LONGEST if first else YOUNG):
        return looked
    pause = min(unchanged / YOUNG, LONGEST)
    return looked + dt.timedelta(days=max(round(pause * (1 - stable_fraction(key) / 2)), 1))


def next_visit_of_withdrawn(key: str, looked: dt.date, *, withdrawn: dt.date) -> dt.date:
    """The day from which a withdrawn article is due again; the intervals grow from ``YOUNG`` to ``LONGEST``
    days."""
    pause = min(max((looked - withdrawn).days, YOUNG), LONGEST)
    return looked + dt.timedelta(days=max(round(pause * (1 - stable_fraction(key) / 2)), 1))


def stable_fraction(key: str) -> float:
    """A hash of the key as a number from 0 to 1, the same in every process."""
    return int.from_bytes(hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=4).digest()) / 2**32


# ------------------------------------------------------------------ withdrawal


FEW = 5
"""Fewer missing pages than this in a run are always credible."""
SHARE = 0.3
"""A larger share of missing pages among the visits of a run is taken as a failure of the site."""
LASTING = dt.timedelta(days=7)
"""Pages that are missing for this long are not a failure of the site."""


def is_credible(gone: int, visited: int) -> bool:
    """Whether a run in which ``gone`` of ``visited`` articles were missing is evidence of withdrawal."""
    return gone < FEW or gone <= SHARE * visited


def is_counted(*, believed: bool, missing_since: dt.datetime, at: dt.datetime) -> bool:
    """Whether a visit without a page counts towards withdrawal: the run is credible, or it lasts long
    enough."""
    return believed or at - missing_since >= LASTING


# ------------------------------------------------------------------ backoff


_DAYS = (1, 2, 4, 7)
_HALF = dt.timedelta(hours=12)
"""Tolerance, because slots of two nights need not be at the same minute."""


@frozen(kw_only=True)
class Backoff:
    """A registrable domain that is not crawled before ``until``.

    It refused the run of ``portal`` for ``reason``, so many ``times`` in a row since ``since``.
    """

    domain: str
    portal: str
    reason: str
    times: int
    since: dt.datetime
    until: dt.datetime

    def holds(self, slot: dt.datetime) -> bool:
        """Whether a run of this slot must not crawl the domain."""
        return slot + _HALF < self.until


def extend_backoff(
    before: Backoff | None, *, domain: str, portal: str, reason: str, slot: dt.datetime
) -> Backoff:
    """The backoff after the domain refused a run of this slot; a second refusal in a night changes
    nothing."""
    if before and before.holds(slot):
        return before
    times = before.times + 1 if before else 1
    days = _DAYS[min(times, len(_DAYS)) - 1]
    return Backoff(
        domain=domain,
        portal=portal,
        reason=reason,
        times=times,
        since=before.since if before else slot,
        until=slot + dt.timedelta(days=days),
    )
