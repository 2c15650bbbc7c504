"""How far a listing has been followed, and an article put together page by page. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable
from typing import Self

from attrs import evolve, field, frozen

from crawler.portal import Section
from crawler.spiders.listing_policy import Choice, in_window
from crawler.urls import alike
from pipelines.items import ExtractedArticle
from policy.records import Capture, Entry, Listing, Page
from policy.rules.identity import Alias, Proof
from policy.rules.validators import Validators
from storage.rows import ArchivedArticle

MOST_PAGES = 500
"""Of one listing or article: whoever shows more is sending us in circles."""
CLAIMED = "claimed"
"""In the meta of a request: where the article it asks for may stand now, as ``alike`` writes it."""
SHALLOW_PAGES = 2
"""So many pages of a listing are read every night, whatever they show."""


@frozen(kw_only=True)
class _Path:
    """Addresses asked for, and those that wait in order; none is asked for twice."""

    asked: frozenset[str] = field(factory=frozenset)
    waiting: tuple[str, ...] = ()

    def asking(self, url: str) -> Self:
        """The same path once ``url`` is asked for."""
        return evolve(self, asked=self.asked | {alike(url)})

    def hearing(self, urls: Iterable[str]) -> Self:
        """The same path with new addresses waiting behind those that wait."""
        return evolve(self, waiting=tuple(dict.fromkeys((*self.waiting, *urls))))

    @property
    def following(self) -> str | None:
        """The next address to ask for."""
        if len(self.asked) >= MOST_PAGES:
            return None
        return next((url for url in self.waiting if alike(url) not in self.asked), None)


@frozen(kw_only=True)
class ListingCursor(_Path):
    """A section's listing, page by page; ``keys`` are the articles it has shown, ``undecided`` its last
    rows of which the next page tells more. A ``deep`` one is followed to the end of the window."""

    section: Section
    deep: bool = True
    keys: frozenset[str] = field(factory=frozenset)
    pages: int = 0
    undecided: tuple[Entry, ...] = ()

    def fresh(self, listing: Listing) -> tuple[Entry, ...]:
        """What a page shows that no page before it did, each as it stands there first."""
        first = {one.key: one for one in reversed(listing.entries) if one.key not in self.keys}
        return tuple(reversed(first.values()))

    def read(self, listing: Listing, choice: Choice, since: dt.date | None) -> ListingCursor:
        """The trail after a page. It ends with a page that shows nothing new inside the window; one
        that is not deep, behind its first pages, with one that shows no news.

        What follows a page comes before what waited already: first a year's pages, then the next year.
        """
        fresh = self.fresh(listing)
        pages = self.pages + (not listing.rowless)
        keys = self.keys | {entry.key for entry in fresh}
        trail = evolve(self, keys=keys, pages=pages, undecided=choice.undecided)
        goes_on = any(in_window(entry, since) for entry in fresh) and (
            self.deep or choice.news or pages < SHALLOW_PAGES
        )
        if not (listing.rowless or goes_on):
            return evolve(trail, waiting=())
        return evolve(trail, waiting=tuple(dict.fromkeys((*listing.more, *trail.waiting))))

    @property
    def endless(self) -> bool:
        """Whether pages wait that are asked for no more."""
        return len(self.asked) >= MOST_PAGES and any(alike(url) not in self.asked for url in self.waiting)


@frozen(kw_only=True)
class RelocationCandidate:
    """A page that says what known articles say at other addresses: it is the one of them that stands
    there no more. ``waiting`` are still to be looked at, ``asked`` is looked at now, ``gone`` were not
    at their own address."""

    item: ExtractedArticle
    waiting: tuple[ArchivedArticle, ...] = ()
    asked: ArchivedArticle | None = None
    gone: tuple[tuple[ArchivedArticle, Proof], ...] = ()

    @property
    def next(self) -> RelocationCandidate:
        """The claim with the next article asked."""
        return evolve(self, asked=self.waiting[0], waiting=self.waiting[1:])

    def without(self, evidence: Proof) -> RelocationCandidate:
        """The claim when the article that was asked is not where it was."""
        assert self.asked is not None  # noqa: S101 -- see next
        return evolve(self, gone=(*self.gone, (self.asked, evidence)))

    def settled(self, standing: Container[str]) -> ExtractedArticle:
        """The page as the one article that is gone and not ``standing`` elsewhere by now; where there are
        several or none, as an article of its own."""
        item, left = self.item, [pair for pair in self.gone if pair[0].key not in standing]
        if len(left) != 1:
            return item
        (known, evidence), article = left[0], item.article
        alias = Alias(key=article.key, url=article.url, evidence=evidence)
        article = evolve(article, key=known.key)
        return evolve(item, article=article, archived=True, aliases=(*item.aliases, alias))


@frozen(kw_only=True)
class ArticleFetch(_Path):
    """An article being fetched. ``known``: the archive has it; ``missing``: pages that did not come;
    ``vouched``: what its page was last answered with, where its server may say that it still is so;
    ``held``: the address that the archive has of it; ``led``: that leads to another article's address;
    ``claim``: a page that is this article, should its own be gone."""

    url: str
    key: str
    entry: Entry | None = None
    known: bool = False
    silent: bool = False
    pages: tuple[Page, ...] = ()
    captures: tuple[Capture, ...] = ()
    missing: tuple[str, ...] = ()
    vouched: Validators | None = None
    held: str = ""
    led: bool = False
    claim: RelocationCandidate | None = None

    def read(self, page: Page, capture: Capture) -> ArticleFetch:
        """The article with one more page; a page that came at another address before is not taken twice."""
        if page.number in {held.number for held in self.pages}:
            return self
        sought = evolve(self, pages=(*self.pages, page), captures=(*self.captures, capture))
        return sought.hearing((*page.others, *page.maybe) if self.pages else page.others)

    def lost(self, url: str) -> ArticleFetch:
        """The article with one more page known to be missing."""
        return evolve(self, missing=(*self.missing, url))

    @property
    def in_order(self) -> ArticleFetch:
        """The same with its pages, and the captures beside them, in reading order."""
        both = sorted(zip(self.pages, self.captures, strict=True), key=lambda pair: pair[0].number)
        return evolve(self, pages=tuple(p for p, _ in both), captures=tuple(c for _, c in both))
