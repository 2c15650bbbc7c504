"""Reads the fetched pages of an article into the item that the archive pipeline saves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from crawler import extraction
from crawler.code_version import code_version
from crawler.fetching.replay import CaptureReader
from crawler.pages.base import attribute, parse, text_of
from crawler.run_context import RunContext
from crawler.spiders.listing_cursor import ArticleFetch
from crawler.spiders.portal_state import is_published_before
from pipelines.items import ExtractedArticle
from policy.records import Article, Capture, Payload
from policy.text.words import fold
from storage.articles import boilerplate


def page_text(payloads: Sequence[Payload]) -> str:
    """The folded text of pages, including scripts and meta tags; for JSON, all its strings."""
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
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and item.strip():
            yield item
        elif isinstance(item, dict | list):
            stack += reversed(list(item.values()) if isinstance(item, dict) else item)


class ArticleReader:
    """Reads the articles of a run, all with the same code and the same boilerplate set."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._portal = context, context.portal
        self._capture_reader = CaptureReader(context.config, context.database)
        with context.database.read() as session:
            self._boilerplate = boilerplate.active_set(session, context.portal.slug)
        self.code = code_version(context.portal)

    @property
    def boilerplate(self) -> int | None:
        """The boilerplate set that articles are read with."""
        return self._boilerplate.id if self._boilerplate else None

    def read(self, fetch: ArticleFetch) -> ExtractedArticle:
        """The item of an article whose fetch is complete; raises PageError."""
        fetch = fetch.in_order
        cleaned = extraction.clean_pages(fetch.pages)
        article = extraction.read_article(
            self._portal,
            fetch.pages,
            entry=fetch.entry,
            missing=fetch.missing,
            boilerplate=self._boilerplate,
            cleaned=cleaned,
        )
        return ExtractedArticle(
            article=article,
            captures=fetch.captures,
            code=self.code,
            boilerplate=self.boilerplate,
            layout=fetch.pages[0].layout,
            cleaned=cleaned,
            silent=fetch.silent or self._is_old_import(article),
            archived=fetch.is_archived,
            reread=self._reread,
            read_page_text=self._page_text,
            validators=fetch.validators if article.completeness.complete else None,
        )

    def _is_old_import(self, article: Article) -> bool:
        return self._context.imported and is_published_before(article, self._context.silent_before)

    def _reread(self, captures: tuple[Capture, ...]) -> Article:
        payloads = [*map(self._capture_reader.payload, captures)]
        return extraction.reread(self._portal, payloads, self._boilerplate)

    def _page_text(self, captures: tuple[Capture, ...]) -> str:
        return page_text([*map(self._capture_reader.payload, captures)])
