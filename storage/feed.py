"""Reading the archive for the index: all of it, or what the change feed says is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from attrs import frozen

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


@frozen(kw_only=True)
class Batch:
    """What changed next: the newest versions of these articles, the numbers of those that are part of
    another now, and how far that reads."""

    versions: list[Version]
    joined: list[int]
    position: int
    at: dt.datetime


def next_changed(database: Database, state: State) -> Batch | None:
    """The next batch; None at the end of the feed."""
    with database.read() as session:
        changes = queries.changes(session, after=state.position, limit=_BATCH)
        articles = dict.fromkeys(change.article_id for change in changes)
        versions = [queries.version(session, article) for article in articles]
        joined = queries.joined(session, articles)
    if not changes:
        return None
    return Batch(
        versions=[version for version in versions if version],
        joined=joined,
        position=changes[-1].id,
        at=changes[-1].at,
    )


def same_feed(database: Database, state: State) -> bool:
    """Whether the index was fed by this archive, and by no later state of it."""
    if state.position == 0:
        return True
    with database.read() as session:
        last = queries.changes(session, after=state.position - 1, limit=1)
    return [(change.id, change.at.isoformat()) for change in last] == [(state.position, state.at)]
