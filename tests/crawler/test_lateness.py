"""What a busy process makes wait is not the host's slowness."""

from __future__ import annotations

import asyncio
import time

from crawler.fetching.handlers import EVERY, EventLoopLag


def test_a_loop_that_was_blocked_is_late_by_as_much() -> None:
    async def crawl(busy: float) -> float:
        lateness = EventLoopLag()
        lateness.opened()
        await asyncio.sleep(3 * EVERY)
        before = lateness.total
        time.sleep(busy)  # noqa: ASYNC251 - that is what is measured
        await asyncio.sleep(3 * EVERY)
        lateness.closed()
        return lateness.total - before

    assert asyncio.run(crawl(1.0)) > 0.8


def test_ticks_in_time_and_those_that_are_overdue() -> None:
    now = [0.0]
    lateness = EventLoopLag(lambda: now[0])
    for moment in (EVERY, 2 * EVERY):
        now[0] = moment
        lateness.tick()
    assert lateness.total < 1e-9
    now[0] += 5 * EVERY
    assert abs(lateness.total - 4 * EVERY) < 1e-9
