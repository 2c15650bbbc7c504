"""Runs a crawl in this process, or in a child process with a time limit.

The state of a run is read from its row, never from the exit code: a run that was stopped exits with 0.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.log import DEFAULT_LOGGING

import config as config_package
from config import Config
from crawler.run_context import RunContext, utc_now
from crawler.runs import run_lock
from crawler.runs.run_lock import read_kill_switch
from crawler.runs.setup import begin
from policy.records.runs import Run
from storage.database import Database, open_database
from storage.runs import leases

logger = logging.getLogger(__name__)

TAKEN = 75
"""Exit code when another run has the lease (EX_TEMPFAIL)."""

Done = Callable[[str, Run | None], None]
"""Called for each portal that ended, with its run, or None when another process crawled it."""


class CrawlFunction(Protocol):
    """Crawls several portals; returns their runs in the order they ended."""

    def __call__(
        self,
        config: Config,
        slots: Iterable[tuple[str, dt.datetime]],
        *,
        workers: int,
        replay: Sequence[Path],
        on_done: Done,
        stop: threading.Event | None,
    ) -> list[Run]: ...


# ------------------------------------------------------------------ in the child


def crawl(
    config: Config,
    slug: str,
    *,
    slot: dt.datetime | None = None,
    since: dt.date | None = None,
    replay: Sequence[Path] = (),
    sections: Sequence[str] = (),
    sample: int | None = None,
    imported: bool = False,
) -> Run | None:
    """Crawl a portal in this process and return its closed run; None when the lease is taken. Without a slot
    it is crawled now, even if its domain is in backoff.

    May be called once in a process: Twisted's reactor cannot be restarted.
    """
    now = utc_now()
    with open_database(config.database_url) as database:
        run_lock.close_crashed_runs(config, database, now)
        context = begin(
            config,
            database,
            slug,
            slot=slot or now,
            now=now,
            since=since,
            replay=[path.absolute() for path in replay],
            sections=sections,
            sample=sample,
            ignore_backoff=slot is None,
            kind="import" if imported else "crawl",
        )
        if context is None:
            return None
        with run_lock.run_lock(config, context.run.id):
            return run_spider(context)


def crawler_process() -> AsyncCrawlerProcess:
    """Scrapy with our settings; its reactor is not started."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)  # the command line sets up logging
    loggers: Any = DEFAULT_LOGGING["loggers"]
    loggers["scrapy"]["level"] = settings["LOG_LEVEL"]  # instead of DEBUG
    return AsyncCrawlerProcess(settings)


def run_spider(context: RunContext, spider: str | type[Spider] = "portal") -> Run:
    """Run a spider in this process; returns the closed run."""
    process = crawler_process()
    process.crawl(spider, context=context)
    process.start()
    return close_run(context)


def close_run(context: RunContext) -> Run:
    """The closed run of a crawl that ended in any way."""
    with context.database.write() as session:  # no effect if the recorder closed the run
        return leases.close_run(
            session,
            context.run.id,
            "failed",
            context.clock(),
            message="the crawl ended without closing its run; see the log",
        )


# ------------------------------------------------------------------ in the parent


def supervise(
    config: Config,
    slug: str,
    *,
    slot: dt.datetime,
    since: dt.date | None = None,
    replay: Sequence[Path] = (),
    sections: Sequence[str] = (),
    stop: threading.Event | None = None,
    imported: bool = False,
) -> Run | None:
    """Crawl a portal in a child process within the time limit and return its closed run; None when the lease
    is taken.

    ``stop`` makes the child finish the requests in flight and close its row.
    """
    options = [f"--since={since.isoformat()}"] if since else []
    options += [part for path in replay for part in ("--replay", str(path.absolute()))]
    options += [part for section in sections for part in ("--section", section)]
    options += ["--imported"] if imported else []
    code, late = _child(config, slug, slot, ["crawl", slug, *options], stop)
    return _run_of_child(config, slug, slot, code, late=late)


def supervise_backfill(
    config: Config, slug: str, *, slot: dt.datetime, pages: int, stop: threading.Event | None = None
) -> Run | None:
    """Continue a portal's open backfill in a child process, with a budget of requests, and return its closed
    run; None when the lease is taken or the backfill was complete."""
    code, late = _child(config, slug, slot, ["backfill", slug, f"--pages={pages}"], stop)
    with open_database(config.database_url) as database:
        run = _run_of(database, slug, slot)
        if run is None and code not in {0, TAKEN}:
            logger.error(
                "%s: the backfill process exited with %d before its run started; see its log", slug, code
            )
        if run and run.state == "running":
            run = run_lock.close_crashed_run(config, database, run, utc_now(), late=late)
        return run


def _child(
    config: Config, slug: str, slot: dt.datetime, words: Sequence[str], stop: threading.Event | None
) -> tuple[int, bool]:
    """A command that has ended: its exit code, and whether it had to be ended for being late."""
    command = [
        *(sys.executable, "-m", "crawler.runs"),
        *("--home", str(config.home), "--slot", slot.isoformat(), *words),
    ]
    with _log(config, slug, slot).open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=Path(config_package.__file__).parent.parent,
        )
        late = _wait(child, config, stop or threading.Event())
    return child.returncode, late


def run_all(
    config: Config,
    slots: Iterable[tuple[str, dt.datetime]],
    *,
    workers: int = 4,
    replay: Sequence[Path] = (),
    on_done: Done = lambda slug, run: None,
    stop: threading.Event | None = None,
) -> list[Run]:
    """Crawl several portals concurrently; returns their runs in the order they ended."""
    stop, done, finished = stop or threading.Event(), threading.Lock(), list[Run]()

    def crawl_one(slug: str, slot: dt.datetime) -> None:
        is_stopped = stop.is_set() or (read_kill_switch(config) and not replay)
        run = None if is_stopped else supervise(config, slug, slot=slot, replay=replay, stop=stop)
        with done:
            finished.extend([run] if run else [])
            on_done(slug, run)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(crawl_one, slug, slot) for slug, slot in slots]
    for future in futures:
        future.result()
    return finished


def _wait(child: subprocess.Popen[bytes], config: Config, stop: threading.Event) -> bool:
    """Wait for the child; returns True when it had to be killed because it did not end at its time limit."""
    deadline = time.monotonic() + config.crawl.time_limit_minutes * 60 + grace(config)
    while child.poll() is None:
        late = time.monotonic() > deadline
        if late or stop.is_set():
            _end(child, grace(config))
            return late
        _pause(child, 0.2)
    return False


def grace(config: Config) -> float:
    """Seconds that finishing the requests in flight may take."""
    crawl = config.crawl
    return crawl.concurrency * max(crawl.delay, 1.0) + crawl.timeout + 5


def _end(child: subprocess.Popen[bytes], seconds: float) -> None:
    child.terminate()
    _pause(child, seconds)
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _pause(child: subprocess.Popen[bytes], seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=seconds)


def _run_of_child(config: Config, slug: str, slot: dt.datetime, code: int, *, late: bool) -> Run | None:
    """The run of a child as its row says; a row that the child left open is closed."""
    if code == TAKEN:
        return None
    with open_database(config.database_url) as database:
        run = _run_of(database, slug, slot)
        if run is None:
            was_stopped = (code == -signal.SIGTERM and not late) or read_kill_switch(config)
            return None if was_stopped else _not_started(database, slug, slot, code)
        if run.state == "running":
            run = run_lock.close_crashed_run(config, database, run, utc_now(), late=late)
        return run


def _not_started(database: Database, slug: str, slot: dt.datetime, code: int) -> Run | None:
    """The closed run of a child that exited before it claimed its run, for example because of its
    configuration."""
    with database.write() as session:
        run = leases.claim_run(session, slug, slot, utc_now())
        why = f"the child process exited with {code} before its run started; see its log"
        return leases.close_run(session, run.id, "failed", utc_now(), message=why) if run else None


def _run_of(database: Database, slug: str, slot: dt.datetime) -> Run | None:
    with database.read() as session:
        return next((run for run in leases.run_history(session, slug) if run.slot == slot), None)


def _log(config: Config, slug: str, slot: dt.datetime) -> Path:
    folder = config.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{slug}-{slot.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.log"
