"""The exception tree: one class per thing a caller does differently.

::

    PolarchiveError
    ├── ConfigError            a key of polarchive.toml is wrong; names key and line
    ├── UnknownPortal          no such slug; names the near ones
    ├── QuerySyntax            a query cannot be read; names the position
    ├── BadAddress             no address a message can be sent to
    ├── Stopped                crawling is stopped for all portals until it is resumed
    ├── ArchiveError           the home or its database cannot be used
    │   ├── NewerDatabase      written by a later release
    │   ├── TornCapture        a WARC record shorter than it says
    │   └── UnreadableCapture  not a WARC, or a coding we do not have
    └── PageError              a page is not what it should be: counted by ``reason``, never archived
        ├── Challenge          an anti-bot page: the portal is blocked, back off
        ├── SoftNotFound       200 that says "not found"
        ├── ErrorPage          200 that is an error
        ├── NotHtml            not a page at all
        ├── TooDeep            nested beyond reason
        ├── LayoutChanged      a selector found fewer than its page promises
        └── Rejected           read, but not worth archiving: empty, all boilerplate, no title
            └── Drifted        a known article lost what it had: the page changed its form, not its words
"""

from __future__ import annotations

from collections.abc import Sequence


class PolarchiveError(Exception):
    """Base of all errors a user of Polarchive may see."""


class ConfigError(PolarchiveError):
    """A key of the configuration is wrong."""


class UnknownPortal(PolarchiveError):
    """No portal has this slug."""


class QuerySyntax(PolarchiveError):
    """A query cannot be read."""


class BadAddress(PolarchiveError):
    """No address a message can be sent to."""


class CrawlingStopped(PolarchiveError):
    """Crawling is stopped for all portals."""


class ArchiveError(PolarchiveError):
    """The home or its database cannot be used."""


class NewerDatabase(ArchiveError):
    """The database was written by a later release."""


class TornCapture(ArchiveError):
    """A WARC record is shorter than it says."""


class UnreadableCapture(ArchiveError):
    """Not a WARC, or a content coding we cannot undo."""


class PageError(PolarchiveError):
    """A page is not what it should be. ``reason`` is what the run counts it under."""

    reason = "page_error"

    def __init__(self, message: str, *, portal: str = "", url: str = "", field: str = "") -> None:
        named = [part for part in (portal, field, url) if part]
        super().__init__(": ".join([*named, message]))
        self.portal, self.url, self.field = portal, url, field


class Challenge(PageError):
    """An anti-bot page: the portal is blocked."""

    reason = "challenge"


class SoftNotFound(PageError):
    """A 200 that says "not found"."""

    reason = "soft_404"


class ErrorPage(PageError):
    """A 200 that is an error."""

    reason = "error_page"


class NotHtml(PageError):
    """Not a page at all."""

    reason = "not_html"


class TooDeep(PageError):
    """Nested beyond reason."""

    reason = "too_deep"


class LayoutChanged(PageError):
    """A selector found fewer than its page promises. ``rows``: the number of rows if the page is a listing."""

    reason = "layout_changed"

    def __init__(
        self, message: str, *, portal: str = "", url: str = "", field: str = "", rows: int | None = None
    ) -> None:
        super().__init__(message, portal=portal, url=url, field=field)
        self.rows = rows


class Rejected(PageError):
    """Read, but not worth archiving."""

    reason = "rejected"


class Drifted(Rejected):
    """A known article's reading lost what its version has. ``lost`` names the fields (``text`` is the
    body); ``certain`` when the page still prints it, so that only our reading can have lost it."""

    reason = "drift"

    def __init__(
        self, message: str, *, lost: Sequence[str], certain: bool, portal: str = "", url: str = ""
    ) -> None:
        super().__init__(message, portal=portal, url=url, field=", ".join(lost))
        self.lost, self.certain = tuple(lost), certain
