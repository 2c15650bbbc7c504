"""The walk of a backfill through a section's listing: the next page, the entries in the range, when to stop.

Listings are roughly newest first. An entry of the range may be anywhere among others, so no page is skipped
and a single older row does not end the walk; several whole pages in a row that are older do. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field, frozen

from crawler.portal import Section
from crawler.urls import alike
from policy.records import Entry, Listing
from policy.records.runs import MAX_ATTEMPTS, SectionProgress, WalkState

PASSED = 3
"""Whole pages in a row older than the range after which the walk ends."""
STALE = 3
"""Pages in a row without a new row after which the pager is taken for a loop."""
FAILED = 3
"""Failed pages in a row after which the run requests no more of the listing."""
OVERLAP = 2
"""Pages before the place where the last run stopped that are read again: when rows are removed, later rows
move to earlier pages."""
MAX_PAGES = 5000
"""Pages of one listing that are read at most."""


@frozen(kw_only=True)
class ListingFrontier:
    """The pages of a listing that earlier runs have ``read``, those that are ``waiting``, both in order, and
    the failed ``tries`` of some of these."""

    read: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    tries: Mapping[str, int] = field(factory=dict)


@define(kw_only=True)
class ListingWalk:
    """The walk through one listing in one run, from its first page."""

    section: Section
    since: dt.date
    until: dt.date
    max_pages: int | None = None
    frontier: ListingFrontier = field(factory=ListingFrontier)
    walked: SectionProgress = field(factory=SectionProgress)

    current: str = field(init=False)
    """The page that was requested last."""
    waiting: tuple[str, ...] = field(init=False)
    tries: dict[str, int] = field(init=False)
    state: WalkState = field(init=False)
    pages: int = field(init=False)
    archived: int = field(init=False)
    """Entries of the range whose article the archive has."""
    oldest: dt.date | None = field(init=False)
    resumed: bool = field(init=False)
    is_paused: bool = field(init=False, default=False)
    """The run requests no more pages of it."""
    grown: bool = field(init=False, default=False)
    """Its last page linked to new pages."""
    _linked: set[str] = field(init=False)
    _counted: frozenset[str] = field(init=False)
    _shown: set[str] = field(init=False, factory=set)
    _failed: set[str] = field(init=False, factory=set)
    _gone: set[str] = field(init=False, factory=set)
    _in_range: bool = field(init=False, default=False)
    _dated: bool = field(init=False)
    _older: int = field(init=False, default=0)
    _stale: int = field(init=False, default=0)
    _failures: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        reread = [url for url in self.frontier.read if url != self.section.url][-OVERLAP:]
        self.current = self.section.url
        self.waiting = (*reread, *self.frontier.waiting)
        self.tries = dict(self.frontier.tries)
        self.state, self.pages = self.walked.state, self.walked.pages
        self.archived, self.oldest = self.walked.archived, self.walked.oldest
        self.resumed = bool(self.frontier.read)
        self._counted = frozenset(map(alike, self.frontier.read))
        self._linked = {alike(self.section.url), *self._counted, *map(alike, self.waiting)}
        self._dated = self.oldest is not None

    # -------------------------------------------------------------- state

    @property
    def report(self) -> SectionProgress:
        """The state of the walk, as it is stored."""
        return SectionProgress(
            state=self.state,
            pages=self.pages,
            waiting=len(self._left()),
            archived=self.archived,
            oldest=self.oldest,
        )

    @property
    def shown(self) -> int:
        """How many entries the listing has shown in this run."""
        return len(self._shown)

    @property
    def is_first_page(self) -> bool:
        """Whether the next page is the first one with rows, for which the section declares a minimum."""
        return not self.resumed and not self._shown

    def following(self) -> str | None:
        """The next page to request in this run; sets ``current``."""
        if self.is_paused or self.state != "walking":
            return None
        url = next((url for url in self._left() if url not in self._failed), None)
        self.current = url or self.current
        return url

    def _left(self) -> list[str]:
        return [url for url in self.waiting if self.tries.get(url, 0) < MAX_ATTEMPTS]

    # -------------------------------------------------------------- a page was read

    def add_page(self, listing: Listing) -> tuple[Entry, ...]:
        """Add the current page; returns its entries in the range that no earlier page showed. The days of
        rows that lead to other sites count, too."""
        is_reread = self.resumed and alike(self.current) == alike(self.section.url)
        rows = (*listing.entries, *listing.elsewhere)
        fresh = [entry for entry in rows if (entry.key or entry.url) not in self._shown]
        self._shown |= {entry.key or entry.url for entry in fresh}
        self.pages += alike(self.current) not in self._counted
        self._add_links(listing.more)
        self._failures = 0
        days = [entry.listed_on for entry in fresh if entry.listed_on]
        self.oldest = min([*days, *([self.oldest] if self.oldest else [])], default=None)
        self._dated = self._dated or bool(days)
        self._in_range = min(days) <= self.until and max(days) >= self.since if days else self._in_range
        if not (listing.rowless or is_reread):
            self._count_page(fresh, days)
        chosen = tuple(entry for entry in fresh if entry.key and self._is_wanted(entry))
        self._update_state()
        return chosen

    def _count_page(self, fresh: Sequence[Entry], days: Sequence[dt.date]) -> None:
        self._stale = 0 if fresh else self._stale + 1
        if days and max(days) < self.since:
            self._older += 1
        elif fresh:
            self._older = 0

    def _is_wanted(self, entry: Entry) -> bool:
        if entry.listed_on:
            return self.since <= entry.listed_on <= self.until
        return self._in_range if self._dated else self.max_pages is not None

    def _add_links(self, more: Iterable[str]) -> None:
        left = tuple(url for url in self.waiting if url != self.current)
        links = [url for url in more if self._may_be_in_range(url)]
        self.waiting = merge_pages(left, links, self._linked)[:MAX_PAGES]
        self.grown = len(self.waiting) > len(left)

    def _may_be_in_range(self, url: str) -> bool:
        """Whether a page may have rows in the range, judged by the year in its address: the pages of a year
        have the rows of that year, and late ones of the year before."""
        year = self.section.listing.year_of(url)
        return year is None or self.since.year <= year <= self.until.year + 1

    def _update_state(self) -> None:
        if self._shown and not self._dated and self.max_pages is None:
            self.state = "undated"
        elif self._older >= PASSED:
            self.state = "passed"
        elif self._stale >= STALE:
            self.state = "loops"
        elif self.max_pages is not None and self.pages >= self.max_pages:
            self.state = "bounded"
        elif self.pages >= MAX_PAGES:
            self.state = "endless"
        elif not set(self._left()) - self._gone:
            has_failed = any(tried >= MAX_ATTEMPTS for tried in self.tries.values())
            self.state = "cut" if self._gone else "unread" if has_failed else "ended"

    # -------------------------------------------------------------- a page failed

    def add_failure(self, *, gone: bool) -> None:
        """The current page could not be read; ``gone``: the portal has no such page, or it has no row.
        Without the first page the walk cannot go on."""
        if self.current not in self.waiting:
            self.is_paused = True
            return
        self.tries[self.current] = self.tries.get(self.current, 0) + 1
        self._failed.add(self.current)
        self._gone |= {self.current} if gone else set()
        self._failures += 1
        if self._failures >= FAILED and self._failed == self._gone:
            self.state = "cut"
        elif self._failures >= FAILED:
            self.is_paused = True
        else:
            self._update_state()

    def pause(self) -> None:
        """Request no more pages in this run."""
        self.is_paused = True


def merge_pages(waiting: Sequence[str], links: Iterable[str], linked: set[str]) -> tuple[str, ...]:
    """The waiting pages with the links of another page that are not among ``linked``, to which they are
    added.

    A new page comes after the waiting page that it follows among the links: a pager that grew has its new
    last page last. New pages before any waiting one come first: all pages of one year, then the next year.
    """
    queued, following, previous = set(waiting), defaultdict[str, list[str]](list), ""
    for url in links:
        if url in queued:
            previous = url
        elif (name := alike(url)) not in linked:
            linked.add(name)
            following[previous].append(url)
    if not following:
        return tuple(waiting)
    return (*following[""], *(url for page in waiting for url in (page, *following[page])))
