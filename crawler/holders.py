"""Portals that a run of another kind holds: which, since when, and waiting until it ends."""

from __future__ import annotations

import threading
from collections.abc import Collection

from sqlalchemy.orm import Session

from config import Config
from crawler import clock, lease
from crawler.halt import halted
from policy.dates import SHANGHAI
from policy.runs import Run, RunKind
from storage import runs
from storage.database import Database

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
    return {slug: run for slug, run in runs.running(session).items() if run.kind != "crawl"}


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
    while slugs and not (stop.is_set() or halted(config)):
        lease.close_lost(config, database, clock.now())
        with database.read() as session:
            found = frozenset(slugs) - blocking_runs(session).keys()
        if found:
            return found
        stop.wait(_LOOK)
    return frozenset()
