"""One request at a time to a domain, across all processes of this machine.

Portals are crawled in separate processes and may share a domain. Each domain has a file in the archive
directory: it is locked while a request is in flight (the lock ends with its process), and its content records
the last request and how long to wait before the next.

Several machines need another implementation of :class:`DomainLocks`, which they share.
"""

from __future__ import annotations

import fcntl
import json
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from attrs import asdict, evolve, frozen

POLL = 0.05
"""Seconds between two attempts to acquire a lock that another process holds."""
WAITING_TIMEOUT = 1.0
"""Seconds after which a waiting process that made no further attempt is ignored."""


@frozen(kw_only=True)
class LastRequest:
    """The last request to a domain. Times are seconds of the machine's monotonic clock.

    :param who: the process that sent it.
    :param at: when it ended.
    :param pause: the pause that its portal keeps.
    :param until: no request before this time.
    :param next: a process that waits for the lock; the others let it go first.
    :param marked: when that process began to wait.
    """

    who: str = ""
    at: float = 0.0
    pause: float = 0.0
    until: float = 0.0
    next: str = ""
    marked: float = 0.0

    def seconds_to_wait(self, pause: float, now: float) -> float:
        """Seconds until the next request of a portal with this pause. A time in the future is from before
        the machine was restarted, and does not count."""
        if self.at > now:
            return 0.0
        return max(self.at + max(pause, self.pause), self.until) - now

    def is_reserved(self, who: str, now: float) -> bool:
        """Whether another process is waiting for the lock."""
        return self.next not in {"", who} and 0 <= now - self.marked < WAITING_TIMEOUT


class DomainLocks(Protocol):
    """The domain locks of one process. Machines that share portals need an implementation that they share;
    :meth:`crawler.fetching.throttle.Throttle.from_crawler` chooses it."""

    def acquire(self, domain: str, pause: float) -> float:
        """Seconds to wait before the next attempt; 0 when the lock was acquired and must be released."""

    def release(self, domain: str, pause: float, wait: float = 0.0) -> None:
        """Release the lock of a domain, if this process holds it. No request follows for the pause and for
        ``wait`` seconds."""

    def close(self) -> None:
        """Release all locks."""


class FileDomainLocks:
    """Domain locks as files, for the processes of one machine."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._who = uuid.uuid4().hex
        self._locked: dict[str, tuple[TextIO, LastRequest]] = {}

    def acquire(self, domain: str, pause: float) -> float:
        """Seconds to wait before the next attempt; 0 when the lock was acquired and must be released."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stream = (self._folder / re.sub(r"[^\w.-]", "_", domain)).open("a+", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return POLL
        now, last = self._clock(), _read(stream)
        if wait := self._wait(last, pause, now):
            if last.who != self._who and not last.is_reserved(self._who, now):
                _write(stream, evolve(last, next=self._who, marked=now))
            stream.close()
            return wait
        waiting = last.next if last.is_reserved(self._who, now) else ""
        taken = LastRequest(who=self._who, at=now, pause=pause, next=waiting, marked=last.marked)
        _write(stream, taken)  # now, because the process may be killed during the request
        self._locked[domain] = (stream, taken)
        return 0.0

    def _wait(self, last: LastRequest, pause: float, now: float) -> float:
        seconds = max(last.seconds_to_wait(pause, now), 0.0)
        return seconds or (POLL if last.is_reserved(self._who, now) else 0.0)

    def release(self, domain: str, pause: float, wait: float = 0.0) -> None:
        """Release the lock of a domain, if this process holds it. No request follows for the pause and for
        ``wait`` seconds."""
        if domain in self._locked:
            stream, taken = self._locked.pop(domain)
            now = self._clock()
            with stream:
                _write(stream, evolve(taken, at=now, pause=pause, until=now + max(wait, 0.0)))

    def close(self) -> None:
        """Release all locks."""
        while self._locked:
            self._locked.popitem()[1][0].close()


def _read(stream: TextIO) -> LastRequest:
    """The last request as the file records it; an incomplete file counts as empty."""
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
