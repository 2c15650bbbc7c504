"""The heartbeat of a run."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import astuple, evolve
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config
from crawler import portals
from crawler.run_context import RunContext
from crawler.runs.recorder import RunObservations, RunRecorder
from storage.database import Database, open_database, upgrade
from storage.runs import leases

NIGHT = dt.datetime(2026, 11, 20, 18, 30, tzinfo=dt.UTC)


class Locked(Database):
    """A database that nobody can write to at the moment."""

    @contextmanager
    def write(self) -> Iterator[Session]:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        yield  # a generator


def test_a_heartbeat_that_cannot_be_written_is_not_the_last(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'polarchive.db'}"
    upgrade(url)
    portal = portals.get("ndrc")
    with open_database(url) as database:
        with database.write() as session:
            run = leases.claim_run(session, "ndrc", NIGHT, NIGHT)
        assert run
        context = RunContext(
            config=Config(home=tmp_path), portal=portal, sections=(), database=database, run=run
        )
        stopped: list[bool] = []

        async def beat(context: RunContext) -> None:
            RunRecorder(
                context, StatsCollector(Crawler(Spider)), RunObservations(), lambda: stopped.append(True)
            ).beat()

        asyncio.run(beat(evolve(context, database=Locked(*astuple(database, recurse=False)))))
        assert "heartbeat not written" in caplog.text
        asyncio.run(beat(context))
        with database.read() as session:
            beaten = leases.run(session, run.id).heartbeat
        assert beaten
        assert beaten > NIGHT
    assert not stopped
