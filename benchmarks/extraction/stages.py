"""Where our time goes: the CPU of reading pages, by the module that each step of the reading calls.

Samples the stack at every millisecond of CPU; a sample counts for the time since the last one.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SPINE = frozenset({"crawler.extraction", "crawler.pages.generic"})
"""The modules whose calls are the steps."""
TICK = 0.001


@contextmanager
def watched() -> Iterator[Counter[str]]:
    """The seconds of CPU of each step within this block, by its module."""
    spent: Counter[str] = Counter()
    last = time.process_time()

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        spent[step(frame)] += now - last  # type: ignore[assignment]  # seconds, not a count
        last = now

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
    try:
        yield spent
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def step(frame: FrameType | None) -> str:
    """The module of the outermost call that a module of the spine made; outside the reading ``""``."""
    called = ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name in SPINE:
            return called or name
        called, frame = name, frame.f_back
    return ""


def by_step(read: Callable[[], object], *, seconds: float) -> dict[str, float]:
    """Milliseconds of one ``read`` by step, from as many as fit into some seconds of CPU."""
    read()
    begin, rounds = time.process_time(), 0
    with watched() as spent:
        while time.process_time() - begin < seconds:
            read()
            rounds += 1
    return {name: 1000 * each / rounds for name, each in spent.most_common() if name}
