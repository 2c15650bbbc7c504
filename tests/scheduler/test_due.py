"""Which slots are due: pure, and the same in every process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config, PortalConfig, Schedule
from scheduler import Due, due, next_slot, plan, spread

NIGHTLY = Schedule(cron="30 2 * * *", grace_hours=12)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SLOT = dt.datetime(2026, 3, 1, 18, 30, tzinfo=dt.UTC)
"""02:30 of 2 March in Shanghai, a Monday."""


def test_a_slot_is_due_from_its_minute_on() -> None:
    assert due(NIGHTLY, SLOT - DAY, SLOT - dt.timedelta(seconds=1)) == Due()
    assert due(NIGHTLY, SLOT - DAY, SLOT) == Due(run=SLOT)


def test_a_slot_that_ran_is_not_due_again() -> None:
    assert due(NIGHTLY, SLOT, SLOT + 3 * HOUR) == Due()


def test_a_slot_missed_by_hours_is_caught_up() -> None:
    assert due(NIGHTLY, SLOT - DAY, SLOT + 12 * HOUR) == Due(run=SLOT)


def test_after_days_only_the_newest_slot_runs_and_the_others_are_missed() -> None:
    assert due(NIGHTLY, SLOT - 3 * DAY, SLOT + HOUR) == Due(run=SLOT, missed=(SLOT - 2 * DAY, SLOT - DAY))


def test_a_slot_beyond_the_grace_is_missed() -> None:
    assert due(NIGHTLY, SLOT - DAY, SLOT + 13 * HOUR) == Due(missed=(SLOT,))


def test_a_portal_that_never_ran_begins_with_the_newest_slot_and_missed_nothing() -> None:
    assert due(evolve(NIGHTLY, cron="0 * * * *"), None, SLOT) == Due(run=SLOT - HOUR / 2)
    assert due(NIGHTLY, None, SLOT + 13 * HOUR) == Due()


def test_weekdays_are_meant_by_their_names() -> None:
    mondays = evolve(NIGHTLY, cron="30 2 * * mon")
    assert due(mondays, SLOT - 7 * DAY, SLOT) == Due(run=SLOT)
    assert next_slot(mondays, SLOT + HOUR) == SLOT + 7 * DAY


def test_a_clock_put_back_makes_nothing_due() -> None:
    assert due(NIGHTLY, SLOT, SLOT - 5 * DAY) == Due()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"])
def test_every_day_has_one_slot_where_clocks_change(zone: str) -> None:
    schedule = Schedule(cron="30 12 * * *", timezone=zone, grace_hours=12)
    year = due(schedule, dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert len([slot for slot in (*year.missed, year.run) if slot]) == 365


_CRONS: dict[str, Callable[[dt.datetime], bool]] = {
    "30 2 * * *": lambda at: (at.hour, at.minute) == (2, 30),
    "*/7 * * * *": lambda at: at.minute % 7 == 0,
    "0 */5 * * mon-fri": lambda at: at.minute == 0 and at.hour % 5 == 0 and at.weekday() < 5,
    "15 3,15 1-5 * *": lambda at: at.minute == 15 and at.hour in {3, 15} and at.day <= 5,
    "0 0 * * sun": lambda at: (at.hour, at.minute) == (0, 0) and at.weekday() == 6,
}
"""Crons, and the same said in another way."""
_WAITS = st.lists(st.integers(1, 2000).map(lambda minutes: dt.timedelta(minutes=minutes)), max_size=6)


@settings(deadline=None)  # two cores
@given(cron=st.sampled_from(list(_CRONS)), grace=st.integers(1, 48), waits=_WAITS)
def test_every_slot_is_run_or_missed_exactly_once_whenever_we_wake(
    cron: str, grace: int, waits: list[dt.timedelta]
) -> None:
    schedule = Schedule(cron=cron, grace_hours=grace, spread_minutes=0)
    now, last, settled = SLOT, SLOT, list[dt.datetime]()
    for wait in waits:
        now += wait
        found = due(schedule, last, now)
        assert found.run is None or now - found.run <= grace * HOUR
        settled += [*found.missed, *([found.run] if found.run else [])]
        last = settled[-1] if settled else last
    assert all(one < other for one, other in pairwise(settled))
    assert settled == _all_slots(cron, SLOT, now)


def _all_slots(cron: str, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Slow and plain: ask about every minute. Shanghai is eight hours ahead the whole year."""
    minutes = int((until - after) / dt.timedelta(minutes=1))
    times = (after + dt.timedelta(minutes=number) for number in range(1, minutes + 1))
    return [time for time in times if _CRONS[cron](time + 8 * HOUR)]


# ------------------------------------------------------------------ the spread


def test_the_spread_is_the_same_in_every_process_and_within_bounds() -> None:
    waits = [spread(f"portal{number}", SLOT, 30) for number in range(200)]
    assert all(dt.timedelta() <= wait < dt.timedelta(minutes=30) for wait in waits)
    assert len(set(waits)) == 200
    assert spread("ndrc", SLOT, 30) == dt.timedelta(seconds=420, microseconds=682812)
    assert spread("ndrc", SLOT, 30) == spread("ndrc", SLOT.astimezone(dt.timezone(8 * HOUR)), 30)


def test_the_spread_of_a_portal_changes_from_night_to_night() -> None:
    assert spread("ndrc", SLOT, 30) != spread("ndrc", SLOT + DAY, 30)


# ------------------------------------------------------------------ one look at the clock


def a_config(spread_minutes: float = 30) -> Config:
    return Config(home=Path("home"), schedule=evolve(NIGHTLY, spread_minutes=spread_minutes))


def test_a_portal_waits_for_its_place_in_the_spread() -> None:
    config, start = a_config(), SLOT + spread("ndrc", SLOT, 30)
    waiting = plan(config, {"ndrc": SLOT - DAY}, SLOT, wait=True)
    assert (waiting.run, waiting.again) == ({}, min(start, SLOT + dt.timedelta(minutes=10)))
    assert plan(config, {"ndrc": SLOT - DAY}, start, wait=True).run == {"ndrc": SLOT}


def test_once_does_not_wait() -> None:
    assert plan(a_config(), {"ndrc": SLOT - DAY}, SLOT, wait=False).run == {"ndrc": SLOT}


def test_each_portal_has_its_own_clock() -> None:
    config = evolve(a_config(spread_minutes=0), portals={"bjx": PortalConfig(cron="0 3 * * *")})
    found = plan(config, {"ndrc": SLOT - DAY, "bjx": SLOT - DAY + HOUR}, SLOT, wait=True)
    assert found.run == {"ndrc": SLOT}
    assert found.missed == ()
    assert plan(config, {"bjx": SLOT - HOUR}, SLOT + HOUR / 2, wait=True).run == {"bjx": SLOT + HOUR / 2}


def test_we_look_again_when_the_next_portal_starts_but_soon_in_any_case() -> None:
    config = a_config(spread_minutes=0)
    soon = SLOT - dt.timedelta(minutes=4)
    assert plan(config, {"ndrc": SLOT - DAY}, soon, wait=True).again == SLOT
    assert plan(config, {"ndrc": SLOT}, SLOT, wait=True).again == SLOT + dt.timedelta(minutes=10)
