"""The fetched pages of an article as what the archive takes: read as everything of this run is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from crawler import extraction
from crawler.code_version import code_version
from crawler.fetching.replay import CaptureReader
from crawler.pages.base import attribute, parse, text_of
from crawler.runs.context import RunContext
from crawler.spiders.listing_cursor import ArticleFetch
from crawler.spiders.portal_state import before
from pipelines.items import ExtractedArticle
from policy.records import Article, Capture, Payload
from policy.text.words import fold
from storage.articles import boilerplate


def printed(payloads: Sequence[Payload]) -> str:
    """Folded words of the pages: their text, scripts included, and their metas; all words of an
    answer in JSON."""
    return "".join(fold(words) for payload in payloads for words in _words(payload))


def _words(payload: Payload) -> Iterator[str]:
    for html in _parts(text_of(payload)[0]):
        root = parse(html)
        yield root.text(deep=True)
        yield from (attribute(node, "content") for node in root.css("meta[content]"))


def _parts(text: str) -> Iterator[str]:
    if not text.lstrip().startswith(("{", "[")):
        yield text
        return
    try:
        yield from _strings(json.loads(text))
    except ValueError:
        yield text


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and one.strip():
            yield one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values()) if isinstance(one, dict) else one)


# ------------------------------------------------------------------ article reader


class ArticleReader:
    """Reads with one code and one boilerplate set, from the first page of a run to the last."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._portal = context, context.portal
        self._stored = CaptureReader(context.config, context.database)
        with context.database.read() as session:
            self._boilerplate = boilerplate.active_set(session, context.portal.slug)
        self.code = code_version(context.portal)

    @property
    def boilerplate(self) -> int | None:
        """The boilerplate set that articles are read with."""
        return self._boilerplate.id if self._boilerplate else None

    def read(self, sought: ArticleFetch) -> ExtractedArticle:
        """An article of which all pages are in that will come; raises PageError."""
        sought = sought.in_order
        cleaned = extraction.clean_pages(sought.pages)
        article = extraction.read_article(
            self._portal,
            sought.pages,
            entry=sought.entry,
            missing=sought.missing,
            boilerplate=self._boilerplate,
            cleaned=cleaned,
        )
        return ExtractedArticle(
            article=article,
            captures=sought.captures,
            code=self.code,
            boilerplate=self.boilerplate,
            layout=sought.pages[0].layout,
            cleaned=cleaned,
            silent=sought.silent or (self._context.imported and before(article, self._context.silent_before)),
            archived=sought.known,
            reread=self._reread,
            read_page_text=self._printed,
            validators=sought.vouched if article.completeness.complete else None,
        )

    def _reread(self, held: tuple[Capture, ...]) -> Article:
        return extraction.reread(self._portal, [*map(self._stored.payload, held)], self._boilerplate)

    def _printed(self, held: tuple[Capture, ...]) -> str:
        return printed([*map(self._stored.payload, held)])
