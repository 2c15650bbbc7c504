"""What keeps a run from starting: the kill switch, and the locks of running processes.

The kill switch is a file in the archive directory. While it exists, nothing is crawled.

A run of this machine has crashed when its lock is free, whatever its heartbeat is. For a run of another
machine only the heartbeat can tell. For several machines, ``read_kill_switch``, ``stop_crawling`` and
``resume_crawling`` need a switch that all of them can read.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import logging
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from sqlalchemy.orm import Session

from config import Config
from crawler.run_context import utc_now
from policy.documents.dates import SHANGHAI
from policy.errors import ArchiveError, CrawlingStopped
from policy.records.runs import Run, RunKind, RunState
from storage.articles import captures as captured
from storage.database import Database
from storage.runs import leases
from storage.warc.compression import cut_torn
from storage.warc.reader import as_capture, scan

logger = logging.getLogger(__name__)

FILE = "stopped"


@frozen(kw_only=True)
class KillSwitch:
    """Since when all crawling is stopped, and why."""

    since: dt.datetime
    reason: str = ""


def read_kill_switch(config: Config) -> KillSwitch | None:
    """The kill switch; None while crawling is not stopped. Any file counts, also an empty one."""
    path = _file(config)
    try:
        text = path.read_text(encoding="utf-8")
        changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except FileNotFoundError:
        return None
    try:
        content = json.loads(text)
        return KillSwitch(since=dt.datetime.fromisoformat(content["since"]), reason=str(content["reason"]))
    except (ValueError, TypeError, KeyError):
        return KillSwitch(since=changed, reason=text.strip())


def stop_crawling(config: Config, now: dt.datetime, reason: str = "") -> KillSwitch:
    """Stop all crawling; an earlier stop remains in force."""
    path = _file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    if current := read_kill_switch(config):
        return current
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"since": now.isoformat(), "reason": reason}), encoding="utf-8")
    temporary.rename(path)
    return KillSwitch(since=now, reason=reason)


def resume_crawling(config: Config) -> KillSwitch | None:
    """Resume crawling; returns the stop that was in force."""
    removed = read_kill_switch(config)
    _file(config).unlink(missing_ok=True)
    return removed


def stop_reason(config: Config) -> str | None:
    """Why all crawling is stopped, empty if no reason was given; None while it is not stopped."""
    current = read_kill_switch(config)
    return current.reason if current else None


def require_none(config: Config) -> None:
    """Raises CrawlingStopped while all crawling is stopped."""
    if current := read_kill_switch(config):
        why = f" ({current.reason})" if current.reason else ""
        since = f"{current.since:%Y-%m-%d %H:%M} UTC"
        raise CrawlingStopped(f"crawling is stopped since {since}{why}: resume it with polarchive resume")


def _file(config: Config) -> Path:
    return config.home / FILE


# ------------------------------------------------------------------ locks of running processes


_MISSED_HEARTBEATS = 6
"""Heartbeats without which a run of another machine counts as crashed."""


@contextmanager
def run_lock(config: Config, run_id: int) -> Iterator[None]:
    """Hold the run's lock; it is released when the process ends in any way."""
    path = _lock(config, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    with temporary.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        temporary.rename(path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_running(config: Config, run_id: int) -> bool | None:
    """Whether the process of a run is running; None when this machine has no lock of it."""
    try:
        with _lock(config, run_id).open("r+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True
    return False


def close_crashed_runs(config: Config, database: Database, now: dt.datetime) -> list[Run]:
    """Close the runs whose process crashed, and record the captures that they had written."""
    with database.read() as session:
        running = [run for run in leases.run_history(session, limit=500) if run.state == "running"]
    return [
        close_crashed_run(config, database, run, now) for run in running if _has_crashed(config, run, now)
    ]


def close_crashed_run(
    config: Config, database: Database, run: Run, now: dt.datetime, *, late: bool = False
) -> Run:
    """Close a run that its process left open: as crashed, or as timeout when it was killed at its time
    limit."""
    why = "ended at its time limit" if late else "its process was killed"
    rescued = _rescue(config, database, run)
    with database.write() as session:
        state: RunState = "timeout" if late else "crashed"
        closed = leases.close_run(
            session, run.id, state, now, message=why, captures=max(rescued, run.captures)
        )
    _lock(config, run.id).unlink(missing_ok=True)
    logger.warning("%s: run %d closed as %s: %s", run.portal, run.id, closed.state, why)
    return closed


def _has_crashed(config: Config, run: Run, now: dt.datetime) -> bool:
    running = is_running(config, run.id)
    if running is not None:
        return not running
    silence = dt.timedelta(seconds=_MISSED_HEARTBEATS * config.crawl.heartbeat)
    return run.heartbeat is None or run.heartbeat < now - silence


def _rescue(config: Config, database: Database, run: Run) -> int:
    """Cut the incomplete end of the run's WARC and record the captures in it; returns how many."""
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


# ------------------------------------------------------------------ portals locked by another kind of run


_CHECK_INTERVAL = 1.0
"""Seconds between two checks whether a portal is free."""
_NAMES: dict[RunKind, str] = {
    "backfill": "a backfill",
    "reextract": "a re-extraction",
    "import": "an import",
    "acceptance": "an acceptance",
}


def blocking_runs(session: Session) -> dict[str, Run]:
    """The running runs of another kind than the nightly crawl, by portal."""
    return {slug: run for slug, run in leases.running_runs(session).items() if run.kind != "crawl"}


def describe_blocking_run(run: Run) -> str:
    """A sentence that says which run locks a portal, and when the portal is crawled."""
    since = (run.started or run.slot).astimezone(SHANGHAI)
    blocked_by = f"{_NAMES[run.kind]} has been running since {since:%Y-%m-%d %H:%M}"
    return f"{run.portal}: {blocked_by}: crawled as soon as that ends"


def wait_until_free(
    config: Config, database: Database, slugs: Collection[str], stop: threading.Event
) -> frozenset[str]:
    """Wait until a portal is free and return all that are; none when crawling is stopped. Ends at the latest
    when the other runs end."""
    while slugs and not (stop.is_set() or read_kill_switch(config)):
        close_crashed_runs(config, database, utc_now())
        with database.read() as session:
            free = frozenset(slugs) - blocking_runs(session).keys()
        if free:
            return free
        stop.wait(_CHECK_INTERVAL)
    return frozenset()
