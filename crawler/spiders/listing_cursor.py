"""Fetching listings and articles page by page: which entries are requested, and the state so far. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from typing import Self

from attrs import evolve, field, frozen

from crawler.portal import Section
from crawler.urls import alike
from pipelines.items import ExtractedArticle
from policy.records import Capture, Entry, Listing, Page
from policy.rules.extraction import Validators
from policy.rules.identity import Alias, Proof
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


# ------------------------------------------------------------------ state of a fetch of several pages


MOST_PAGES = 500
"""Pages of one listing or article that are requested at most; more pages are taken for a loop."""
SHALLOW_PAGES = 2
"""Pages of a listing that are read every night, whatever they show."""


@frozen(kw_only=True)
class _Path:
    """The requested addresses, and those to request next, in order. None is requested twice."""

    requested: frozenset[str] = field(factory=frozenset)
    waiting: tuple[str, ...] = ()

    def requesting(self, url: str) -> Self:
        """The same with ``url`` requested."""
        return evolve(self, requested=self.requested | {alike(url)})

    def with_urls(self, urls: Iterable[str]) -> Self:
        """The same with more addresses at the end of the queue."""
        return evolve(self, waiting=tuple(dict.fromkeys((*self.waiting, *urls))))

    @property
    def following(self) -> str | None:
        """The next address to request."""
        if len(self.requested) >= MOST_PAGES:
            return None
        return next((url for url in self.waiting if alike(url) not in self.requested), None)


@frozen(kw_only=True)
class ListingCursor(_Path):
    """A section's listing that is read page by page.

    :param deep: read it to the end of the window, not only until a page without news.
    :param keys: the articles it has shown.
    :param undecided: its last rows, for which the next page has to be read first.
    """

    section: Section
    deep: bool = True
    keys: frozenset[str] = field(factory=frozenset)
    pages: int = 0
    undecided: tuple[Entry, ...] = ()

    def fresh(self, listing: Listing) -> tuple[Entry, ...]:
        """The entries of a page that no earlier page showed, the first one of each key."""
        first = {entry.key: entry for entry in reversed(listing.entries) if entry.key not in self.keys}
        return tuple(reversed(first.values()))

    def read(self, listing: Listing, choice: Choice, since: dt.date | None) -> ListingCursor:
        """The cursor after a page. It ends at a page that shows nothing new inside the window; one that is
        not deep ends, after its first pages, at a page without news.

        The pages that a page links to come first in the queue: all pages of one year, then the next year.
        """
        fresh = self.fresh(listing)
        pages = self.pages + (not listing.rowless)
        keys = self.keys | {entry.key for entry in fresh}
        cursor = evolve(self, keys=keys, pages=pages, undecided=choice.undecided)
        goes_on = any(in_window(entry, since) for entry in fresh) and (
            self.deep or choice.news or pages < SHALLOW_PAGES
        )
        if not (listing.rowless or goes_on):
            return evolve(cursor, waiting=())
        return evolve(cursor, waiting=tuple(dict.fromkeys((*listing.more, *cursor.waiting))))

    @property
    def endless(self) -> bool:
        """Whether the listing has more pages than are requested."""
        return len(self.requested) >= MOST_PAGES and any(
            alike(url) not in self.requested for url in self.waiting
        )


@frozen(kw_only=True)
class RelocationCandidate:
    """A page with the words of known articles at other addresses: it is the one of them that is gone there.

    :param item: the page.
    :param waiting: the articles whose addresses are still to be checked.
    :param current: the article whose address is being checked.
    :param gone: the articles that are not at their address, each with the evidence.
    """

    item: ExtractedArticle
    waiting: tuple[ArchivedArticle, ...] = ()
    current: ArchivedArticle | None = None
    gone: tuple[tuple[ArchivedArticle, Proof], ...] = ()

    @property
    def next(self) -> RelocationCandidate:
        """The candidate while the next article is checked."""
        return evolve(self, current=self.waiting[0], waiting=self.waiting[1:])

    def without(self, evidence: Proof) -> RelocationCandidate:
        """The candidate once the checked article turned out to be gone."""
        assert self.current is not None  # noqa: S101 -- see next
        return evolve(self, gone=(*self.gone, (self.current, evidence)))

    def resolve(self, present: Container[str]) -> ExtractedArticle:
        """The page as the one article that is gone and not ``present`` at another address; as a new article
        if there are several or none."""
        item, matches = self.item, [pair for pair in self.gone if pair[0].key not in present]
        if len(matches) != 1:
            return item
        (known, evidence), article = matches[0], item.article
        alias = Alias(key=article.key, url=article.url, evidence=evidence)
        article = evolve(article, key=known.key)
        return evolve(item, article=article, archived=True, aliases=(*item.aliases, alias))


@frozen(kw_only=True)
class ArticleFetch(_Path):
    """An article that is being fetched page by page.

    :param is_archived: whether the archive has it.
    :param missing: its pages that could not be fetched.
    :param validators: those of its page in the archive, for a conditional request.
    :param archived_url: its address in the archive; empty for a new article.
    :param is_redirected: whether that address redirects to another article's.
    :param candidate: a page that is this article if it is gone from its address.
    """

    url: str
    key: str
    entry: Entry | None = None
    is_archived: bool = False
    silent: bool = False
    pages: tuple[Page, ...] = ()
    captures: tuple[Capture, ...] = ()
    missing: tuple[str, ...] = ()
    validators: Validators | None = None
    archived_url: str = ""
    is_redirected: bool = False
    candidate: RelocationCandidate | None = None

    def read(self, page: Page, capture: Capture) -> ArticleFetch:
        """The article with one more page; a page that was read at another address is not added again."""
        if page.number in {earlier.number for earlier in self.pages}:
            return self
        fetch = evolve(self, pages=(*self.pages, page), captures=(*self.captures, capture))
        return fetch.with_urls((*page.others, *page.maybe) if self.pages else page.others)

    def without_page(self, url: str) -> ArticleFetch:
        """The article with one more page that could not be fetched."""
        return evolve(self, missing=(*self.missing, url))

    @property
    def in_order(self) -> ArticleFetch:
        """The same with its pages and their captures in reading order."""
        both = sorted(zip(self.pages, self.captures, strict=True), key=lambda pair: pair[0].number)
        return evolve(self, pages=tuple(p for p, _ in both), captures=tuple(c for _, c in both))
