"""The exception tree: one class per thing a caller does differently.

::

    PolarchiveError
    ├── ConfigError            a key of polarchive.toml is wrong; names key and line
    ├── UnknownPortal          no portal has this slug; names similar slugs
    ├── QuerySyntax            a query cannot be parsed; names the position
    ├── BadAddress             not an address that a message can be sent to
    ├── UnknownChannel         no channel for messages has this name; names those that exist
    ├── CrawlingStopped        crawling is stopped for all portals until it is resumed
    ├── ArchiveError           the archive directory or its database cannot be used
    │   ├── NewerDatabase      the database was written by a later release
    │   ├── TornCapture        a WARC record is shorter than its header says
    │   └── UnreadableCapture  not a WARC file, or an unsupported content coding
    └── PageError              a bad page: counted under its ``reason``, never archived
        ├── Challenge          an anti-bot page: back off from the domain
        ├── SoftNotFound       status 200 with the text of a "not found" page
        ├── ErrorPage          status 200 with the text of an error page
        ├── NotHtml            not an HTML page
        ├── TooDeep            elements are nested too deeply
        ├── LayoutChanged      a selector matched fewer elements than the template requires
        └── Rejected           extracted but not archived: no text, only boilerplate or no title
            └── Drifted        fields of an archived article are missing: the layout changed, not the text
"""

from __future__ import annotations

from collections.abc import Sequence


class PolarchiveError(Exception):
    """Base class of all errors that are reported to users."""


class ConfigError(PolarchiveError):
    """A key of the configuration is wrong."""


class UnknownPortal(PolarchiveError):
    """No portal has this slug."""


class QuerySyntax(PolarchiveError):
    """A query cannot be parsed."""


class BadAddress(PolarchiveError):
    """Not an address that a message can be sent to."""


class UnknownChannel(PolarchiveError):
    """No channel for messages has this name."""


class CrawlingStopped(PolarchiveError):
    """Crawling is stopped for all portals."""


class ArchiveError(PolarchiveError):
    """The archive directory or its database cannot be used."""


class NewerDatabase(ArchiveError):
    """The database was written by a later release."""


class TornCapture(ArchiveError):
    """A WARC record is shorter than its header says."""


class UnreadableCapture(ArchiveError):
    """Not a WARC file, or an unsupported content coding."""


class PageError(PolarchiveError):
    """A bad page. ``reason`` is the key under which the run counts it.

    ``portal``, ``field`` and ``url`` are put before the message.
    """

    reason = "page_error"

    def __init__(self, message: str, *, portal: str = "", url: str = "", field: str = "") -> None:
        named = [part for part in (portal, field, url) if part]
        super().__init__(": ".join([*named, message]))
        self.portal, self.url, self.field = portal, url, field


class Challenge(PageError):
    """An anti-bot page."""

    reason = "challenge"


class SoftNotFound(PageError):
    """A page with status 200 that says "not found"."""

    reason = "soft_404"


class ErrorPage(PageError):
    """An error page with status 200."""

    reason = "error_page"


class NotHtml(PageError):
    """The response is not an HTML page."""

    reason = "not_html"


class TooDeep(PageError):
    """The elements of the page are nested too deeply."""

    reason = "too_deep"


class LayoutChanged(PageError):
    """A selector matched fewer elements than the template requires.

    ``rows`` is the number of rows matched if the page is a listing.
    """

    reason = "layout_changed"

    def __init__(
        self, message: str, *, portal: str = "", url: str = "", field: str = "", rows: int | None = None
    ) -> None:
        super().__init__(message, portal=portal, url=url, field=field)
        self.rows = rows


class Rejected(PageError):
    """The page was extracted, but is not worth archiving."""

    reason = "rejected"


class Drifted(Rejected):
    """The extraction lacks fields that the newest version of the article has.

    ``lost`` names the fields (``text`` is the body). ``certain``: the page still contains their values, so
    the extraction is at fault.
    """

    reason = "drift"

    def __init__(
        self, message: str, *, lost: Sequence[str], certain: bool, portal: str = "", url: str = ""
    ) -> None:
        super().__init__(message, portal=portal, url=url, field=", ".join(lost))
        self.lost, self.certain = tuple(lost), certain
