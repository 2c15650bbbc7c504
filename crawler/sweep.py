"""Which nights walk a section's listing to the end of its window, and which only its first pages. Pure."""

from __future__ import annotations

import datetime as dt

from policy.dates import calendar_day
from policy.revisit import spread


def is_deep(slug: str, today: dt.date, last: dt.datetime | None, every: int) -> bool:
    """Whether a section is swept today, ``last`` having been the slot of its last sweep.

    Each portal has its day among ``every`` days, by its name, so that the load is spread; a sweep that
    was missed on its day, or did not come to its end, is made the next night.
    """
    if last is None:
        return True
    since = (today.toordinal() - int(spread(slug) * every)) % every
    return calendar_day(last) < today - dt.timedelta(days=since)
