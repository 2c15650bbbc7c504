"""Working days: holidays, days worked instead, and years nobody has announced yet."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.baseline import is_announced, is_workday, workdays_between

DAYS = st.dates(min_value=dt.date(1995, 1, 1), max_value=dt.date(2105, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param("2026-11-24", True, id="a Tuesday"),
        pytest.param("2026-11-22", False, id="a Sunday"),
        pytest.param("2026-02-23", False, id="the end of 春节"),
        pytest.param("2026-02-28", True, id="a Saturday worked instead"),
        pytest.param("2026-10-07", False, id="国庆"),
        pytest.param("2026-10-10", True, id="a Saturday worked after 国庆"),
        pytest.param("2025-10-06", False, id="中秋 within 国庆"),
        pytest.param("2024-02-09", True, id="除夕 was worked in 2024"),
        pytest.param("2027-02-11", False, id="not announced: 春节 is a whole week"),
        pytest.param("2027-10-06", False, id="not announced: 国庆 is a whole week"),
        pytest.param("1999-10-01", True, id="before what is known: weekends only"),
    ],
)
def test_offices_work_on_workdays(day: str, worked: bool) -> None:
    assert is_workday(dt.date.fromisoformat(day)) is worked


def test_a_year_that_is_not_announced_says_so() -> None:
    assert is_announced(dt.date(2026, 12, 31))
    assert not is_announced(dt.date(2031, 1, 1))


def test_the_days_of_a_holiday_are_not_counted() -> None:
    assert workdays_between(dt.date(2026, 9, 30), dt.date(2026, 10, 8)) == 1
    assert workdays_between(dt.date(2026, 11, 20), dt.date(2026, 11, 24)) == 2
    assert workdays_between(dt.date(2026, 11, 24), dt.date(2026, 11, 24)) == 0
    assert workdays_between(dt.date(2026, 11, 24), dt.date(2026, 11, 1)) == 0


@given(DAYS, st.integers(0, 900), st.integers(0, 900))
def test_stretches_add_up(first: dt.date, some: int, more: int) -> None:
    middle, last = first + dt.timedelta(days=some), first + dt.timedelta(days=some + more)
    assert (
        workdays_between(first, middle) + workdays_between(middle, last)
        == workdays_between(first, last)
        <= some + more
    )
