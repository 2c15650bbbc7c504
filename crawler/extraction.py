"""From a page's bytes and address to a record, for crawls, ``polarchive extract`` and re-extraction.

:func:`code_version` is the fingerprint of all code and dictionaries on that path.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import asdict, evolve, frozen

from crawler.pages import generic, json_article
from crawler.pages.base import ArticlePage, Document, document
from crawler.pages.blocked_pages import refuse_bad
from crawler.pages.listings import canonical
from crawler.portal import Portal, read_listing
from crawler.portals import PACKAGES, owner
from pipelines.boilerplate import learning
from pipelines.boilerplate.removal import remove_contacts, strip_boilerplate
from pipelines.metadata import fields, validation
from pipelines.metadata.authorship import find_credits
from pipelines.metadata.validation import illegible_warnings
from pipelines.source_fingerprint import fingerprint, imported_modules
from policy.documents import outline, topics
from policy.errors import LayoutChanged, Rejected, TooDeep
from policy.records import Article, Attachment, Entry, Label, Page, Payload
from policy.records.content import BoilerplateSet, LayoutBoilerplate, Table
from policy.text.words import unify_radicals

if TYPE_CHECKING:
    from pipelines.html.cleaning import Cleaned

__all__ = [
    "clean_pages",
    "code_version",
    "read_article",
    "read_listing",
    "read_page",
    "read_saved",
    "reading_modules",
    "reread",
]


def read_page(portal: Portal | None, payload: Payload, *, checked: bool = False) -> Page:
    """One page of an article, read by the portal's template, or by the generic extraction without a portal.

    ``checked``: refuse_bad has passed the payload already, as it has every response that reaches a spider.
    """
    if not checked:
        refuse_bad(payload, portal=portal.slug if portal else "")
    if portal is None:
        return generic.read_page(payload)
    answer = json_article.read_json(payload)
    if answer is not None:
        return evolve(answer, url=portal.shown_at(answer.url))
    return _templated(portal, document(payload, portal=portal.slug))


def _templated(portal: Portal, page: Document) -> Page:
    for template in (kind() for kind in portal.articles):
        if template.matches(page):
            return evolve(template.read(page), layout=type(template).__name__)
    names = ", ".join(template.__name__ for template in portal.articles)
    raise LayoutChanged(f"no template matches ({names})", portal=portal.slug, url=page.url, field="template")


def clean_pages(pages: Sequence[Page]) -> tuple[Cleaned, ...]:
    """The bodies of the pages as clean lines, in reading order. Raises TooDeep."""
    return tuple(map(_cleaned, _in_order(pages)))


def read_article(
    portal: Portal | None,
    pages: Sequence[Page],
    *,
    entry: Entry | None = None,
    missing: Sequence[str] = (),
    boilerplate: BoilerplateSet | None = None,
    cleaned: Sequence[Cleaned] = (),
) -> Article:
    """All pages of an article as one record, in reading order; it names the missing pages.

    ``boilerplate`` is the set learned from the portal's pages; without it only the rules apply. ``cleaned``
    is the result of clean_pages, where the caller has it. Raises Rejected for a page without an article,
    TooDeep for a body that is nested too deeply.
    """
    pages = _in_order(pages)
    slug, first = portal.slug if portal else "", pages[0] if pages else None
    if first is None:
        raise Rejected("no page of the article could be read", portal=slug, field="pages")
    body = _stitched(pages, cleaned or clean_pages(pages), boilerplate)
    if body.all_boilerplate and not body.attachments:
        raise Rejected("nothing but boilerplate", portal=slug, url=first.url, field="text")
    labels = (*_labels(first, entry), *find_credits(body.boilerplate, "tail"))
    metadata = fields.extract_fields(labels, body.words, issuer=portal.issuer if portal else None)
    if metadata.title is None:
        raise Rejected("no title", portal=slug, url=first.url, field="title")
    fetched = {_file(page.url) for page in pages}
    led_to = [url for page in pages[1:] for url in page.maybe]
    expected = dict.fromkeys([*missing, *(url for page in pages for url in page.others), *led_to])
    return _finished(
        Article(
            portal=slug,
            key=_key(portal, first, entry),
            url=first.url,
            text="\n".join(body.lines),
            page_urls=tuple(page.url for page in pages),
            tables=body.tables,
            attachments=body.attachments,
            **asdict(metadata, recurse=False),
        ),
        body,
        pages=len(pages),
        missing=tuple(url for url in expected if _file(url) not in fetched),
    )


def reread(
    portal: Portal | None, payloads: Sequence[Payload], boilerplate: BoilerplateSet | None = None
) -> Article:
    """The article in archived payloads, one per page, extracted with the current code."""
    return read_article(portal, [read_page(portal, payload) for payload in payloads], boilerplate=boilerplate)


def read_saved(payloads: Sequence[Payload], packages: Sequence[str] = PACKAGES) -> Article:
    """A saved article from any site, one payload per page.

    The portal is the one that owns the address. Without a portal, or where none of its templates matches, the
    generic extraction reads the page; in the second case a warning says so.
    """
    portal = owner(payloads[0].url, packages)
    try:
        return reread(portal, payloads)
    except LayoutChanged as error:
        if portal is None:
            raise
        article = read_article(None, [read_page(None, payload, checked=True) for payload in payloads])
        return evolve(
            article,
            portal=portal.slug,
            key=portal.key(article.url) or article.key,
            warnings=(*article.warnings, f"generic reading: {error}"),
        )


# ------------------------------------------------------------------ assembling an article


@frozen(kw_only=True)
class _Body:
    """The text of all pages without boilerplate and contacts."""

    lines: tuple[str, ...]
    boilerplate: tuple[str, ...]
    tables: tuple[Table, ...]
    attachments: tuple[Attachment, ...]
    all_boilerplate: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The lines for reading, of the same lengths: a radical is the character it stands for."""
        return tuple(map(unify_radicals, self.lines))


def _in_order(pages: Sequence[Page]) -> list[Page]:
    return sorted(pages, key=lambda page: page.number)


def _distinct(pages: Sequence[Page], cleaned: Sequence[Cleaned]) -> list[tuple[Page, Cleaned]]:
    """The pages and their lines, without pages whose lines were the same at another address."""
    first: dict[tuple[str, ...], tuple[Page, Cleaned]] = {}
    for page, clean in zip(pages, cleaned, strict=True):
        first.setdefault(clean.lines, (page, clean))
    return [*first.values()]


def _stitched(pages: Sequence[Page], cleaned: Sequence[Cleaned], boilerplate: BoilerplateSet | None) -> _Body:
    distinct = _distinct(pages, cleaned)
    stripped = [
        strip_boilerplate(
            clean.lines,
            learning.learned_lines(
                clean, boilerplate.of(page.layout) if boilerplate else LayoutBoilerplate()
            ),
        )
        for page, clean in distinct
    ]
    lines = [line for text in stripped for line in remove_contacts(text.lines)]
    files = {file.url: file for page in reversed(pages) for file in reversed(page.attachments)}
    return _Body(
        lines=tuple(lines),
        boilerplate=tuple(line for text in stripped for line in text.removed),
        tables=tuple(table for _, clean in distinct for table in clean.tables),
        attachments=tuple(reversed(files.values())),
        all_boilerplate=all(text.all_boilerplate for text in stripped),
    )


def _cleaned(page: Page) -> Cleaned:
    from pipelines.html.cleaning import clean_html  # BeautifulSoup: a night without a new article needs none

    try:
        return clean_html(page.body)
    except TooDeep as error:
        raise TooDeep(str(error), url=page.url, field="body") from error


def _labels(first: Page, entry: Entry | None) -> tuple[Label, ...]:
    """The first page's labels, then the title in the listing; a sitemap's entry has no title."""
    if entry is None or not entry.title:
        return first.labels
    return (*first.labels, Label(name="title", value=entry.title, rule="listing"))


def _key(portal: Portal | None, first: Page, entry: Entry | None) -> str:
    """The portal's stable key, or the address without a portal."""
    key = portal.key(first.url) if portal else None
    return key or (entry.key if entry else canonical(first.url))


def _file(url: str) -> str:
    """The file name and query of an address. Pages of an article differ in it; host and scheme may vary."""
    parts = urlsplit(canonical(url))
    return f"{parts.path.rstrip('/').rpartition('/')[2]}?{parts.query}"


def _finished(article: Article, body: _Body, *, pages: int, missing: tuple[str, ...]) -> Article:
    words = body.words
    tree = outline.outline(words)
    article_topics = topics.topics(
        article.title.value, words, [node.line for node in (*tree.headings, *tree.boxes)]
    )
    whole = evolve(
        outline.completeness(tree, article.title.value, words, pages=pages, missing_pages=missing),
        full_text_in=validation.full_text_in(article),
    )
    flags = (
        *(("text: nothing but boilerplate",) if body.all_boilerplate else ()),
        *illegible_warnings("title", article.title.value),
        *illegible_warnings("text", article.text),
    )
    return validation.validate_article(
        evolve(
            article,
            outline=tree,
            completeness=whole,
            topics=article_topics,
            warnings=(*article.warnings, *flags),
        )
    )


# ------------------------------------------------------------------ the fingerprint of the extracting code


FINGERPRINTED = frozenset({"crawler", "pipelines", "policy"})
"""Packages whose modules are part of the fingerprint."""


@cache
def code_version(portal: Portal | None = None) -> str:
    """A fingerprint of the code that extracts this portal's pages, or of the generic extraction."""
    return fingerprint(reading_modules(portal))


def reading_modules(portal: Portal | None = None) -> dict[str, Path]:
    """The modules that extract this portal's pages, with their files.

    These are this module with its imports, and the modules that declare the portal and its
    templates, which are discovered rather than imported by name.
    """
    declared = _declaring_modules(portal) if portal else frozenset()
    packages = FINGERPRINTED | {name.partition(".")[0] for name in declared}
    return imported_modules([__name__, *declared], packages)


def _declaring_modules(portal: Portal) -> frozenset[str]:
    kinds = {base for kind in (type(portal), *portal.articles) for base in kind.__mro__}
    names = {kind.__module__ for kind in kinds if issubclass(kind, Portal | ArticlePage)}
    return frozenset(name for name in names if getattr(sys.modules.get(name), "__file__", None))
