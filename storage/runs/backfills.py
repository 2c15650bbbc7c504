"""Backfills: their ranges, the listing pages read and waiting, and the entries still to be archived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, cast

import cattrs
from attrs import frozen
from sqlalchemy import case, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from policy.errors import ArchiveError
from policy.records import Entry
from policy.records.runs import MAX_ATTEMPTS, Backfill, BackfillState, SectionProgress
from storage.database import insert_unless_there
from storage.tables import AliasRow, ArticleRow, BackfillEntryRow, BackfillPageRow, BackfillRow

_AT_ONCE = 500
_walks = cattrs.Converter()
_walks.register_structure_hook(dt.date, lambda day, _: dt.date.fromisoformat(day))
_walks.register_unstructure_hook(dt.date, dt.date.isoformat)


@frozen(kw_only=True)
class ListingPages:
    """The pages of a listing: those ``read``, in order, and those ``waiting``, in order, each with its
    count of failed fetches."""

    read: tuple[str, ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()


# ------------------------------------------------------------------ backfills


def create_backfill(
    session: Session,
    portal: str,
    sections: Sequence[str],
    since: dt.date,
    until: dt.date,
    now: dt.datetime,
    *,
    listing_pages: int | None = None,
) -> Backfill:
    """Open a backfill; raises ArchiveError if the portal has an open one."""
    row = insert_unless_there(
        session,
        BackfillRow,
        portal=portal,
        sections=list(sections),
        since=since,
        until=until,
        listing_pages=listing_pages,
        state="open",
        started=now,
        walked={},
    )
    if row is None:
        raise ArchiveError(f"{portal}: a backfill is open already")
    return backfill(session, row)


def backfill(session: Session, backfill_id: int) -> Backfill:
    """A backfill; raises ArchiveError if it does not exist."""
    row = session.get(BackfillRow, backfill_id, populate_existing=True)
    if row is None:
        raise ArchiveError(f"backfill {backfill_id}: no such backfill")
    return _record(session, row)


def open_backfill_of(session: Session, portal: str) -> Backfill | None:
    """The open backfill of a portal."""
    query = select(BackfillRow).where(BackfillRow.portal == portal, BackfillRow.state == "open")
    row = session.scalar(query)
    return _record(session, row) if row else None


def list_backfills(session: Session, *, only_open: bool = False, limit: int = 200) -> list[Backfill]:
    """The newest backfills first."""
    query = select(BackfillRow).order_by(BackfillRow.id.desc()).limit(limit)
    rows = session.scalars(query.where(BackfillRow.state == "open") if only_open else query)
    return [_record(session, row) for row in rows]


def backfills_of_day(session: Session, first: dt.datetime, last: dt.datetime) -> list[Backfill]:
    """The backfills that are open, or whose last run lies in [first, last)."""
    query = select(BackfillRow).order_by(BackfillRow.portal, BackfillRow.id)
    at_work = (BackfillRow.state == "open") | ((BackfillRow.ran >= first) & (BackfillRow.ran < last))
    return [_record(session, row) for row in session.scalars(query.where(at_work))]


def record_run(session: Session, backfill_id: int, now: dt.datetime) -> None:
    """Save the time of the backfill's newest run."""
    session.execute(update(BackfillRow).where(BackfillRow.id == backfill_id).values(ran=now))


def close_backfill(session: Session, backfill_id: int, state: BackfillState, now: dt.datetime) -> Backfill:
    """Close a backfill in its final state and delete its listing pages."""
    still_open = (BackfillRow.id == backfill_id, BackfillRow.state == "open")
    session.execute(update(BackfillRow).where(*still_open).values(state=state, finished=now))
    session.execute(delete(BackfillPageRow).where(BackfillPageRow.backfill_id == backfill_id))
    return backfill(session, backfill_id)


def _record(session: Session, row: BackfillRow) -> Backfill:
    entries, archived, failed = session.execute(_counts(row.id)).one()
    return Backfill(
        id=row.id,
        portal=row.portal,
        sections=tuple(row.sections),
        since=row.since,
        until=row.until,
        listing_pages=row.listing_pages,
        state=cast("BackfillState", row.state),  # only this module writes it
        started=row.started,
        ran=row.ran,
        finished=row.finished,
        walked={section: _walks.structure(each, SectionProgress) for section, each in row.walked.items()},
        entries=entries,
        archived=archived or 0,
        failed=failed or 0,
    )


def _counts(backfill_id: int) -> Any:
    archived, given_up = _archived(backfill_id), BackfillEntryRow.tries >= MAX_ATTEMPTS
    return select(
        func.count(),
        func.sum(case((archived, 1), else_=0)),
        func.sum(case((~archived & given_up, 1), else_=0)),
    ).where(BackfillEntryRow.backfill_id == backfill_id)


def _archived(backfill_id: int) -> Any:
    """Whether an entry's article is archived, by whichever run."""
    portal = select(BackfillRow.portal).where(BackfillRow.id == backfill_id).scalar_subquery()
    own = exists().where(ArticleRow.portal == portal, ArticleRow.key == BackfillEntryRow.key)
    return own | exists().where(AliasRow.portal == portal, AliasRow.key == BackfillEntryRow.key)


# ------------------------------------------------------------------ listings


def listing_pages(session: Session, backfill_id: int, section: str) -> ListingPages:
    """The pages of a section's listing."""
    of_section = (BackfillPageRow.backfill_id == backfill_id, BackfillPageRow.section == section)
    rows = session.scalars(select(BackfillPageRow).where(*of_section)).all()
    read = sorted((row.number, row.url) for row in rows if row.number is not None)
    waiting = sorted((row.place, row.url, row.tries) for row in rows if row.number is None)
    return ListingPages(
        read=tuple(url for _, url in read), waiting=tuple((url, tries) for _, url, tries in waiting)
    )


def save_page(session: Session, backfill_id: int, section: str, url: str, number: int) -> None:
    """Save that a page was read as the ``number``-th of its listing; a page read before keeps its number."""
    of_page = _page(backfill_id, section, url)
    row = session.scalar(select(BackfillPageRow).where(*of_page))
    if row is None:
        place = {"number": number, "place": 0, "tries": 0}
        session.add(BackfillPageRow(backfill_id=backfill_id, section=section, url=url, **place))
    elif row.number is None:
        row.number = number
    session.flush()


def save_waiting_pages(
    session: Session, backfill_id: int, section: str, urls: Iterable[tuple[str, int]], *, read: Iterable[str]
) -> None:
    """Replace the waiting pages of a section, in order, with their counts of failed fetches. Pages in
    ``read`` stay read."""
    waits = (BackfillPageRow.backfill_id == backfill_id, BackfillPageRow.section == section)
    session.execute(delete(BackfillPageRow).where(*waits, BackfillPageRow.number.is_(None)))
    before = set(read)
    rows = [
        {"backfill_id": backfill_id, "section": section, "url": url, "place": place, "tries": tries}
        for place, (url, tries) in enumerate(urls)
        if url not in before
    ]
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(BackfillPageRow), rows[start : start + _AT_ONCE])


def record_page_failure(session: Session, backfill_id: int, section: str, url: str) -> None:
    """Count a failed fetch of a waiting page."""
    tried = update(BackfillPageRow).where(*_page(backfill_id, section, url))
    session.execute(tried.values(tries=BackfillPageRow.tries + 1))


def save_walked(session: Session, backfill_id: int, section: str, walked: SectionProgress) -> None:
    """Save how far a section's listing was read."""
    row = session.get_one(BackfillRow, backfill_id, with_for_update=True)
    row.walked = {**row.walked, section: _walks.unstructure(walked)}
    session.flush()


def _page(backfill_id: int, section: str, url: str) -> tuple[Any, ...]:
    ours = (BackfillPageRow.backfill_id == backfill_id, BackfillPageRow.section == section)
    return (*ours, BackfillPageRow.url == url)


# ------------------------------------------------------------------ entries


def add_entries(session: Session, backfill_id: int, section: str, entries: Iterable[Entry]) -> None:
    """Add entries to be archived; those already added from another page or section are skipped."""
    for entry in entries:
        insert_unless_there(
            session,
            BackfillEntryRow,
            backfill_id=backfill_id,
            key=entry.key,
            section=section,
            url=entry.url,
            title=entry.title,
            listed_on=entry.listed_on,
            tries=0,
        )


def pending_entries(session: Session, backfill_id: int, *, after: str = "", limit: int) -> list[Entry]:
    """Entries that are neither archived nor given up, after a key."""
    query = (
        select(BackfillEntryRow)
        .where(
            BackfillEntryRow.backfill_id == backfill_id,
            BackfillEntryRow.tries < MAX_ATTEMPTS,
            BackfillEntryRow.key > after,
            ~_archived(backfill_id),
        )
        .order_by(BackfillEntryRow.key)
        .limit(limit)
    )
    return [
        Entry(url=row.url, key=row.key, title=row.title, listed_on=row.listed_on)
        for row in session.scalars(query)
    ]


def record_failure(session: Session, backfill_id: int, key: str) -> None:
    """Count a failed fetch of an entry's article."""
    ours = (BackfillEntryRow.backfill_id == backfill_id, BackfillEntryRow.key == key)
    session.execute(update(BackfillEntryRow).where(*ours).values(tries=BackfillEntryRow.tries + 1))
