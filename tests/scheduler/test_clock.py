"""The clock outlives what happens in a look."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import astuple, field, frozen
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config, PortalConfig
from crawler import portals
from scheduler import Clock
from storage.database import Database, open_database, upgrade


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


def test_a_database_that_is_away_for_a_while_does_not_stop_the_clock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'polarchive.db'}"
    upgrade(url)
    far = (dt.datetime.now(dt.UTC).month + 5) % 12 + 1
    yearly = PortalConfig(cron=f"0 0 15 {far} *")
    clocks = dict.fromkeys(portals.load(("crawler.portals",)), yearly)
    with open_database(url) as there:
        database = AwayAtFirst(*astuple(there, recurse=False), away=[1, 2])
        config = Config(home=tmp_path, contact="clock@example.org", portals=clocks)
        clock = Clock(config, database, lambda night, last: None, after_failure=dt.timedelta(milliseconds=50))
        running = threading.Thread(target=clock.run)
        running.start()
        looked = database.back.wait(timeout=10)
        clock.stop()
        running.join()
    assert looked
