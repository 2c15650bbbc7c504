"""The delay between requests to a portal, and the lock of a domain."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetching.domain_lock import POLL, FileDomainLocks
from crawler.fetching.throttle import Delay, retry_after

NOW = dt.datetime(2026, 11, 24, 2, 30, tzinfo=dt.UTC)


def a_delay(delay: float = 1.0) -> Delay:
    return Delay(delay, longest=60.0, longest_wait=300.0)


@given(
    configured=st.floats(0, 10),
    crawl_delays=st.lists(st.none() | st.floats(allow_nan=True), max_size=3),
    responses=st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=20),
)
def test_nothing_makes_the_pause_shorter_than_the_delay_nor_longer_than_the_limit(
    configured: float, crawl_delays: list[float | None], responses: list[tuple[float, bool]]
) -> None:
    delay = a_delay(configured)
    for crawl_delay in crawl_delays:
        delay.apply_crawl_delay(crawl_delay)
    for seconds, ok in responses:
        delay.add_response(seconds, ok=ok)
        assert configured <= delay.delay <= delay.pause <= 60


def test_a_slow_portal_is_given_as_long_again_and_fast_errors_change_nothing() -> None:
    delay = a_delay()
    delay.add_response(8.0, ok=True)
    assert delay.pause == 8.0
    delay.add_response(0.1, ok=False)
    assert delay.pause == 8.0
    for _ in range(10):
        delay.add_response(0.1, ok=True)
    assert delay.pause == 1.0


def test_a_portal_that_says_not_now_is_asked_ever_later_until_it_answers() -> None:
    delay = a_delay()
    assert [delay.wait_when_busy(None) for _ in range(8)] == [4, 8, 16, 32, 64, 128, 256, 300]
    delay.add_response(0.1, ok=True)
    assert delay.wait_when_busy(None) == 4
    assert (delay.wait_when_busy(120.0), delay.wait_when_busy(3600.0)) == (120.0, None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Tue, 24 Nov 2026 02:31:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 01:00:00 GMT", 0.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_domain_has_one_turn_at_a_time_and_those_who_wait_take_turns(tmp_path: Path) -> None:
    now = [1000.0]
    one, two = FileDomainLocks(tmp_path, lambda: now[0]), FileDomainLocks(tmp_path, lambda: now[0])
    assert one.acquire("twins.example", 1.0) == 0
    assert two.acquire("twins.example", 3.0) == POLL, "a request is under way"
    assert two.acquire("other.example", 3.0) == 0
    now[0] += 0.5
    one.release("twins.example", 1.0)
    assert one.acquire("twins.example", 1.0) == 1.0
    assert two.acquire("twins.example", 3.0) == 3.0, "each keeps its own delay"
    now[0] += 2.5
    assert two.acquire("twins.example", 3.0) == 0.5
    assert one.acquire("twins.example", 1.0) == POLL, "the other waits longer"
    now[0] += 0.5
    assert two.acquire("twins.example", 3.0) == 0
    two.release("twins.example", 3.0, wait=60)
    assert one.acquire("twins.example", 1.0) == 60, "left alone by all"
    two.close()


def test_who_died_or_waits_no_more_is_not_waited_for(tmp_path: Path) -> None:
    now = [1000.0]
    one, two = FileDomainLocks(tmp_path, lambda: now[0]), FileDomainLocks(tmp_path, lambda: now[0])
    one.acquire("a.example", 1.0)
    one.release("a.example", 1.0)
    two.acquire("a.example", 1.0)
    now[0] += 5
    assert one.acquire("a.example", 1.0) == 0, "two waited, and looks no more"
    one.close()
    now[0] += 1
    assert two.acquire("a.example", 1.0) == 0, "its lock died with it"
    two.release("a.example", 1.0)
    (tmp_path / "a.example").write_text("{torn")
    assert two.acquire("a.example", 1.0) == 0
    now[0] = 3.0
    assert one.acquire("a.example", 1.0) == POLL
    two.close()
    assert one.acquire("a.example", 1.0) == 0, "the machine was started again"
    one.close()
