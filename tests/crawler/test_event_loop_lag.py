"""Event-loop lag of a busy process is not counted as slowness of the host."""

from __future__ import annotations

import asyncio
import time

from crawler.fetching.handlers import TICK, EventLoopLag


def test_a_loop_that_was_blocked_is_late_by_as_much() -> None:
    async def crawl(busy: float) -> float:
        lag = EventLoopLag()
        lag.opened()
        await asyncio.sleep(3 * TICK)
        before = lag.total
        time.sleep(busy)  # noqa: ASYNC251 - that is what is measured
        await asyncio.sleep(3 * TICK)
        lag.closed()
        return lag.total - before

    assert asyncio.run(crawl(1.0)) > 0.8


def test_ticks_in_time_and_those_that_are_overdue() -> None:
    now = [0.0]
    lag = EventLoopLag(lambda: now[0])
    for moment in (TICK, 2 * TICK):
        now[0] = moment
        lag.tick()
    assert lag.total < 1e-9
    now[0] += 5 * TICK
    assert abs(lag.total - 4 * TICK) < 1e-9
