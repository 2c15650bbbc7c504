"""A shell over the archive: gives each new version its keywords, after the commit."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from pipelines.keywords import extract_keywords, prepare
from policy.records import Change, Version
from storage import cursors, keywords, queries
from storage.database import Database

_WORDED = frozenset({"new_policy", "source_added", "new_version", "completed", "reextracted", "attachments"})
_FOLLOWER = "keywords"


def compute_keywords(database: Database, cache: Path | None = None, *, batch: int = 50) -> int:
    """Follow the change feed and give each new version its keywords; how many there were.

    Segmentation costs more than all else on a page: it comes after the commit, once a run. jieba
    keeps its dictionary below ``cache``, without one it is built anew.
    """
    done = 0
    while unread := _unread(database, batch):
        if cache:
            prepare(cache)
        found = [(change, _computed(version)) for change, version in unread]
        with database.write() as session:
            for change, words in found:
                if words:
                    keywords.put(session, change.article_id, change.version, words)
            if cursors.held_cursor(session, _FOLLOWER) < found[-1][0].id:
                cursors.move_cursor(session, _FOLLOWER, found[-1][0].id)
        done += len(found)
    return done


def _computed(version: Version | None) -> tuple[str, ...]:
    return extract_keywords(version.article.title.value, version.text) if version else ()


def _unread(database: Database, limit: int) -> list[tuple[Change, Version | None]]:
    with database.read() as session:
        changes = queries.changes(session, after=cursors.cursor(session, _FOLLOWER), limit=limit)
        return [(change, _version(session, change)) for change in changes]


def _version(session: Session, change: Change) -> Version | None:
    if change.kind not in _WORDED:
        return None
    return queries.version(session, change.article_id, change.version)
