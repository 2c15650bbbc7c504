"""Conditional requests: fetch a known article only if its page has changed (RFC 9110, 304)."""

from __future__ import annotations

from collections.abc import Callable

from scrapy.http import Request, Response

from crawler.fetching.request_meta import capture_of
from crawler.urls import alike
from policy.rules.extraction import Validators, contradicts_request, validators
from storage.articles.validators import are_consistent, mark_inconsistent
from storage.database import Database

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
    """The conditional requests of one run to a portal.

    :param code: the fingerprint of the code that reads the portal's pages.
    :param boilerplate: the boilerplate set that they are read with.
    :param enabled: whether the run sends conditional requests at all.
    :param is_disabled: whether an inconsistent response was received during the run.
    """

    def __init__(
        self,
        database: Database,
        portal: str,
        *,
        code: str,
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
        same_reading = (archived.code, archived.boilerplate) == (self._code, self._boilerplate)
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
        return validators(url, _validators_of(response), code=self._code, boilerplate=self._boilerplate)


def _validators_of(response: Response) -> dict[str, str | None]:
    return {name: _text(response.headers.get(name)) for name in _VALIDATORS}


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None
