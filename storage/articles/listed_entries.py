"""What a portal's listings have shown, section by section: a set, since rows appear in the middle too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, cast

from attrs import frozen
from sqlalchemy import Table, case, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from policy.records import Entry
from storage.tables import AliasRow, ArticleRow, ListedRow

_AT_ONCE = 500
_PATIENCE = 7
"""So many times an article that does not come is asked for in every run; then with growing pauses."""
_LONGEST = 30
"""Days between two tries at most."""


@frozen(kw_only=True)
class ListedEntry:
    """An entry as it was shown last. ``due``: it is wanted, not archived, and asked for from this day on."""

    section: str
    entry: Entry
    due: dt.date | None = None
    silent: bool = False
    tries: int = 0


def listed_before(
    session: Session, portal: str, section: str, keys: Collection[str]
) -> dict[str, ListedEntry]:
    """Those of these keys that the section has shown before."""
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
    """A listing page of ``at`` shows these. The ``wanted`` among them, which may be quiet, are asked for
    from ``due`` on until they are archived."""
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
    """Entries that are wanted and were never archived, behind a key and section."""
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
    """A wanted article could not be had: it is asked for again, with growing pauses."""
    wanted = (ListedRow.portal == portal, ListedRow.key == key, ListedRow.due.is_not(None))
    for row in session.scalars(select(ListedRow).where(*wanted)):
        row.tries += 1
        rest = min(2 ** min(row.tries - _PATIENCE, 10), _LONGEST) if row.tries >= _PATIENCE else 0
        row.due = today + dt.timedelta(days=rest)


def mark_archived(session: Session, portal: str) -> None:
    """What is archived is owed no more."""
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
    """A row that is there is shown again; what makes it wanted stays until it is archived."""
    table = cast("Table", ListedRow.__table__)  # every row of ours is a table's
    made: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
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
