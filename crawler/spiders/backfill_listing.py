"""How a back-fill reads a section's listing: which page next, which entries are of its range, when to stop.

Listings are roughly newest first: a document of the range may stand anywhere among others, so no page is
skipped and no row of another year ends the walk. It has passed its range when so many whole pages in a
row are older. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field, frozen

from crawler.portal import Section
from crawler.urls import alike
from policy.records import Entry, Listing
from policy.records.backfills import MAX_ATTEMPTS, SectionProgress, WalkState

PASSED = 3
"""So many whole pages in a row older than the range say that the listing has passed it."""
STALE = 3
"""So many pages in a row without a row that was not shown before are a pager that leads in circles."""
LOST = 3
"""After so many pages in a row that could not be read, no more is asked of the listing in this run."""
OVERLAP = 2
"""So many pages before the place where the last run stopped are read again: rows that were taken away
meanwhile have moved what stood behind them towards the front."""
MOST = 5000
"""Pages of one listing."""


@frozen(kw_only=True)
class ListingFrontier:
    """What is known of a listing's pages: those ``read``, in that order, those that are ``waiting``, in the
    order in which they are to be read, and how often some of them could not be."""

    read: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    tries: Mapping[str, int] = field(factory=dict)


@define(kw_only=True)
class ListingWalk:
    """One listing, from its first page on, in one run."""

    section: Section
    since: dt.date
    until: dt.date
    most: int | None = None
    frontier: ListingFrontier = field(factory=ListingFrontier)
    walked: SectionProgress = field(factory=SectionProgress)

    asked: str = field(init=False)
    """The page that is under way."""
    waiting: tuple[str, ...] = field(init=False)
    tries: dict[str, int] = field(init=False)
    state: WalkState = field(init=False)
    pages: int = field(init=False)
    known: int = field(init=False)
    oldest: dt.date | None = field(init=False)
    resumed: bool = field(init=False)
    rests: bool = field(init=False, default=False)
    """Nothing more is asked of it in this run."""
    grown: bool = field(init=False, default=False)
    """Its last page named pages that nobody knew."""
    _known: set[str] = field(init=False)
    _counted: frozenset[str] = field(init=False)
    _shown: set[str] = field(init=False, factory=set)
    _passed_by: set[str] = field(init=False, factory=set)
    _gone: set[str] = field(init=False, factory=set)
    _near: bool = field(init=False, default=False)
    _dated: bool = field(init=False)
    _older: int = field(init=False, default=0)
    _stale: int = field(init=False, default=0)
    _lost: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        again = [url for url in self.frontier.read if url != self.section.url][-OVERLAP:]
        self.asked = self.section.url
        self.waiting = (*again, *self.frontier.waiting)
        self.tries = dict(self.frontier.tries)
        self.state, self.pages = self.walked.state, self.walked.pages
        self.known, self.oldest = self.walked.known, self.walked.oldest
        self.resumed = bool(self.frontier.read)
        self._counted = frozenset(map(alike, self.frontier.read))
        self._known = {alike(self.section.url), *self._counted, *map(alike, self.waiting)}
        self._dated = self.oldest is not None

    # -------------------------------------------------------------- where it stands

    @property
    def report(self) -> SectionProgress:
        """How far it came."""
        return SectionProgress(
            state=self.state,
            pages=self.pages,
            waiting=len(self._left()),
            known=self.known,
            oldest=self.oldest,
        )

    @property
    def shown(self) -> int:
        """How many entries it has shown in this run."""
        return len(self._shown)

    @property
    def begins(self) -> bool:
        """Whether its page is the first one with rows, which promises how many it has."""
        return not self.resumed and not self._shown

    def following(self) -> str | None:
        """The next page to ask for in this run, which is under way from now on."""
        if self.rests or self.state != "walking":
            return None
        found = next((url for url in self._left() if url not in self._passed_by), None)
        self.asked = found or self.asked
        return found

    def _left(self) -> list[str]:
        return [url for url in self.waiting if self.tries.get(url, 0) < MAX_ATTEMPTS]

    # -------------------------------------------------------------- a page came

    def take(self, listing: Listing) -> tuple[Entry, ...]:
        """The page under way was read: its entries that are of the range, each at the first page that
        shows it. Rows that lead to other sites say by their days how far it came, too."""
        again = self.resumed and alike(self.asked) == alike(self.section.url)
        rows = (*listing.entries, *listing.elsewhere)
        fresh = [entry for entry in rows if (entry.key or entry.url) not in self._shown]
        self._shown |= {entry.key or entry.url for entry in fresh}
        self.pages += alike(self.asked) not in self._counted
        self._arrive(listing.more)
        self._lost = 0
        days = [entry.listed_on for entry in fresh if entry.listed_on]
        self.oldest = min([*days, *([self.oldest] if self.oldest else [])], default=None)
        self._dated = self._dated or bool(days)
        self._near = min(days) <= self.until and max(days) >= self.since if days else self._near
        if not (listing.rowless or again):
            self._count(fresh, days)
        chosen = tuple(entry for entry in fresh if entry.key and self._is_wanted(entry))
        self._close()
        return chosen

    def _count(self, fresh: Sequence[Entry], days: Sequence[dt.date]) -> None:
        self._stale = 0 if fresh else self._stale + 1
        if days and max(days) < self.since:
            self._older += 1
        elif fresh:
            self._older = 0

    def _is_wanted(self, entry: Entry) -> bool:
        if entry.listed_on:
            return self.since <= entry.listed_on <= self.until
        return self._near if self._dated else self.most is not None

    def _arrive(self, more: Iterable[str]) -> None:
        left = tuple(url for url in self.waiting if url != self.asked)
        self.waiting = merged(left, [url for url in more if self._may_hold(url)], self._known)[:MOST]
        self.grown = len(self.waiting) > len(left)

    def _may_hold(self, url: str) -> bool:
        """Whether a page may have rows of the range, as far as its address says: the archive of a year
        has those of its own year, and of the one before that came late."""
        year = self.section.listing.year_of(url)
        return year is None or self.since.year <= year <= self.until.year + 1

    def _close(self) -> None:
        if self._shown and not self._dated and self.most is None:
            self.state = "undated"
        elif self._older >= PASSED:
            self.state = "passed"
        elif self._stale >= STALE:
            self.state = "loops"
        elif self.most is not None and self.pages >= self.most:
            self.state = "bounded"
        elif self.pages >= MOST:
            self.state = "endless"
        elif not set(self._left()) - self._gone:
            lost = any(tried >= MAX_ATTEMPTS for tried in self.tries.values())
            self.state = "cut" if self._gone else "unread" if lost else "ended"

    # -------------------------------------------------------------- a page did not come

    def lose(self, *, gone: bool) -> None:
        """The page under way could not be read; ``gone``: the portal says that there is none, or it is
        without a row. The first page is needed for all others."""
        if self.asked not in self.waiting:
            self.rests = True
            return
        self.tries[self.asked] = self.tries.get(self.asked, 0) + 1
        self._passed_by.add(self.asked)
        self._gone |= {self.asked} if gone else set()
        self._lost += 1
        if self._lost >= LOST and self._passed_by == self._gone:
            self.state = "cut"
        elif self._lost >= LOST:
            self.rests = True
        else:
            self._close()

    def rest(self) -> None:
        """Nothing more can be asked of the portal in this run."""
        self.rests = True


def merged(waiting: Sequence[str], more: Iterable[str], known: set[str]) -> tuple[str, ...]:
    """The pages that wait with those that another one names and that are not ``known``; then they are.

    What is new stands behind the page it follows there: a pager that grew has its new last page last. What
    follows none goes before all others: first a year's pages, then the next year.
    """
    held, behind, before = set(waiting), defaultdict[str, list[str]](list), ""
    for url in more:
        if url in held:
            before = url
        elif (name := alike(url)) not in known:
            known.add(name)
            behind[before].append(url)
    if not behind:
        return tuple(waiting)
    return (*behind[""], *(url for each in waiting for url in (each, *behind[each])))
