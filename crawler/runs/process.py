"""One run is one child process: with a lease, a heartbeat, a time limit and a state in its row.

The state is read from the row, never from an exit code: a run that was told to stop exits with 0.
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
from crawler import clock
from crawler.runs import lease
from crawler.runs.context import RunContext, begin
from crawler.runs.kill_switch import read_kill_switch
from policy.records.runs import Run
from storage.database import Database, open_database
from storage.runs import leases

logger = logging.getLogger(__name__)

TAKEN = 75
"""Exit code when the lease of a run is taken (EX_TEMPFAIL)."""

Done = Callable[[str, Run | None], None]
"""Told of each portal that ended, with its run, or None when that was not ours."""


class CrawlFunction(Protocol):
    """Runs several portals; returns the runs that were ours, in the order they ended."""

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
    """Crawl a portal in this process and return its closed run; None when the lease is taken. Without
    a slot it is crawled by hand, now, though its domain be left alone.

    Once a process only: Twisted's reactor does not start twice.
    """
    now = clock.now()
    with open_database(config.database_url) as database:
        lease.close_lost(config, database, now)
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
            by_hand=slot is None,
            kind="import" if imported else "crawl",
        )
        if context is None:
            return None
        with lease.held(config, context.run.id):
            return crawled(context)


def process() -> AsyncCrawlerProcess:
    """Scrapy with our settings, its reactor not yet started."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)  # logging belongs to the command line
    loggers: Any = DEFAULT_LOGGING["loggers"]
    loggers["scrapy"]["level"] = settings["LOG_LEVEL"]  # Scrapy says DEBUG
    return AsyncCrawlerProcess(settings)


def crawled(context: RunContext, spider: str | type[Spider] = "portal") -> Run:
    """The closed run of a run that was made here and now, by the named spider."""
    ours = process()
    ours.crawl(spider, context=context)
    ours.start()
    return settled(context)


def settled(context: RunContext) -> Run:
    """The closed run of a crawl that ended, whichever way."""
    with context.database.write() as session:  # changes nothing where the ledger closed the run
        return leases.close_run(
            session, context.run.id, "failed", context.clock(), message="the crawl broke; see the log"
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
    """Crawl a portal in a child process within the time limit; its closed run, None when the lease is taken.

    ``stop`` asks the child to finish what is in flight and close its row.
    """
    options = [f"--since={since.isoformat()}"] if since else []
    options += [part for path in replay for part in ("--replay", str(path.absolute()))]
    options += [part for section in sections for part in ("--section", section)]
    options += ["--imported"] if imported else []
    code, late = _child(config, slug, slot, ["crawl", slug, *options], stop)
    return _settled(config, slug, slot, code, late=late)


def supervise_backfill(
    config: Config, slug: str, *, slot: dt.datetime, pages: int, stop: threading.Event | None = None
) -> Run | None:
    """Go on with a portal's open back-fill in a child process, for so many requests; its closed run, None
    when the lease is taken or nothing was left to do."""
    code, late = _child(config, slug, slot, ["backfill", slug, f"--pages={pages}"], stop)
    with open_database(config.database_url) as database:
        run = _run_of(database, slug, slot)
        if run is None and code not in {0, TAKEN}:
            logger.error("%s: its back-fill ended with %d before it began; see its log", slug, code)
        if run and run.state == "running":
            run = lease.close_dead(config, database, run, clock.now(), late=late)
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
    """Run several portals beside each other; the runs that were ours, in the order they ended."""
    stop, done, finished = stop or threading.Event(), threading.Lock(), list[Run]()

    def one(slug: str, slot: dt.datetime) -> None:
        over = stop.is_set() or (read_kill_switch(config) and not replay)
        run = None if over else supervise(config, slug, slot=slot, replay=replay, stop=stop)
        with done:
            finished.extend([run] if run else [])
            on_done(slug, run)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(one, slug, slot) for slug, slot in slots]
    for future in futures:
        future.result()
    return finished


def _wait(child: subprocess.Popen[bytes], config: Config, stop: threading.Event) -> bool:
    """Wait for the child; True when it had to be ended for being late: it did not end itself at its limit."""
    deadline = time.monotonic() + config.crawl.time_limit_minutes * 60 + grace(config)
    while child.poll() is None:
        late = time.monotonic() > deadline
        if late or stop.is_set():
            _end(child, grace(config))
            return late
        _pause(child, 0.2)
    return False


def grace(config: Config) -> float:
    """Seconds that finishing what is in flight may take."""
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


def _settled(config: Config, slug: str, slot: dt.datetime, code: int, *, late: bool) -> Run | None:
    """The run as its row says; a child that left its row open is closed here."""
    if code == TAKEN:
        return None
    with open_database(config.database_url) as database:
        run = _run_of(database, slug, slot)
        if run is None:
            told = (code == -signal.SIGTERM and not late) or read_kill_switch(config)
            return None if told else _unbegun(database, slug, slot, code)
        if run.state == "running":
            run = lease.close_dead(config, database, run, clock.now(), late=late)
        return run


def _unbegun(database: Database, slug: str, slot: dt.datetime, code: int) -> Run | None:
    """The row of a run whose child ended before it claimed it: a configuration it cannot work with."""
    with database.write() as session:
        run = leases.claim_run(session, slug, slot, clock.now())
        why = f"the child process ended with {code} before it began; see its log"
        return leases.close_run(session, run.id, "failed", clock.now(), message=why) if run else None


def _run_of(database: Database, slug: str, slot: dt.datetime) -> Run | None:
    with database.read() as session:
        return next((run for run in leases.run_history(session, slug) if run.slot == slot), None)


def _log(config: Config, slug: str, slot: dt.datetime) -> Path:
    folder = config.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{slug}-{slot.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.log"
