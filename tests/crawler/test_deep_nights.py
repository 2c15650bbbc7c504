"""Which nights read a listing to its end."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest

from crawler.runs.setup import is_deep
from policy.documents.dates import calendar_day

FIRST = dt.datetime(2026, 11, 1, 18, 30, tzinfo=dt.UTC)
NIGHTS = [FIRST + dt.timedelta(days=n) for n in range(60)]


def sweeps(slug: str, every: int, *, broken: dt.datetime | None = None) -> list[dt.datetime]:
    done: list[dt.datetime] = []
    for night in NIGHTS:
        if is_deep(slug, calendar_day(night), done[-1] if done else None, every) and night != broken:
            done.append(night)
    return done


@pytest.mark.parametrize("every", [1, 7, 10])
def test_the_first_crawl_is_a_sweep_and_then_one_night_in_so_many(every: int) -> None:
    done = sweeps("ndrc", every)
    assert done[0] == FIRST
    gaps = {(later - earlier).days for earlier, later in pairwise(done[1:])}
    assert gaps == {every}


def test_portals_are_swept_on_different_days() -> None:
    days = Counter(sweeps(f"portal{n}", 7)[1].date() for n in range(70))
    assert len(days) == 7
    assert max(days.values()) < 20


def test_a_sweep_that_did_not_come_to_its_end_is_made_the_next_night() -> None:
    planned = sweeps("ndrc", 7)
    assert planned[2] + dt.timedelta(days=1) in sweeps("ndrc", 7, broken=planned[2])
    assert planned[3] in sweeps("ndrc", 7, broken=planned[2])
