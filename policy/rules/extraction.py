"""The extraction: one article as read from its captures, on its way into the archive. Pure.

The crawler makes it, the archive pipeline passes it on, and :mod:`storage.articles.archive` compares it with
the newest version and saves it.

With it go the HTTP validators (ETag, Last-Modified) of its page. Conditional requests with them save the
download of unchanged pages. Servers may send wrong validators, so every ``FULL``-th visit of an article
fetches the whole page, on different nights for different articles.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cached_property

from attrs import field, frozen

from policy.records import Article, Capture
from policy.rules.identity import Alias, content_hash
from policy.rules.revisit import stable_fraction

Reread = Callable[[tuple[Capture, ...]], Article]
"""Extracts the article again from stored captures of its pages, with today's code and boilerplate set.
Raises PageError or ArchiveError."""

PageTextReader = Callable[[tuple[Capture, ...]], str]
"""Returns all words on the pages in these captures, folded. Raises PageError or ArchiveError."""


@frozen(kw_only=True, slots=False)
class Extraction:
    """An article and what it was extracted from: one capture a page, in page order."""

    article: Article
    captures: tuple[Capture, ...]
    code: str
    """The fingerprint of the code that extracted it."""
    run_id: int | None = None
    silent: bool = False
    """Whether saving it notifies no subscriber."""
    boilerplate: int | None = None
    """The id of the boilerplate set that was removed from it."""
    read_page_text: PageTextReader | None = field(default=None, repr=False)
    """If given, an extraction that lost fields or text against the archived version raises Drifted."""
    validators: Validators | None = None
    """The validators that the server sent with its only page."""
    aliases: tuple[Alias, ...] = ()
    """Further keys of the article. If one of them has the article's URL, the article moved there."""

    @cached_property
    def at(self) -> dt.datetime:
        """When the newest capture was made."""
        return max(capture.at for capture in self.captures)

    @cached_property
    def hash(self) -> str:
        """The content hash. Computed once: folding a long text takes time."""
        return content_hash(self.article)

    @cached_property
    def digests(self) -> list[str]:
        """The payload digests, page by page."""
        return [capture.digest for capture in self.captures]


# ------------------------------------------------------------------ validators


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
