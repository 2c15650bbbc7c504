"""What a portal is: a small declaration inherited from its platform (base -> platform -> portal).

A portal module in ``crawler/portals/`` declares one :class:`Portal` subclass; its docstring is
the site's dated diary.
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
    """A listing that is visited every night.

    ``at_least`` is the promise of its first page: fewer entries raise ``LayoutChanged``.
    ``fresh_within`` promises something new within so many working days; without it what is usual is
    learned from the days its rows print. ``rests_on`` says how far the declaration was checked.
    ``browser``: only a script makes its rows, so that a browser renders it (``polarchive[browser]``).
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
    """Base of all declarations."""

    slug: ClassVar[str]
    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    """Host names; ``*.bjx.com.cn`` stands for every host below."""
    sections: ClassVar[tuple[Section, ...]]
    articles: ClassVar[tuple[type[ArticlePage], ...]]
    """Templates, newest first: the first whose ``matches`` says yes reads the page."""
    article_url: ClassVar[re.Pattern[str]]
    """Searched in the URL; its group ``key`` is the portal's stable key of the article."""
    issuer: ClassVar[str | None] = None
    """Canonical id of the organ whose own site this is; None for media."""
    data_url: ClassVar[str] = ""
    """Where the article with this ``{key}`` is asked for, if its page for readers holds no text."""
    page_url: ClassVar[str] = ""
    """Its page for readers, then."""
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
        found = self.article_url.search(urldefrag(url).url) if self.owns(url) else None
        return found["key"] if found else None

    def asked_at(self, url: str) -> str:
        """Where the article of this address is asked for."""
        return self._elsewhere(self.data_url, url)

    def shown_at(self, url: str) -> str:
        """Where readers see the article of this address."""
        return self._elsewhere(self.page_url, url)

    def _elsewhere(self, pattern: str, url: str) -> str:
        key = self.key(url) if pattern else None
        return pattern.format(key=key) if key else url
