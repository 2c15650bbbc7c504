"""Availability of an article's page: seen, missing, withdrawn, restored; and when it is revisited.

All functions work in the caller's transaction, on a locked row.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from policy.documents.dates import calendar_day
from policy.records import Change
from policy.rules.revisit import is_counted, next_visit, next_visit_of_withdrawn
from storage.articles import relocation
from storage.articles.changes import record_change
from storage.tables import ArticleRow
from storage.writes import lock_article


def set_seen(
    session: Session, row: ArticleRow, at: dt.datetime, run_id: int | None = None
) -> tuple[Change, ...]:
    """Record that the page existed at ``at``. A withdrawn article is ``restored``; returns that change."""
    row.first_seen, row.last_seen = min(row.first_seen, at), max(row.last_seen, at)
    if row.missing_since is None or row.missing_since > at:
        return ()
    withdrawn = row.withdrawn_at is not None
    row.missing_since = row.missed_on = row.withdrawn_at = None
    return (record_change(session, row, "restored", at, run_id),) if withdrawn else ()


def schedule_revisit(row: ArticleRow, at: dt.datetime) -> None:
    """Set the day of the next visit, after the article's text was found unchanged or saved."""
    if at >= row.last_seen:  # a replay of an older night changes nothing
        row.due = next_visit(
            row.key, calendar_day(at), stands_since=row.stands_since or calendar_day(row.newest_at)
        )


def mark_seen(session: Session, portal: str, key: str, at: dt.datetime, run_id: int | None = None) -> bool:
    """Record that a listing or a response shows the article still exists; False if it is not archived."""
    row = lock_article(session, portal, key)
    if row is not None:
        set_seen(session, row, at, run_id)
    return row is not None


def mark_unchanged(
    session: Session, portal: str, key: str, at: dt.datetime, run_id: int | None = None
) -> bool:
    """Record that the server answered that the page has not changed; False if it is not archived."""
    row = lock_article(session, portal, key)
    if row is not None:
        set_seen(session, row, at, run_id)
        schedule_revisit(row, at)
        row.looks, row.validated = row.looks + 1, True
    return row is not None


def mark_gone(
    session: Session,
    portal: str,
    key: str,
    at: dt.datetime,
    *,
    night: dt.date | None = None,
    believed: bool = True,
    run_id: int | None = None,
) -> Change | None:
    """Record that the article's page does not exist; returns the change if it is ``withdrawn`` or
    ``moved``.

    It is withdrawn once it was missing on two different nights (``night``: by default the day of ``at``)
    and not seen in between. If another article of the portal has its text at another address, it ``moved``
    there instead. With ``believed=False`` only the missing page is recorded. A visit before the article
    was last seen is ignored.
    """
    row = lock_article(session, portal, key)
    if row is None or at < row.last_seen:
        return None
    row.missing_since = row.missing_since or at
    if row.withdrawn_at is not None:
        row.due = next_visit_of_withdrawn(key, calendar_day(at), withdrawn=calendar_day(row.withdrawn_at))
        return None
    row.due = calendar_day(at)
    if not is_counted(believed=believed, missing_since=row.missing_since, at=at):
        return None
    night = night or calendar_day(at)
    if row.missed_on is None or night <= row.missed_on:
        row.missed_on = row.missed_on or night
        return None
    if (twin := relocation.find_successor(session, row)) is not None:
        return relocation.merge_articles(session, row, twin, "same words", at, run_id)
    row.withdrawn_at = at
    row.due = next_visit_of_withdrawn(key, calendar_day(at), withdrawn=calendar_day(at))
    return record_change(session, row, "withdrawn", at, run_id)
