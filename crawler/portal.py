"""Portals and their sections as declarations, inherited from a platform (base -> platform -> portal).

A module in ``crawler/portals/`` declares one :class:`Portal` subclass. Its docstring is the dated history of
the site.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal
from urllib.parse import urldefrag, urlsplit

from attrs import frozen

from crawler.pages.base import ArticlePage, ListingPage

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
