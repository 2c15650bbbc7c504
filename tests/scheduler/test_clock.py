"""The clock outlives what happens in a look."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import astuple, field, frozen
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config, PortalConfig, Schedule
from crawler import portals
from scheduler import Clock
from services.nightly import Night
from storage.database import Database


@frozen
class AwayAtFirst(Database):
    """A database that cannot be reached for the first looks."""

    away: list[int] = field(factory=list)
    back: threading.Event = field(factory=threading.Event)

    @contextmanager
    def read(self) -> Iterator[Session]:
        if self.away:
            self.away.pop()
            raise OperationalError("BEGIN", {}, Exception("the server is starting up"))
        with Database.read(self) as session:
            yield session
        self.back.set()


def test_a_database_that_is_away_for_a_while_does_not_stop_the_clock(
    tmp_path: Path, database: Database
) -> None:
    far = (dt.datetime.now(dt.UTC).month + 5) % 12 + 1
    yearly = PortalConfig(cron=f"0 0 15 {far} *")
    clocks = dict.fromkeys(portals.load(("crawler.portals",)), yearly)
    away = AwayAtFirst(*astuple(database, recurse=False), away=[1, 2])
    config = Config(home=tmp_path, contact="clock@example.org", portals=clocks)
    clock = Clock(config, away, lambda night, last: None, after_failure=dt.timedelta(milliseconds=50))
    running = threading.Thread(target=clock.run)
    running.start()
    looked = away.back.wait(timeout=10)
    clock.stop()
    running.join()
    assert looked


def test_once_mails_its_night_though_other_portals_become_due_in_it(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = dt.datetime(2026, 3, 2, 14, tzinfo=dt.UTC)
    moments = [evening]

    def an_hour_long(*given: object, **named: object) -> Night:
        moments.append(evening + dt.timedelta(hours=1))
        return Night(elsewhere=("bjx",))

    monkeypatch.setattr("scheduler.utc_now", lambda: moments[-1])
    monkeypatch.setattr("scheduler.nightly.run_night", an_hour_long)
    told = list[bool]()
    config = Config(home=tmp_path, contact="clock@example.org", schedule=Schedule(cron="0 * * * *"))
    Clock(config, database, lambda night, last: told.append(last)).once()
    assert told == [True]
