"""Portals and their sections as declarations, inherited from a platform (base -> platform -> portal).

A module in ``crawler/portals/`` declares one :class:`Portal` subclass. Its docstring is the dated history of
the site. A section's listing is read here, its articles in :mod:`crawler.extraction`, which a night without
an article to read does not import.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal
from urllib.parse import urldefrag, urlsplit

from attrs import frozen

from crawler.pages.base import ArticlePage, ListingPage
from crawler.pages.blocked_pages import refuse_bad
from crawler.pages.listings.entries import canonical
from policy.errors import LayoutChanged
from policy.records import Listing, Payload

RestsOn = Literal["real page", "facts", "unverified"]


@frozen(kw_only=True)
class Section:
    """A listing that is crawled every night.

    ``at_least``: fewer entries on its first page raise ``LayoutChanged``. ``fresh_within``: working days
    within which a new entry is expected; without it the usual interval is learned from the days of the rows.
    ``rests_on``: how far the declaration was checked. ``browser``: a script makes the rows, so a browser
    renders the page (``polarchive[browser]``).
    """

    slug: str
    name: str
    url: str
    listing: type[ListingPage]
    at_least: int = 1
    fresh_within: int | None = None
    rests_on: RestsOn = "facts"
    browser: bool = False


class Portal:
    """Base class of all portals."""

    slug: ClassVar[str]
    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    """Host names; ``*.bjx.com.cn`` matches every host below."""
    sections: ClassVar[tuple[Section, ...]]
    articles: ClassVar[tuple[type[ArticlePage], ...]]
    """Templates, newest first. The first one that ``matches`` reads the page."""
    article_url: ClassVar[re.Pattern[str]]
    """Searched in the address. Its group ``key`` is the portal's stable key of the article."""
    issuer: ClassVar[str | None] = None
    """Canonical id of the organ that publishes this site; None for media."""
    data_url: ClassVar[str] = ""
    """Address of the article's data by ``{key}``, for sites whose pages contain no text."""
    page_url: ClassVar[str] = ""
    """Address of the page for readers by ``{key}``, together with ``data_url``."""
    delay: ClassVar[float | None] = None
    """Seconds between two requests to one host; None: the configured default."""

    def owns(self, url: str) -> bool:
        """Whether the URL's host is one of this portal's."""
        return self.is_host(urlsplit(url).hostname or "")

    def is_host(self, host: str) -> bool:
        """Whether it is one of this portal's hosts."""
        return any(
            host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
            for pattern in self.hosts
        )

    def key(self, url: str) -> str | None:
        """The stable key of the article at this URL; None when it is no article of this portal."""
        match = self.article_url.search(urldefrag(url).url) if self.owns(url) else None
        return match["key"] if match else None

    def asked_at(self, url: str) -> str:
        """The address to request for the article at this address."""
        return self._elsewhere(self.data_url, url)

    def shown_at(self, url: str) -> str:
        """The address where readers see the article."""
        return self._elsewhere(self.page_url, url)

    def _elsewhere(self, pattern: str, url: str) -> str:
        key = self.key(url) if pattern else None
        return pattern.format(key=key) if key else url


def read_listing(
    portal: Portal,
    section: Section,
    payload: Payload,
    *,
    first: bool | None = None,
    away: bool = False,
    checked: bool = False,
) -> Listing:
    """The entries and further pages of a listing page. Raises LayoutChanged for too few entries.

    ``at_least`` of the section holds for its first page. ``first`` says whether this is that page; by default
    the page at the section's own address is. ``away``: on a later page, rows that link to other sites count
    too. ``checked``: refuse_bad has passed the payload already, as it has every response that reaches a
    spider.
    """
    if not checked:
        refuse_bad(payload, portal=portal.slug)
    listing = section.listing().read(portal, section.url, payload)
    if first is None:
        first = canonical(payload.url) == canonical(section.url)
    promised = section.at_least if first else 1
    if listing.rowless and (listing.more or not first):
        promised = 0
    if away and listing.elsewhere and not first:
        promised = 0
    if len(listing.entries) < promised:
        message = f"{section.slug} promises {promised} entries, found {len(listing.entries)}"
        raise LayoutChanged(
            message, portal=portal.slug, url=payload.url, field="entries", rows=len(listing.entries)
        )
    return listing
