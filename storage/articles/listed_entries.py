"""Entries of a portal's listings, by section. Stored as a set, because rows may appear in the middle of a
listing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, cast

from attrs import frozen
from sqlalchemy import Table, case, exists, func, select, update
from sqlalchemy.orm import Session

from policy.records import Entry
from storage.database import dialect_insert
from storage.tables import AliasRow, ArticleRow, ListedRow

_AT_ONCE = 500
_PATIENCE = 7
"""After this many failed fetches an article is requested with growing pauses, not in every run."""
_LONGEST = 30
"""The longest pause between two tries, in days."""


@frozen(kw_only=True)
class ListedEntry:
    """An entry as last listed. ``due`` is set while it is wanted and not archived: the day of the next
    request."""

    section: str
    entry: Entry
    due: dt.date | None = None
    silent: bool = False
    tries: int = 0


def listed_before(
    session: Session, portal: str, section: str, keys: Collection[str]
) -> dict[str, ListedEntry]:
    """Those of these keys that the section listed before."""
    of_section = select(ListedRow).where(ListedRow.portal == portal, ListedRow.section == section)
    return {
        row.key: _record(row)
        for some in _batches(keys)
        for row in session.scalars(of_section.where(ListedRow.key.in_(some)))
    }


def save_listed(
    session: Session,
    portal: str,
    section: str,
    entries: Iterable[Entry],
    at: dt.datetime,
    *,
    wanted: Mapping[str, bool] | None = None,
    due: dt.date | None = None,
) -> None:
    """Save the entries of a listing page fetched at ``at``. The ``wanted`` ones (whether silent, by key)
    are requested from ``due`` on until they are archived."""
    asked = wanted or {}
    rows = [
        {
            "portal": portal,
            "section": section,
            "key": entry.key,
            "url": entry.url,
            "title": entry.title,
            "listed_on": entry.listed_on,
            "first_listed": at,
            "last_listed": at,
            "due": due if entry.key in asked else None,
            "silent": asked.get(entry.key, False),
            "tries": 0,
        }
        for entry in {entry.key: entry for entry in entries}.values()
    ]
    statement = _upsert(session.get_bind().dialect.name)
    for some in _batches(rows):
        session.connection().execute(statement, some)


def pending_entries(
    session: Session, portal: str, today: dt.date, *, after: tuple[str, str] = ("", ""), limit: int
) -> list[ListedEntry]:
    """Entries that are wanted and not archived, after a key and section."""
    key, section = after
    behind = (ListedRow.key > key) | ((ListedRow.key == key) & (ListedRow.section > section))
    query = (
        select(ListedRow)
        .where(ListedRow.portal == portal, ListedRow.due <= today, behind, ~_archived())
        .order_by(ListedRow.key, ListedRow.section)
        .limit(limit)
    )
    return [_record(row) for row in session.scalars(query)]


def record_failure(session: Session, portal: str, key: str, today: dt.date) -> None:
    """Record that a wanted article could not be fetched; it is requested again, with growing pauses."""
    wanted = (ListedRow.portal == portal, ListedRow.key == key, ListedRow.due.is_not(None))
    for row in session.scalars(select(ListedRow).where(*wanted)):
        row.tries += 1
        rest = min(2 ** min(row.tries - _PATIENCE, 10), _LONGEST) if row.tries >= _PATIENCE else 0
        row.due = today + dt.timedelta(days=rest)


def mark_archived(session: Session, portal: str) -> None:
    """Mark the archived articles of a portal as no longer wanted."""
    paid = update(ListedRow).where(ListedRow.portal == portal, ListedRow.due.is_not(None), _archived())
    session.execute(paid.values(due=None, tries=0).execution_options(synchronize_session=False))


def _archived() -> Any:
    own = exists().where(ArticleRow.portal == ListedRow.portal, ArticleRow.key == ListedRow.key)
    return own | exists().where(AliasRow.portal == ListedRow.portal, AliasRow.key == ListedRow.key)


def _record(row: ListedRow) -> ListedEntry:
    entry = Entry(url=row.url, key=row.key, title=row.title, listed_on=row.listed_on)
    return ListedEntry(section=row.section, entry=entry, due=row.due, silent=row.silent, tries=row.tries)


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


@cache
def _upsert(dialect: str) -> Any:
    """The statement that inserts or updates an entry; ``due`` and ``silent`` stay until it is archived."""
    table = cast("Table", ListedRow.__table__)  # every row of ours is a table's
    made = dialect_insert(table, dialect)
    new, old = made.excluded, table.c
    return made.on_conflict_do_update(
        index_elements=["portal", "section", "key"],
        set_={
            **{name: new[name] for name in ("url", "title", "listed_on", "last_listed")},
            "due": func.coalesce(old.due, new.due),
            "silent": case((old.due.is_(None), new.silent), else_=old.silent),
        },
        where=new.last_listed >= old.last_listed,
    )
