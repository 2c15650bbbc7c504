"""Which entries of a listing page are asked for: by their days, and by what was shown before. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from attrs import frozen

from policy.records import Entry
from storage.articles.listed_entries import ListedEntry
from storage.rows import ArchivedArticle


@frozen(kw_only=True)
class ListedRow:
    """An entry and what is known of it: the article it is, and how its section showed it before."""

    entry: Entry
    known: ArchivedArticle | None = None
    listed: ListedEntry | None = None

    @property
    def key(self) -> str:
        """That of the article it is, where it is known."""
        return self.known.key if self.known else self.entry.key

    @property
    def says_otherwise(self) -> bool:
        """Whether the section prints another title or day of it than before."""
        before = self.listed.entry if self.listed else self.entry
        return (before.title, before.listed_on) != (self.entry.title, self.entry.listed_on)


@frozen(kw_only=True)
class Choice:
    """What becomes of a page's rows: which are ``asked`` for, which are remembered as ``shown``, which
    can be told by the page that follows only. ``news`` are keys neither known nor shown before."""

    asked: tuple[ListedRow, ...] = ()
    shown: tuple[ListedRow, ...] = ()
    undecided: tuple[Entry, ...] = ()
    news: frozenset[str] = frozenset()


def in_window(entry: Entry, since: dt.date | None) -> bool:
    """Whether an entry is to be fetched when new; one without a day is."""
    return since is None or entry.listed_on is None or entry.listed_on >= since


def choose(rows: Sequence[ListedRow], since: dt.date | None, today: dt.date, *, settled: bool) -> Choice:
    """Tell the rows apart. A ``settled`` section was listed by an earlier run.

    A row with a day before the window that a settled section never showed is put there afterwards, where
    a row stands behind it that was shown before; at the end of the page it may be depth that we never
    reached.
    """
    depth = max((place for place, row in enumerate(rows, start=1) if row.listed), default=0)
    undecided = [
        row
        for place, row in enumerate(rows, start=1)
        if settled and place > depth and row.known is None and not in_window(row.entry, since)
    ]
    shown = tuple(row for row in rows if row not in undecided)
    return Choice(
        asked=tuple(row for row in shown if _is_wanted(row, since, today, settled=settled)),
        shown=shown,
        undecided=tuple(row.entry for row in undecided),
        news=frozenset(row.entry.key for row in shown if not row.listed and not row.known),
    )


def _is_wanted(row: ListedRow, since: dt.date | None, today: dt.date, *, settled: bool) -> bool:
    if row.known:
        return row.known.due <= today or row.says_otherwise or row.known.withdrawn_at is not None
    if row.listed and row.listed.due:
        return row.listed.due <= today
    return in_window(row.entry, since) or (settled and row.listed is None)
