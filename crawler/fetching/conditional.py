"""Asking for a page only where it is another than the one we have."""

from __future__ import annotations

from collections.abc import Callable

from scrapy.http import Request, Response

from crawler.runs.context import RunContext
from crawler.spiders.listing_cursor import ArticleFetch
from crawler.urls import alike
from policy.rules.validators import Validators, contradicts_request, is_full_fetch_due, validators
from storage.articles.validators import are_consistent, mark_inconsistent
from storage.rows import ArchivedArticle

UNCHANGED = 304
_NAMING = ("ETag", "Last-Modified")
_ASKING = ("If-None-Match", "If-Modified-Since")


def is_conditional(request: Request) -> bool:
    """Whether a request may be answered with 304."""
    return any(name in request.headers for name in _ASKING)


def unconditional(request: Request) -> Request:
    """The same request for whatever is there: validators are those of one address."""
    for name in _ASKING:
        request.headers.pop(name, None)
    return request


def vouched_by(article: ArchivedArticle, *, replay: bool) -> Validators | None:
    """What a known article is asked for with at its next look; a replay gets what was saved anyway."""
    whole = is_full_fetch_due(article.key, article.looks) and not replay
    return None if whole else article.validators


class Conditional:
    """Validators of one run: what is sent, and what is kept of an answer."""

    def __init__(
        self,
        context: RunContext,
        *,
        code: str,
        boilerplate: int | None,
        lied: Callable[[], bool] = lambda: False,
    ) -> None:
        self._context, self._code, self._boilerplate, self._lied = context, code, boilerplate, lied
        with context.database.read() as session:
            trusted = are_consistent(session, context.portal.slug)
        self._enabled = trusted and not (context.sample or context.imported)

    def headers(self, sought: ArticleFetch, url: str) -> dict[str, str]:
        """The headers for an article's first page, where it was read as it would be read today."""
        held = sought.vouched
        if held is None or sought.asked or not self._enabled or self._lied():
            return {}
        read_alike = (held.code, held.boilerplate) == (self._code, self._boilerplate)
        return held.headers if read_alike and held.url == url else {}

    def lies(self, response: Response) -> bool:
        """Whether a 304 names another state of the page than ours: then its portal is never asked that way
        again, as after any lie."""
        asked = response.request.headers if response.request else {}
        sent = {name: _text(asked.get(name)) for name in _ASKING}
        if not contradicts_request(sent, {name: _text(response.headers.get(name)) for name in _NAMING}):
            return False
        with self._context.database.write() as session:
            mark_inconsistent(session, self._context.portal.slug, response.url, response.meta["capture"].at)
        return True

    def offered(self, response: Response, sought: ArticleFetch) -> Validators | None:
        """What a page that is a whole article may be asked for with next time: never one that lies
        behind a redirect."""
        asked = response.request.url if response.request else ""
        if len(sought.pages) != 1 or sought.following or alike(asked) != alike(response.url):
            return None
        found = {name: _text(response.headers.get(name)) for name in _NAMING}
        return validators(asked, found, code=self._code, boilerplate=self._boilerplate)


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None
