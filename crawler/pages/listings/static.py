"""F1: rows and pager links are in the HTML. Hubs, which have no pager, and F10: page numbers in the query."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from crawler.pages.base import (
    Document,
    ListingPage,
    Many,
    Node,
    PortalAddresses,
    attribute,
    children,
    document,
    own_text,
    text_in,
)
from crawler.pages.listings.entries import MOST_PAGES, bounded, entry, listed_day, listing, with_page_number
from policy.records import Entry, Listing, Payload


class StaticList(ListingPage):
    """F1: rows and pager links are in the HTML."""

    family = "static list"
    rows: ClassVar[Many] = Many("li")
    """By default all list items; those of menus link to no article."""
    links: ClassVar[str] = ""
    """Selects the link in a row. By default a direct child is preferred, as rows may contain pop-up lists."""
    titles: ClassVar[str] = ""
    """Selects the title in a row, if the link has more text than the title."""
    days: ClassVar[str] = ""
    """Selects the day in a row; by default the text outside the link."""
    page_url: ClassVar[str] = ""
    """Pattern of what follows the section's address in the address of page n, with a group ``n``."""

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the rows that link to an article of this portal."""
        page = document(payload, portal=portal.slug)
        return listing(self.entries(portal, page), self.more(section_url, page))

    def entries(self, portal: PortalAddresses, page: Document) -> list[Entry | None]:
        """The entries of the page's rows."""
        rows = bounded(self.rows.on(page), portal, page.url)
        return [self.entry(portal, page, row) for row in rows]

    def entry(self, portal: PortalAddresses, page: Document, row: Node) -> Entry | None:
        """The row's entry; None for a spacer or a link that is no article of the portal."""
        link = self.link(row)
        if link is None:
            return None
        return entry(portal, page.base, attribute(link, "href"), self.title(row, link), self.day(row))

    def link(self, row: Node) -> Node | None:
        """The row's link: the declared one, the row itself, a direct child, or the first one in it."""
        if self.links:
            return row.css_first(self.links)
        if row.tag == "a":
            return row
        own = (a for a in children(row, "a") if attribute(a, "href"))
        return next(own, None) or row.css_first("a[href]")

    def title(self, row: Node, link: Node) -> str:
        """The whole title, as the link's text is often truncated."""
        if self.titles:
            return text_in(row.css_first(self.titles))
        return attribute(link, "title") or text_in(link)

    def day(self, row: Node) -> dt.date | None:
        """The day in the row."""
        days = map(listed_day, self._dated(row))
        return next((day for day in days if day), None)

    def _dated(self, row: Node) -> Iterator[str]:
        if self.days:
            yield from map(text_in, row.css(self.days))
            return
        beside = [child for child in children(row) if child.tag != "a"]
        yield from (text_in(child) for child in beside if child.tag not in {"ul", "ol", "script", "style"})
        yield own_text(row)
        yield from map(text_in, row.css("span, em, i, b, small, font"))

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """The addresses of the pages after this one, up to the last linked page.

        A pager leaves out numbers: ``1 2 3 … 50``.
        """
        if not self.page_url:
            return ()
        number = re.compile(rf"(?:https?:)?{re.escape(section_url.partition(':')[2])}{self.page_url}")
        links = (page.absolute(attribute(a, "href")) for a in page.root.css("a[href]"))
        linked = {int(match["n"]): match for match in map(number.fullmatch, links) if match}
        if not linked:
            return ()
        here = number.fullmatch(page.url)
        last = linked[max(linked)]
        before, after = last[0][: last.start("n")], last[0][last.end("n") :]
        numbers = range(int(here["n"]) + 1 if here else 2, min(max(linked), MOST_PAGES) + 1)
        return tuple(f"{before}{n}{after}" for n in numbers)


class HubList(StaticList):
    """A hub with the first rows of several columns, without further pages."""

    family = "hub"

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """No further pages: the columns are sections of their own."""
        return ()


# ------------------------------------------------------------------ family F10


class QueryList(StaticList):
    """F10: page n is the section's address with a parameter ``n``."""

    family = "query pages"
    parameter: ClassVar[str] = "page"
    total: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:countPage|totalPages?|pageCount|PageNum)[\"']?\s*[:=]\s*[\"']?(\d{1,6})|共\s*(\d{1,6})\s*页"
    )

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """All pages after the first, by the printed number of pages or the last linked page."""
        match = self.total.search(page.text)
        printed = next((int(number) for number in match.groups() if number), 0) if match else 0
        last = min(printed or max(self._linked(page), default=1), MOST_PAGES)
        return tuple(with_page_number(section_url, self.parameter, n) for n in range(2, last + 1))

    def _linked(self, page: Document) -> list[int]:
        hrefs = (
            attribute(a, "href") for a in page.root.css("a[href]") if self.parameter in attribute(a, "href")
        )
        numbers = (dict(parse_qsl(urlsplit(href).query)).get(self.parameter, "") for href in hrefs)
        return [int(number) for number in numbers if number.isdecimal() and len(number) < 7]


class WasList(QueryList):
    """``/was5/web/search?channelid=…&page=n``."""

    family = "WAS5"


class EportalList(QueryList):
    """``/eportal/ui?pageId=…&currentPage=n``."""

    family = "eportal"
    parameter = "currentPage"


class IList(QueryList):
    """``/view/iList.jsp?cat_id=…&cur_page=n``."""

    family = "iList"
    parameter = "cur_page"
