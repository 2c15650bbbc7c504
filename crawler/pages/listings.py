"""Listing families as platform classes; a portal's listing inherits one and names its selectors.

Of the families of Chinese portals: static lists with pager links, TRS lists with
``createPageHTML``, JSON exports, and hubs that show the first rows of several columns.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.pages.base import (
    Document,
    ListingPage,
    Many,
    Node,
    attribute,
    children,
    document,
    join,
    own_text,
    text_in,
    text_of,
)
from policy.dates import parse_day
from policy.errors import LayoutChanged
from policy.records import Entry, Listing, Payload

if TYPE_CHECKING:
    from crawler.portal import Portal

TRACKING = re.compile(r"utm_\w+|spm|from|isappinstalled|share_\w+|wfr", re.IGNORECASE)
MOST_PAGES = 1000
"""Whatever a pager says."""
_MARKUP = re.compile(r"<[^>]+>")
_CREATE_PAGE = re.compile(r"createPageHTML\s*\(([^)]*)\)")


def canonical(url: str) -> str:
    """The address without fragment and tracking parameters."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(pair[0])
    ]
    query = parts.query if len(kept) == len(parts.query.split("&")) or not parts.query else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def listed_day(text: str) -> dt.date | None:
    """The day printed in a row, if there is one and it exists."""
    try:
        return parse_day(text)
    except ValueError:
        return None


class StaticList(ListingPage):
    """F1: rows and pager links are in the HTML."""

    rows: ClassVar[Many] = Many("ul > li")
    page_url: ClassVar[str] = ""
    """Pattern of what follows the section's address in the address of page n; group ``n``."""

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """Entries of the rows that link to an article of this portal."""
        page = document(payload, portal=portal.slug)
        entries = (self.entry(portal, page, row) for row in self.rows.on(page))
        return Listing(entries=_unique(entries), more=self.more(section_url, page))

    def entry(self, portal: Portal, page: Document, row: Node) -> Entry | None:
        """The row's entry; None for a spacer or a link that is no article of the portal."""
        link = self.link(row)
        url = canonical(page.absolute(attribute(link, "href"))) if link is not None else ""
        key = portal.key(url)
        if link is None or key is None:
            return None
        title = " ".join((attribute(link, "title") or text_in(link)).split())
        return Entry(url=url, key=key, title=title, listed_on=self.day(row))

    def link(self, row: Node) -> Node | None:
        """The row's own link: a direct child, as rows hold pop-up lists of their own."""
        return next((a for a in children(row, "a") if attribute(a, "href")), None)

    def day(self, row: Node) -> dt.date | None:
        """The day the row prints beside its link."""
        texts = [
            text_in(child) for child in children(row) if child.tag in {"span", "em", "i", "b", "small", "p"}
        ]
        days = (listed_day(text) for text in [*texts, own_text(row)])
        return next((day for day in days if day), None)

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """Addresses of the pages after this one, up to the last one linked.

        A pager prints some numbers and leaves out others: ``1 2 3 … 50``.
        """
        if not self.page_url:
            return ()
        number = re.compile(rf"(?:https?:)?{re.escape(section_url.partition(':')[2])}{self.page_url}")
        links = (page.absolute(attribute(a, "href")) for a in page.root.css("a[href]"))
        linked = {int(found["n"]): found for found in map(number.fullmatch, links) if found}
        if not linked:
            return ()
        here = number.fullmatch(page.url)
        last = linked[max(linked)]
        before, after = last[0][: last.start("n")], last[0][last.end("n") :]
        numbers = range(int(here["n"]) + 1 if here else 2, min(max(linked), MOST_PAGES) + 1)
        return tuple(f"{before}{n}{after}" for n in numbers)


class TrsList(StaticList):
    """F2: ``createPageHTML(total, current, "index", "html")`` in a script; page n is ``index_n.html``."""

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """Page ``current + 1`` to page ``total - 1``, beside the page."""
        call = _CREATE_PAGE.search(page.text)
        arguments = [part.strip().strip("\"'") for part in call[1].split(",")] if call else []
        if arguments and not arguments[0].isdigit():
            return self._contained(arguments[1:], page)
        numbers = [int(part) for part in arguments if part.isdigit()]
        names = [part for part in arguments if part and not part.isdigit()]
        if len(numbers) < 2 or len(names) < 2:
            return ()
        last = min(numbers[0], MOST_PAGES)
        return tuple(join(page.url, f"{names[0]}_{n}.{names[1]}") for n in range(numbers[1] + 1, last))

    def _contained(self, arguments: list[str], page: Document) -> tuple[str, ...]:
        """The variant that names its container first counts pages from one."""
        if len(arguments) < 4 or not (arguments[0].isdigit() and arguments[1].isdigit()):
            return ()
        total, current = min(int(arguments[0]), MOST_PAGES), int(arguments[1])
        return tuple(
            join(page.url, f"{arguments[2]}_{n}.{arguments[3]}") for n in range(current + 1, total + 1)
        )


class HubList(StaticList):
    """A hub: the first rows of each of its columns, and no further page."""

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """None: the columns are sections of their own."""
        return ()


class JsonList(ListingPage):
    """F4: one JSON file beside the page holds all rows, newest first."""

    title: ClassVar[str] = "TITLE"
    url: ClassVar[str] = "URL"
    day: ClassVar[str] = "DOCRELPUBTIME"

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """Entries of the rows; raises LayoutChanged for anything but rows with titles and addresses."""
        rows = self._rows(portal, payload)
        entries = [self.entry(portal, payload.url, row) for row in rows if row.get(self.url)]
        if rows and not entries:
            raise LayoutChanged(f"no row has {self.url!r}", portal=portal.slug, url=payload.url, field="rows")
        return Listing(entries=_unique(entries))

    def entry(self, portal: Portal, base: str, row: Mapping[str, Any]) -> Entry | None:
        """The row's entry; None when it links elsewhere."""
        url = canonical(join(base, str(row[self.url])))
        key = portal.key(url)
        title = " ".join(html.unescape(_MARKUP.sub("", str(row.get(self.title) or ""))).split())
        if key is None or not title:
            return None
        return Entry(url=url, key=key, title=title, listed_on=listed_day(str(row.get(self.day) or "")))

    def _rows(self, portal: Portal, payload: Payload) -> list[Mapping[str, Any]]:
        try:
            rows = json.loads(text_of(payload, portal=portal.slug)[0])
        except (ValueError, RecursionError) as error:
            raise LayoutChanged(
                f"no JSON: {error}", portal=portal.slug, url=payload.url, field="rows"
            ) from error
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            message = f"expected a list of rows, found {type(rows).__name__}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="rows")
        return rows


def _unique(entries: Iterable[Entry | None]) -> tuple[Entry, ...]:
    """The entries in order, each key once."""

    def fresh() -> Iterator[Entry]:
        seen: set[str] = set()
        for entry in entries:
            if entry is not None and entry.key not in seen:
                seen.add(entry.key)
                yield entry

    return tuple(fresh())
