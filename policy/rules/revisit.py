"""When a known article is looked at again: often while it is young, seldom when it has long been quiet.

An article is looked at after a seventh of the time for which its words have stood, in every run of the
first week and after at most ``LONGEST`` days. So the pause grows while nothing changes, and a change makes
the article young again. Articles of one day are spread over the second half of their pause by their keys,
the same in every process. Pure.
"""

from __future__ import annotations

import datetime as dt
import hashlib

YOUNG = 7
"""Days for which words that are new are looked at in every run."""
LONGEST = 90
"""Days after which an article is looked at, however long it has been quiet."""
ALWAYS = dt.date(2000, 1, 1)
"""The day from which an article is due of which nothing is known."""


def next_visit(key: str, looked: dt.date, *, stands_since: dt.date, first: bool = False) -> dt.date:
    """The day from which an article looked at on ``looked`` is due again; the same day: in the next run.

    ``stands_since``: its words have been as they are since then, as far as is known. The ``first`` look
    at an article is followed by another in the next run, unless it comes from an archive's depth.
    """
    quiet = max((looked - stands_since).days, 0)
    if quiet <= (LONGEST if first else YOUNG):
        return looked
    pause = min(quiet / YOUNG, LONGEST)
    return looked + dt.timedelta(days=max(round(pause * (1 - stable_fraction(key) / 2)), 1))


def next_visit_of_withdrawn(key: str, looked: dt.date, *, withdrawn: dt.date) -> dt.date:
    """The day from which an article found ``withdrawn`` still is looked at again: seldom, and ever less."""
    pause = min(max((looked - withdrawn).days, YOUNG), LONGEST)
    return looked + dt.timedelta(days=max(round(pause * (1 - stable_fraction(key) / 2)), 1))


def stable_fraction(key: str) -> float:
    """Between 0 and 1, as good as drawn by lot, and always the same for a key."""
    return int.from_bytes(hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=4).digest()) / 2**32


# -------------------------------------------------- when a page that is not there is believed to be withdrawn


FEW = 5
"""So few pages may go in one night, whatever part of the looks they are."""
SHARE = 0.3
"""A larger part of a night's looks is a failure of the site."""
LASTING = dt.timedelta(days=7)
"""A failure that lasts so long is none."""


def is_credible(gone: int, looked: int) -> bool:
    """Whether a night on which ``gone`` of the ``looked`` at known articles were not there is evidence."""
    return gone < FEW or gone <= SHARE * looked


def is_counted(*, believed: bool, missing_since: dt.datetime, at: dt.datetime) -> bool:
    """Whether a look that found no page is one of the two: on a night that is evidence, or long after."""
    return believed or at - missing_since >= LASTING
