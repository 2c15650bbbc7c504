"""Why a page was not read: the errors of fetching, and the one word a run counts each under.

What a page itself is (a challenge, a soft 404) are the ``PageError``s of :mod:`policy.errors`.
"""

from __future__ import annotations

import datetime as dt

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from policy.errors import PageError, SoftNotFound


class FetchError(IgnoreRequest):
    """A request that brought no page. ``reason`` is what the run counts it under."""

    reason = "error"


class AddressRefused(FetchError):
    """Its host stands for private, loopback, link-local or metadata addresses only."""

    reason = "address_refused"


class OffPortal(FetchError):
    """Its host is none of the portal's: a redirect or a link elsewhere."""

    reason = "off_portal"


class AlreadyFetched(FetchError):
    """Its address leads to one that was read already."""

    reason = "redirects"


class Blocked(FetchError):
    """Not asked: a challenge page answered for this domain before."""

    reason = "blocked"


class ReplayedFailure(Exception):
    """A replay has it that the request got no answer; when and for what ``reason``, as then."""

    def __init__(self, url: str, reason: str, at: dt.datetime) -> None:
        super().__init__(f"{url}: was not answered then: {reason}")
        self.reason, self.at = reason, at


class NotSaved(FetchError):
    """A replay has no capture of it."""

    reason = "not_saved"


class RunEnded(FetchError):
    """Not asked: the run ended first. Nothing follows from it, and it is not counted."""

    reason = "ended"


class RobotsUnreachable(FetchError):
    """Its host's robots.txt cannot be had, so that everything is forbidden there for now."""

    reason = "robots_unreachable"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: robots.txt of its host cannot be had ({reason})")
        self.url, self.reason = url, reason


class NoBrowser(FetchError):
    """A section wants a browser, and there is none."""

    reason = "no_browser"


class NotRendered(FetchError):
    """The browser did not finish a page."""

    reason = "not_rendered"


class TooLarge(FetchError):
    """Larger than the limits once decoded."""

    reason = "too_large"


class Undecodable(FetchError):
    """Its content coding cannot be undone."""

    reason = "undecodable"


class NoFile(FetchError):
    """A web page was answered for a file."""

    reason = "html_page"


class BadStatus(FetchError):
    """Answered with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.reason = status, f"http_{status}"

    @property
    def gone(self) -> bool:
        """Whether the portal says that there is no such page."""
        return self.status in {404, 410}


def is_gone(error: BaseException) -> bool:
    """Whether the portal says that there is no such page, by its status or in so many words."""
    return isinstance(error, SoftNotFound) or (isinstance(error, BadStatus) and error.gone)


_REASONS: dict[type[BaseException], str] = {
    DownloadTimeoutError: "timeout",
    CannotResolveHostError: "dns",
    DownloadConnectionRefusedError: "connection_refused",
    DownloadCancelledError: "too_large",
    ResponseDataLossError: "truncated",
    DownloadFailedError: "connection_lost",
    UnsupportedURLSchemeError: "scheme",
}
_IGNORED = {"Forbidden by robots.txt": "robots", "max redirections reached": "redirects"}


def reason(error: BaseException) -> str:
    """The word the run counts this error under."""
    if isinstance(error, FetchError | ReplayedFailure | PageError):
        return error.reason
    if isinstance(error, IgnoreRequest):
        return _IGNORED.get(str(error), "ignored")
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "error")
