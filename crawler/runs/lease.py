"""Who lives: a lock that dies with its process, and what to do with the runs of the dead.

A run of this machine is dead when its lock is free, whatever its heartbeat says; of a run of
another machine only the heartbeat is known.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from config import Config
from crawler import clock
from crawler.runs.kill_switch import read_kill_switch
from policy.documents.dates import SHANGHAI
from policy.errors import ArchiveError
from policy.records.runs import Run, RunKind, RunState
from storage.articles import captures as captured
from storage.database import Database
from storage.runs import leases
from storage.warc.gzip_members import cut_torn
from storage.warc.reader import as_capture, scan

logger = logging.getLogger(__name__)

_SILENT_BEATS = 6


@contextmanager
def held(config: Config, run_id: int) -> Iterator[None]:
    """Hold the run's lock until the process ends, whichever way."""
    path = _lock(config, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_suffix(f".{os.getpid()}")
    with begun.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        begun.rename(path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def alive(config: Config, run_id: int) -> bool | None:
    """Whether the process of a run lives; None when it has no lock here."""
    try:
        with _lock(config, run_id).open("r+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True
    return False


def close_lost(config: Config, database: Database, now: dt.datetime) -> list[Run]:
    """Close the runs whose process is dead, and keep what they had fetched."""
    with database.read() as session:
        running = [run for run in leases.run_history(session, limit=500) if run.state == "running"]
    return [close_dead(config, database, run, now) for run in running if _is_lost(config, run, now)]


def close_dead(config: Config, database: Database, run: Run, now: dt.datetime, *, late: bool = False) -> Run:
    """Close a run that its process left open, as lost or, when it was ended for being late, timeout."""
    why = "ended at its time limit" if late else "its process was killed"
    found = _rescue(config, database, run)
    with database.write() as session:
        state: RunState = "timeout" if late else "lost"
        closed = leases.close_run(session, run.id, state, now, message=why, captures=max(found, run.captures))
    _lock(config, run.id).unlink(missing_ok=True)
    logger.warning("%s: run %d closed as %s: %s", run.portal, run.id, closed.state, why)
    return closed


def _is_lost(config: Config, run: Run, now: dt.datetime) -> bool:
    lives = alive(config, run.id)
    if lives is not None:
        return not lives
    silent = dt.timedelta(seconds=_SILENT_BEATS * config.crawl.heartbeat)
    return run.heartbeat is None or run.heartbeat < now - silent


def _rescue(config: Config, database: Database, run: Run) -> int:
    """Cut the torn tail of its WARC and record the captures that lie in it; how many there are."""
    path = config.captures / run.warc if run.warc else None
    if path is None or not path.is_file():
        return 0
    try:
        cut_torn(path)
        captures = [as_capture(record, config.captures) for record in scan(path)]
    except ArchiveError as error:
        logger.error("%s: captures not recorded: %s", run.warc, error)
        return 0
    with database.write() as session:
        return len(captured.record_captures(session, [c for c in captures if c], run.id))


def _lock(config: Config, run_id: int) -> Path:
    return config.home / "running" / f"{run_id}.lock"


# ------------------------------------------------------------------ portals that a run of another kind holds


_LOOK = 1.0
"""Seconds between two looks whether a portal is free."""
_NAMES: dict[RunKind, str] = {
    "backfill": "a back-fill",
    "reextract": "a re-extraction",
    "import": "an import",
    "acceptance": "an acceptance",
}


def blocking_runs(session: Session) -> dict[str, Run]:
    """The run of another kind than a night's that holds a portal now, by portal."""
    return {slug: run for slug, run in leases.running_runs(session).items() if run.kind != "crawl"}


def sentence(run: Run) -> str:
    """Which run holds a portal, and what becomes of its night."""
    since = (run.started or run.slot).astimezone(SHANGHAI)
    held = f"{_NAMES[run.kind]} holds it since {since:%Y-%m-%d %H:%M}"
    return f"{run.portal}: {held}: crawled as soon as that ends"


def freed(
    config: Config, database: Database, slugs: Collection[str], stop: threading.Event
) -> frozenset[str]:
    """Those of the portals that nobody holds any more, once there is one; none when we are told to stop.

    It is waited for no longer than the other run may last.
    """
    while slugs and not (stop.is_set() or read_kill_switch(config)):
        close_lost(config, database, clock.now())
        with database.read() as session:
            found = frozenset(slugs) - blocking_runs(session).keys()
        if found:
            return found
        stop.wait(_LOOK)
    return frozenset()
