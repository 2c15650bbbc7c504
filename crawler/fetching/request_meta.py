"""Requests of a crawl: the typed record in ``request.meta``, and the headers of conditional requests.

All reading and writing of ``request.meta`` happens here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from attrs import frozen
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure

from crawler.fetching.fetch_errors import RunEnded
from crawler.pages.listings import content_type_of, split_posting
from crawler.urls import alike
from pipelines.items import Item
from policy.records import Capture
from policy.rules.extraction import Validators, contradicts_request, validators
from storage.articles.availability import are_consistent, mark_inconsistent
from storage.database import Database
from storage.warc.record_parser import StoredRecord

Output = Iterator[Request | Item]
"""What a callback yields."""

_KEY = "polarchive"


@frozen(kw_only=True)
class RequestMeta:
    """What a request carries. Scrapy copies ``meta`` to retries and redirects, so the record is frozen:
    change it with ``set_meta(request, evolve(meta_of(request), ...))``.

    Set when the request is made:

    :param rendered_section: the section whose page a browser has to render; None for every other request.
    :param from_browser: a page in the browser sent it.
    :param is_file: it is for an attachment.
    :param claimed_url: the address where the requested article may be now, as ``alike`` writes it.
    :param max_bytes: size limit, where it is not that of pages.
    :param timeout: seconds to wait for the response, where they are not those of pages.

    Set on the way:

    :param stored: in a replay, the record that answers, and the one that holds its body if it is a revisit.
    :param seconds: how long the response, or the failure, took.
    :param capture: where the response is stored.
    :param failed_at: when the request failed.
    """

    rendered_section: str | None = None
    from_browser: bool = False
    is_file: bool = False
    claimed_url: str | None = None
    max_bytes: int | None = None
    timeout: float | None = None
    stored: tuple[StoredRecord, StoredRecord | None] | None = None
    seconds: float | None = None
    capture: Capture | None = None
    failed_at: dt.datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The ``meta`` of a new request: the record and Scrapy's own keys."""
        limits = {"download_maxsize": self.max_bytes, "download_timeout": self.timeout}
        return {_KEY: self, **{key: value for key, value in limits.items() if value is not None}}


_EMPTY = RequestMeta()


def meta_of(request: Request) -> RequestMeta:
    """The record of a request; that of a request which Scrapy made is empty."""
    meta: RequestMeta = request.meta.get(_KEY, _EMPTY)
    return meta


def set_meta(request: Request, meta: RequestMeta) -> None:
    """Replace the record of a request."""
    request.meta[_KEY] = meta


def capture_of(source: Request | Response) -> Capture:
    """Where the response was stored, by the response or its request."""
    request = source if isinstance(source, Request) else source.request
    capture = meta_of(request).capture if request else None
    if capture is None:
        raise LookupError(f"{source.url}: no capture was stored")
    return capture


def is_robots(request: Request) -> bool:
    """Whether Scrapy's robots.txt middleware made the request."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def host(request: Request) -> str:
    """The host a request goes to."""
    return urlparse_cached(request).hostname or ""


def first_url(response: Response) -> str:
    """The address that was requested before any redirect."""
    redirects: list[str] = response.request.meta.get("redirect_urls", []) if response.request else []
    return redirects[0] if redirects else response.url


# ------------------------------------------------------------------ making a request, and why it failed


def request(
    url: str,
    callback: Callable[..., Any],
    errback: Callable[..., Any],
    so_far: object,
    priority: int = 0,
    meta: RequestMeta = _EMPTY,
) -> Request:
    """A request for an address, which may carry the body of a POST; ``so_far`` is what was fetched before,
    and is passed to the callbacks."""
    address, body = split_posting(url)
    return Request(
        address,
        method="GET" if body is None else "POST",
        body=body,
        headers=None if body is None else {"Content-Type": content_type_of(body)},
        callback=callback,
        errback=partial(_unless_ended, errback),
        cb_kwargs={"so_far": so_far},
        meta=meta.as_dict(),
        priority=priority,
        dont_filter=True,
    )


def _unless_ended(errback: Callable[[Failure], Any], failure: Failure) -> Any:
    """Call the errback unless the request was not sent because the run ended."""
    return None if isinstance(failure.value, RunEnded) else errback(failure)


def so_far_of(failure: Failure) -> Any:
    """What was fetched before the request that failed."""
    return request_of(failure).cb_kwargs["so_far"]


def request_of(failure: Failure) -> Request:
    """The request that failed."""
    failed: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
    return failed


def error_of(failure: Failure) -> BaseException:
    """The error of a failure."""
    return failure.value or RuntimeError("a failure without an error")


# ------------------------------------------------------------------ conditional requests (RFC 9110)


UNCHANGED = 304
_VALIDATORS = ("ETag", "Last-Modified")
_CONDITIONS = ("If-None-Match", "If-Modified-Since")


def is_conditional(request: Request) -> bool:
    """Whether a request may be answered with 304."""
    return any(name in request.headers for name in _CONDITIONS)


def unconditional(request: Request) -> Request:
    """The same request without its conditions, for another address than theirs."""
    for name in _CONDITIONS:
        request.headers.pop(name, None)
    return request


class Conditional:
    """The conditional requests of one run to a portal: known articles are fetched only if they have changed.

    :param code: returns the fingerprint of the code that reads the portal's pages.
    :param boilerplate: the boilerplate set that they are read with.
    :param enabled: whether the run sends conditional requests at all.
    :param is_disabled: whether an inconsistent response was received during the run.
    """

    def __init__(
        self,
        database: Database,
        portal: str,
        *,
        code: Callable[[], str],
        boilerplate: int | None,
        enabled: bool = True,
        is_disabled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database, self._portal = database, portal
        self._code, self._boilerplate, self._is_disabled = code, boilerplate, is_disabled
        with database.read() as session:
            self._enabled = enabled and are_consistent(session, portal)

    def headers(self, archived: Validators | None, url: str) -> dict[str, str]:
        """The headers for a page with these validators; none if it would be read differently today."""
        if archived is None or not self._enabled or self._is_disabled():
            return {}
        same_reading = (archived.code, archived.boilerplate) == (self._code(), self._boilerplate)
        return archived.headers if same_reading and archived.url == url else {}

    def is_inconsistent(self, response: Response) -> bool:
        """Whether a 304 carries other validators than those sent. Its portal gets no conditional request
        from then on."""
        request_headers = response.request.headers if response.request else {}
        sent = {name: _text(request_headers.get(name)) for name in _CONDITIONS}
        if not contradicts_request(sent, _validators_of(response)):
            return False
        with self._database.write() as session:
            mark_inconsistent(session, self._portal, response.url, capture_of(response).at)
        return True

    def validators(self, response: Response) -> Validators | None:
        """The validators of a page for its next conditional request; None behind a redirect."""
        url = response.request.url if response.request else ""
        if alike(url) != alike(response.url):
            return None
        return validators(url, _validators_of(response), code=self._code(), boilerplate=self._boilerplate)


def _validators_of(response: Response) -> dict[str, str | None]:
    return {name: _text(response.headers.get(name)) for name in _VALIDATORS}


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None
