"""Backoff of domains that refuse our requests: not crawled for 1, 2, 4 nights, then a week at a time.
Pure."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

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
