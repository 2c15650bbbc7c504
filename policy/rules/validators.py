"""HTTP validators (ETag, Last-Modified) of archived pages, and when they are not relied on. Pure.

Conditional requests with them save the download of unchanged pages. Servers may send wrong validators, so
every ``FULL``-th visit of an article fetches the whole page, on different nights for different articles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from policy.rules.revisit import stable_fraction

FULL = 5
"""Every so many visits the page is fetched unconditionally."""
_LONGEST = 256
"""Longer validators are not sent back."""


@frozen(kw_only=True)
class Validators:
    """The validators of the response from ``url``, and the code and boilerplate set of its extraction."""

    url: str
    etag: str | None = None
    modified: str | None = None
    code: str
    boilerplate: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}

    def says_same(self, other: Validators | None) -> bool:
        """Whether ``other`` means that the page is unchanged. The ETag takes precedence (RFC 9110,
        13.1.3)."""
        if other is None or other.url != self.url:
            return False
        if self.etag or other.etag:
            return self.etag == other.etag
        return self.modified == other.modified


def contradicts_request(asked: Mapping[str, str | None], answer: Mapping[str, str | None]) -> bool:
    """Whether the headers of a 304 name another state of the page than those of the request (RFC 9111,
    4.3.4).

    Weak and strong ETags, and those with Apache's ``-gzip`` suffix, are equal.
    """
    if etag := answer.get("ETag"):
        sent = asked.get("If-None-Match")
        return bool(sent) and _opaque(etag) != _opaque(sent or "")
    day, sent = answer.get("Last-Modified"), asked.get("If-Modified-Since")
    return bool(day and sent) and day != sent


def _opaque(etag: str) -> str:
    return re.sub(r'[-;](?:gzip|br|deflate)"$', '"', etag.strip().removeprefix("W/"))


def validators(
    url: str, headers: Mapping[str, str | None], *, code: str, boilerplate: int | None
) -> Validators | None:
    """The validators among response headers; None if there are none that can be sent back."""
    etag, modified = (_sendable(headers.get(name)) for name in ("ETag", "Last-Modified"))
    if not (etag or modified):
        return None
    return Validators(url=url, etag=etag, modified=modified, code=code, boilerplate=boilerplate)


def is_full_fetch_due(key: str, looks: int) -> bool:
    """Whether the visit of an article after so many others fetches the page unconditionally."""
    return (looks + int(stable_fraction(key) * FULL)) % FULL == 0


def _sendable(value: str | None) -> str | None:
    sendable = value is not None and len(value) <= _LONGEST and value.isascii() and value.isprintable()
    return (value or "").strip() or None if sendable else None
