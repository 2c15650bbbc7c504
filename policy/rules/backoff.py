"""How long a domain that does not want us is left alone: 1, 2, 4 nights, then a week at a time. Pure."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

_DAYS = (1, 2, 4, 7)
_HALF = dt.timedelta(hours=12)
"""A night's slot need not be the same minute as the one before."""


@frozen(kw_only=True)
class Backoff:
    """A registrable domain that is left alone ``until`` then, since it met a portal's run with
    ``reason`` so many ``times`` in a row."""

    domain: str
    portal: str
    reason: str
    times: int
    since: dt.datetime
    until: dt.datetime

    def holds(self, slot: dt.datetime) -> bool:
        """Whether a run of this slot leaves the domain alone."""
        return slot + _HALF < self.until


def extend_backoff(
    before: Backoff | None, *, domain: str, portal: str, reason: str, slot: dt.datetime
) -> Backoff:
    """The domain refused a run of this slot; twice in a night is once."""
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
