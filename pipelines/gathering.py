"""What articles are to each other, told after the commit: who cites whom, and which pages are one policy.

A follower of the change feed: a crawl never waits for it, and all that it writes is derived from
the newest versions and can be made anew.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from pipelines.citable import names_of
from policy.records import Version
from storage import citations, cursors, queries
from storage.database import Database

FOLLOWER = "connections"
_WORDED = frozenset({"new_policy", "source_added", "new_version", "completed", "reextracted", "moved"})
_BATCH = 100


def follow(database: Database, progress: Callable[[int], None] = lambda _done: None) -> int:
    """Connect what the feed says is new or has other words; how many articles that were."""
    done = 0
    while (step := _step(database)) is not None:
        done += step
        progress(step)
    return done


def _step(database: Database) -> int | None:
    """One batch of the feed; None at its end."""
    with database.read() as session:
        start = cursors.cursor(session, FOLLOWER)
        changes = queries.changes(session, start, _BATCH)
        worded = dict.fromkeys(change.article_id for change in changes if change.kind in _WORDED)
        versions = [version for one in worded if (version := queries.version(session, one))]
    if not changes:
        return None
    with database.write() as session:
        if cursors.held_cursor(session, FOLLOWER) != start:
            return 0
        for version in versions:
            _connect(session, version)
        cursors.move_cursor(session, FOLLOWER, changes[-1].id)
    return len(versions)


def _connect(session: Session, version: Version) -> None:
    article = version.article
    citations.connect(session, version.article_id, names_of(article), article.references)
