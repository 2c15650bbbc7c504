"""First days of fortnights: in ordinary weeks, and across each long holiday."""

from __future__ import annotations

import datetime as dt
import random

_HOLIDAYS = (
    *(dt.date(2025, 1, 28), dt.date(2025, 5, 1), dt.date(2025, 10, 1)),
    *(dt.date(2026, 2, 16), dt.date(2026, 5, 1), dt.date(2026, 10, 1)),
)
_ORDINARY = (dt.date(2024, 3, 4), dt.date(2024, 11, 11), dt.date(2025, 3, 10), dt.date(2026, 6, 29))


def first_day(seed: int) -> dt.date:
    """The day of the first night; every second seed has a holiday in its second week."""
    draw = random.Random(f"day {seed}")
    if seed % 2:
        return draw.choice(_HOLIDAYS) - dt.timedelta(days=draw.randint(6, 9))
    return draw.choice(_ORDINARY) + dt.timedelta(days=draw.randint(0, 6))
