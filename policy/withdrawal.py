"""When a page that is not there is believed to be withdrawn: gone on two nights, and not with many others.

One night says nothing, since sites fail. Nor does any night on which a large part of what was looked at
is gone, until that has lasted for ``LASTING``. Pure.
"""

from __future__ import annotations

import datetime as dt

FEW = 5
"""So few pages may go in one night, whatever part of the looks they are."""
SHARE = 0.3
"""A larger part of a night's looks is a failure of the site."""
LASTING = dt.timedelta(days=7)
"""A failure that lasts so long is none."""


def is_believed(gone: int, looked: int) -> bool:
    """Whether a night on which ``gone`` of the ``looked`` at known articles were not there is evidence."""
    return gone < FEW or gone <= SHARE * looked


def counts(*, believed: bool, missing_since: dt.datetime, at: dt.datetime) -> bool:
    """Whether a look that found no page is one of the two: on a night that is evidence, or long after."""
    return believed or at - missing_since >= LASTING
