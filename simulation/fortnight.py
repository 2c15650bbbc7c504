"""The nights: the real crawl of every portal in one process and the real report, with a simulated clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field, frozen
from scrapy.crawler import AsyncCrawlerProcess
from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread

from alerts import percolation
from config import Config, load
from crawler.runs import process as crawling
from crawler.runs import setup
from policy.documents.dates import SHANGHAI
from policy.records.runs import Run
from services import nightly
from simulation.faults import Plan
from simulation.portals.declared import PORTALS
from simulation.site import SLOW, Hosts, reactor
from storage.database import Database, open_database, upgrade

T = TypeVar("T")

SLUGS = tuple(portal.slug for portal in PORTALS)
BEGINS = dt.time(2, 30, tzinfo=SHANGHAI)
AT_ONCE = 3
"""Portals crawled at once. More would slow each other down, as they share one reactor."""
_CONFIG = """\
contact = "simulation@example.org"
portal_packages = ["simulation.portals"]

[crawl]
delay = 0.0
timeout = 10.0
heartbeat = 60.0
first_crawl_days = 60

[schedule]
workers = {workers}

[health]
slow_seconds = {slow}

[network]
allow = [{allow}]

[network.connect]
{connect}
"""


@define
class Clock:
    """A clock that runs at normal speed from the moment it was last set to."""

    _at: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    _since: float = field(factory=time.monotonic)

    def set(self, moment: dt.datetime) -> None:
        """Set the clock to ``moment``."""
        self._at, self._since = moment.astimezone(dt.UTC), time.monotonic()

    def __call__(self) -> dt.datetime:
        return self._at + dt.timedelta(seconds=time.monotonic() - self._since)


@frozen(kw_only=True)
class Passed:
    """A finished night."""

    number: int
    day: dt.date
    night: nightly.Night
    asked: int
    """Requests the portals answered."""


@define
class Fortnight:
    """Runs the nights of a plan one after another in the archive directory ``home``."""

    plan: Plan
    home: Path
    on_night: Callable[[Passed], None] = lambda passed: None
    clock: Clock = field(factory=Clock)
    passed: list[Passed] = field(factory=list)
    error: BaseException | None = None

    def run(self) -> Sequence[Passed]:
        """Run all nights. Only once per process, as Twisted's reactor cannot be restarted."""
        process = crawling.crawler_process()
        hosts = Hosts(plan=self.plan)

        def begin() -> None:
            hosts.open()
            threading.Thread(target=self._nights, args=(process, hosts), daemon=True).start()

        reactor().callWhenRunning(begin)
        process.start(stop_after_crawl=False)
        if self.error:
            raise self.error
        return tuple(self.passed)

    def _nights(self, process: AsyncCrawlerProcess, hosts: Hosts) -> None:
        try:
            config = self._prepare(hosts)
            with open_database(config.database_url) as database:
                with database.write() as session:
                    percolation.subscribe(session, "通知", "reader@example.org", self.clock())
                crawl = _Beside(process=process, clock=self.clock)
                for number in range(self.plan.world.nights):
                    self.passed.append(self._night(number, config, database, hosts, crawl))
                    self.on_night(self.passed[-1])
        except BaseException as error:  # run() raises it
            self.error = error
        finally:
            reactor().callFromThread(reactor().stop)

    def _night(
        self, number: int, config: Config, database: Database, hosts: Hosts, crawl: crawling.CrawlFunction
    ) -> Passed:
        _await(hosts.show(number))
        before, day = hosts.asked, self.plan.world.day(number)
        slot = dt.datetime.combine(day, BEGINS).astimezone(dt.UTC)
        self.clock.set(slot)
        slots = dict.fromkeys(SLUGS, slot)
        done = nightly.run_night(config, database, slots, crawl=crawl, clock=self.clock)
        return Passed(number=number, day=day, night=done, asked=hosts.asked - before)

    def _prepare(self, hosts: Hosts) -> Config:
        self.home.mkdir(parents=True, exist_ok=True)
        allow = ", ".join(f'"127.0.0.1:{port}"' for port in hosts.ports.values())
        connect = "\n".join(
            f'"http://{slug}.example" = "http://127.0.0.1:{port}"' for slug, port in hosts.ports.items()
        )
        text = _CONFIG.format(workers=AT_ONCE, slow=SLOW / 2, allow=allow, connect=connect)
        (self.home / "polarchive.toml").write_text(text, encoding="utf-8")
        config = load(self.home)
        config.captures.mkdir(parents=True, exist_ok=True)
        upgrade(config.database_url)
        return config


@frozen(kw_only=True)
class _Beside:
    """Runs portals concurrently in this process instead of one process per portal."""

    process: AsyncCrawlerProcess
    clock: Clock

    def __call__(
        self,
        config: Config,
        slots: Iterable[tuple[str, dt.datetime]],
        *,
        workers: int,
        replay: Sequence[Path],
        on_done: crawling.Done,
        stop: threading.Event | None,
    ) -> list[Run]:
        return _await(self._all(config, list(slots), workers, on_done))

    async def _all(
        self, config: Config, slots: Sequence[tuple[str, dt.datetime]], workers: int, on_done: crawling.Done
    ) -> list[Run]:
        free, finished = asyncio.Semaphore(workers), list[Run]()

        async def one(slug: str, slot: dt.datetime) -> None:
            async with free:
                with open_database(config.database_url) as database:
                    begun = setup.begin(config, database, slug, slot=slot, now=self.clock(), clock=self.clock)
                    run = None
                    if begun is not None:
                        await self.process.crawl("portal", context=begun)
                        run = crawling.close_run(begun)
                finished.extend([run] if run else [])
                on_done(slug, run)

        await asyncio.gather(*(one(slug, slot) for slug, slot in slots))
        return finished


def _await(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that the reactor runs while this thread waits."""

    def begun() -> Deferred[T]:
        return Deferred.fromFuture(asyncio.ensure_future(coroutine))

    given: T = blockingCallFromThread(reactor(), begun)  # type: ignore[arg-type]
    return given
