"""A domain that refuses requests is backed off, longer each time."""

from __future__ import annotations

import datetime as dt

from policy.rules.revisit import Backoff, extend_backoff

NIGHT = dt.datetime(2026, 11, 2, 18, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def refused(before: Backoff | None, night: int) -> Backoff:
    return extend_backoff(
        before, domain="example.cn", portal="p", reason="challenge", slot=NIGHT + night * DAY
    )


def test_it_is_tried_after_one_two_four_and_then_seven_nights() -> None:
    tried, held = [], None
    for night in range(30):
        if held is None or not held.holds(NIGHT + night * DAY):
            tried.append(night)
            held = refused(held, night)
    assert tried == [0, 1, 3, 7, 14, 21, 28]
    assert held
    assert (held.since, held.times) == (NIGHT, 7)


def test_twice_in_a_night_is_once() -> None:
    first = refused(None, 0)
    again = extend_backoff(first, domain="example.cn", portal="q", reason="challenge", slot=NIGHT + DAY / 24)
    assert again == first


def test_a_slot_some_minutes_early_is_still_the_next_night() -> None:
    assert not refused(None, 0).holds(NIGHT + DAY - dt.timedelta(minutes=40))
