"""Whose turn it is at a domain: one request at a time, whichever process of this machine asks.

Portals run in processes of their own and may share a domain. Each domain has a file in the home: its
lock is held while a request is under way (and dies with the process), its words say when the domain
was asked last and how long it is to be left alone.
"""

from __future__ import annotations

import fcntl
import json
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from attrs import asdict, evolve, frozen

POLL = 0.05
"""Seconds between two looks at a lock that somebody holds."""
PATIENCE = 1.0
"""Seconds after which somebody who waited and looks no more is gone."""


@frozen(kw_only=True)
class LastRequest:
    """The last request to a domain: who asked, when it ended, how long a pause its portal keeps, until
    when the domain wants to be left alone; and who waits, so that the others let it go first. Seconds
    of the machine's clock since it was started."""

    who: str = ""
    at: float = 0.0
    pause: float = 0.0
    until: float = 0.0
    next: str = ""
    marked: float = 0.0

    def rest(self, pause: float, now: float) -> float:
        """Seconds until somebody who keeps this pause may ask; what a restart of the machine left
        from the future is past."""
        if self.at > now:
            return 0.0
        return max(self.at + max(pause, self.pause), self.until) - now

    def is_for_another(self, who: str, now: float) -> bool:
        """Whether somebody else waits for the next turn, and has looked for it lately."""
        return self.next not in {"", who} and 0 <= now - self.marked < PATIENCE


class DomainLocks:
    """The turns of one process."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._who = uuid.uuid4().hex
        self._held: dict[str, tuple[TextIO, LastRequest]] = {}

    def take(self, domain: str, pause: float) -> float:
        """Seconds to wait before trying again; nought when the turn is ours, until ``give`` gives it back."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stream = (self._folder / re.sub(r"[^\w.-]", "_", domain)).open("a+", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return POLL
        now, last = self._clock(), _read(stream)
        if wait := self._wait(last, pause, now):
            if last.who != self._who and not last.is_for_another(self._who, now):
                _write(stream, evolve(last, next=self._who, marked=now))
            stream.close()
            return wait
        waiting = last.next if last.is_for_another(self._who, now) else ""
        taken = LastRequest(who=self._who, at=now, pause=pause, next=waiting, marked=last.marked)
        _write(stream, taken)  # should we die under way
        self._held[domain] = (stream, taken)
        return 0.0

    def _wait(self, last: LastRequest, pause: float, now: float) -> float:
        ours = max(last.rest(pause, now), 0.0)
        return ours or (POLL if last.is_for_another(self._who, now) else 0.0)

    def give(self, domain: str, pause: float, wait: float = 0.0) -> None:
        """The request is done; the domain is left alone for the pause, and for ``wait`` seconds.
        A turn that was not ours is not given."""
        if domain in self._held:
            stream, taken = self._held.pop(domain)
            now = self._clock()
            with stream:
                _write(stream, evolve(taken, at=now, pause=pause, until=now + max(wait, 0.0)))

    def close(self) -> None:
        """Give back whatever turn is held."""
        while self._held:
            self._held.popitem()[1][0].close()


def _read(stream: TextIO) -> LastRequest:
    """What the file says; one that was torn says nothing."""
    stream.seek(0)
    try:
        return LastRequest(**json.loads(stream.read() or "{}"))
    except (ValueError, TypeError):
        return LastRequest()


def _write(stream: TextIO, last: LastRequest) -> None:
    stream.seek(0)
    stream.truncate()
    stream.write(json.dumps(asdict(last)))
    stream.flush()
