"""What a server calls a page's state by: its ETag and Last-Modified, and whether they may be relied on.

A known article is asked for with them, so that an unchanged page costs no download. They may lie; so
every ``FULL``-th look at an article takes the page whole, on different nights for different articles.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from policy.rules.revisit import stable_fraction

FULL = 5
"""Every so many looks at an article its page is taken whole, whatever its server says."""
_LONGEST = 256
"""A longer validator is not sent back."""


@frozen(kw_only=True)
class Validators:
    """What ``url`` was answered with, and what the page was read with."""

    url: str
    etag: str | None = None
    modified: str | None = None
    code: str
    boilerplate: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the page only where it is another."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}

    def says_same(self, other: Validators | None) -> bool:
        """Whether a server that says ``other`` says that the page is as it was. The ETag counts first
        (RFC 9110, 13.1.3)."""
        if other is None or other.url != self.url:
            return False
        if self.etag or other.etag:
            return self.etag == other.etag
        return self.modified == other.modified


def contradicts_request(asked: Mapping[str, str | None], answer: Mapping[str, str | None]) -> bool:
    """Whether a 304 names another state of the page than the one it was asked about: then it vouches for
    nothing (RFC 9111, 4.3.4). Strong or weak, packed or not (Apache's ``-gzip``) is all the same.
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
    """Those among an answer's headers, or None where there are none that can be sent back."""
    etag, modified = (_sendable(headers.get(name)) for name in ("ETag", "Last-Modified"))
    if not (etag or modified):
        return None
    return Validators(url=url, etag=etag, modified=modified, code=code, boilerplate=boilerplate)


def is_full_fetch_due(key: str, looks: int) -> bool:
    """Whether the look at an article behind so many others takes its page whole."""
    return (looks + int(stable_fraction(key) * FULL)) % FULL == 0


def _sendable(value: str | None) -> str | None:
    short = value is not None and len(value) <= _LONGEST and value.isascii() and value.isprintable()
    return (value or "").strip() or None if short else None
