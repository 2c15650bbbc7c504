"""When an archived article is revisited."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from policy.rules.revisit import LONGEST, YOUNG, next_visit, stable_fraction

DAY = dt.date(2026, 11, 20)
days = st.integers(0, 4000)
keys = st.text(min_size=1)


def pause(key: str, quiet: int, *, first: bool = False) -> int:
    since = DAY - dt.timedelta(days=quiet)
    return (next_visit(key, DAY, stands_since=since, first=first) - DAY).days


@given(keys, days)
def test_every_run_looks_at_a_young_article_and_no_pause_is_longer_than_the_longest(
    key: str, quiet: int
) -> None:
    assert (pause(key, quiet) == 0) == (quiet <= YOUNG)
    assert pause(key, quiet) <= LONGEST


@given(keys, days, days)
def test_the_pause_grows_while_nothing_changes(key: str, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert pause(key, shorter) <= pause(key, longer)


@given(keys, st.integers(YOUNG + 1, 4000))
def test_a_change_makes_an_article_young_again(key: str, quiet: int) -> None:
    assert pause(key, 0) < pause(key, quiet)


@given(keys, days)
def test_the_first_look_is_followed_by_another_but_for_what_comes_from_the_depth(
    key: str, quiet: int
) -> None:
    assert pause(key, quiet, first=True) == (0 if quiet <= LONGEST else pause(key, quiet))


def test_what_came_on_one_day_is_due_on_many() -> None:
    due = [pause(f"t2016_{n}", 3600) for n in range(10_000)]
    assert max(due.count(day) for day in set(due)) < 300
    assert stable_fraction("t2016_1") == stable_fraction("t2016_1")
    assert min(due) >= LONGEST // 2
    assert next_visit("x", DAY, stands_since=DAY + dt.timedelta(days=400)) == DAY, "a day that has not come"
