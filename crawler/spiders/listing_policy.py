"""Which entries of a listing page are requested: by day, and by what the section showed before. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from attrs import frozen

from policy.records import Entry
from storage.articles.listed_entries import ListedEntry
from storage.rows import ArchivedArticle


@frozen(kw_only=True)
class ListingRow:
    """An entry, its article in the archive, and how its section showed it before."""

    entry: Entry
    article: ArchivedArticle | None = None
    listed: ListedEntry | None = None

    @property
    def key(self) -> str:
        """The key of its article if the archive has one, else of the entry."""
        return self.article.key if self.article else self.entry.key

    @property
    def has_changed(self) -> bool:
        """Whether the section shows another title or day of it than before."""
        before = self.listed.entry if self.listed else self.entry
        return (before.title, before.listed_on) != (self.entry.title, self.entry.listed_on)


@frozen(kw_only=True)
class Choice:
    """What is done with the rows of a page.

    :param requested: rows whose article is requested.
    :param shown: rows that are recorded as shown.
    :param undecided: rows for which the next page has to be read first.
    :param news: keys that are neither in the archive nor were shown before.
    """

    requested: tuple[ListingRow, ...] = ()
    shown: tuple[ListingRow, ...] = ()
    undecided: tuple[Entry, ...] = ()
    news: frozenset[str] = frozenset()


def in_window(entry: Entry, since: dt.date | None) -> bool:
    """Whether a new entry is fetched; one without a day is."""
    return since is None or entry.listed_on is None or entry.listed_on >= since


def choose(
    rows: Sequence[ListingRow], since: dt.date | None, today: dt.date, *, listed_before: bool
) -> Choice:
    """Sort the rows of a page.

    :param listed_before: whether an earlier run listed the section.

    A new row with a day before the window was inserted later if a row that was shown before follows it. At
    the end of the page it may as well be older than what was ever read, so it is undecided.
    """
    depth = max((place for place, row in enumerate(rows, start=1) if row.listed), default=0)
    undecided = [
        row
        for place, row in enumerate(rows, start=1)
        if listed_before and place > depth and row.article is None and not in_window(row.entry, since)
    ]
    shown = tuple(row for row in rows if row not in undecided)
    return Choice(
        requested=tuple(row for row in shown if _is_wanted(row, since, today, listed_before=listed_before)),
        shown=shown,
        undecided=tuple(row.entry for row in undecided),
        news=frozenset(row.entry.key for row in shown if not row.listed and not row.article),
    )


def _is_wanted(row: ListingRow, since: dt.date | None, today: dt.date, *, listed_before: bool) -> bool:
    if row.article:
        return row.article.due <= today or row.has_changed or row.article.withdrawn_at is not None
    if row.listed and row.listed.due:
        return row.listed.due <= today
    return in_window(row.entry, since) or (listed_before and row.listed is None)
