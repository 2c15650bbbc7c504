"""The errors of fetching, and the reason that a run counts each of them under.

Errors in the page itself (a challenge, a soft 404) are the ``PageError``s of :mod:`policy.errors`.
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
    """A request without a usable response. The run counts it under ``reason``."""

    reason = "error"


class AddressRefused(FetchError):
    """The host has only private, loopback, link-local or metadata addresses."""

    reason = "address_refused"


class OffPortal(FetchError):
    """The host is not one of the portal's, for example after a redirect."""

    reason = "off_portal"


class AlreadyFetched(FetchError):
    """The address redirects to a page that was read already."""

    reason = "redirects"


class Blocked(FetchError):
    """Not sent, because this domain returned a challenge page before."""

    reason = "blocked"


class ReplayedFailure(Exception):
    """The request failed in the run that is replayed; ``at`` and ``reason`` are those of that run."""

    def __init__(self, url: str, reason: str, at: dt.datetime) -> None:
        super().__init__(f"{url}: failed in the replayed run: {reason}")
        self.reason, self.at = reason, at


class NotSaved(FetchError):
    """A replay has no capture of the address."""

    reason = "not_saved"


class RunEnded(FetchError):
    """Not sent, because the run ended first. It is not counted."""

    reason = "ended"


class RobotsUnreachable(FetchError):
    """The host's robots.txt is unavailable, so everything on the host is forbidden for this run."""

    reason = "robots_unreachable"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: the robots.txt of its host is unavailable ({reason})")
        self.url, self.reason = url, reason


class NoBrowser(FetchError):
    """The section needs a browser, and none is installed."""

    reason = "no_browser"


class NotRendered(FetchError):
    """The browser did not finish the page in time."""

    reason = "not_rendered"


class TooLarge(FetchError):
    """Larger than the limit after decoding."""

    reason = "too_large"


class Undecodable(FetchError):
    """The content coding cannot be decoded."""

    reason = "undecodable"


class NoFile(FetchError):
    """The response for an attachment is a web page."""

    reason = "html_page"


class BadStatus(FetchError):
    """The response has another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.reason = status, f"http_{status}"

    @property
    def gone(self) -> bool:
        """Whether the page does not exist."""
        return self.status in {404, 410}


def is_gone(error: BaseException) -> bool:
    """Whether the page does not exist, by its status or as a soft 404."""
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
    """The reason that a run counts the error under."""
    if isinstance(error, FetchError | ReplayedFailure | PageError):
        return error.reason
    if isinstance(error, IgnoreRequest):
        return _IGNORED.get(str(error), "ignored")
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "error")
