"""Reading the archive for the index: all of it, or what the change feed says is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from policy.records import Version
from storage import queries
from storage.database import Database
from storage.generations import State

_BATCH = 200


def all_articles(database: Database) -> Iterator[list[Version]]:
    """The newest version of every article, in batches."""
    after = 0
    while True:
        with database.read() as session:
            found = queries.newest_versions(session, after=after, limit=_BATCH)
        if not found:
            return
        yield found
        after = found[-1].article_id


def next_changed(database: Database, state: State) -> tuple[list[Version], int, dt.datetime] | None:
    """The newest versions of what changed next, and how far that reads."""
    with database.read() as session:
        changes = queries.changes(session, after=state.position, limit=_BATCH)
        articles = dict.fromkeys(change.article_id for change in changes)
        versions = [queries.version(session, article) for article in articles]
    if not changes:
        return None
    return [version for version in versions if version], changes[-1].id, changes[-1].at


def same_feed(database: Database, state: State) -> bool:
    """Whether the index was fed by this archive, and by no later state of it."""
    if state.position == 0:
        return True
    with database.read() as session:
        last = queries.changes(session, after=state.position - 1, limit=1)
    return [(change.id, change.at.isoformat()) for change in last] == [(state.position, state.at)]
