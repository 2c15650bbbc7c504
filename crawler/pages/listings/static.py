"""Rows in the HTML. F1 has pager links, hubs have no pager, F10 numbers its pages in the query; in F2 and F3
a script on the page states the number of pages, and a rule gives their files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from crawler.pages.base import (
    Document,
    First,
    ListingPage,
    Many,
    Node,
    PortalAddresses,
    attribute,
    children,
    document,
    join,
    own_text,
    text_in,
)
from crawler.pages.listings.entries import (
    MOST_PAGES,
    bounded,
    entry,
    following,
    listed_day,
    listing,
    with_page_number,
)
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


# ------------------------------------------------------------------ families F2 and F3


_CREATE_PAGE = re.compile(r"createPage(?:HTML)?\s*\(([^()]*)\)")


class TrsList(StaticList):
    """F2: ``createPageHTML(total, current, "index", "html")``; page n is ``index_n.html``.

    Also ``createPage(…)`` (重庆), and the form whose first argument is the container and whose pages count
    from 1 (证监会).
    """

    family = "createPageHTML"

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """The pages after this one in the same folder, by the first call that states their number."""
        calls = (
            [part.strip().strip("\"'") for part in call[1].split(",")]
            for call in _CREATE_PAGE.finditer(page.text)
        )
        named = (
            (self._contained if call[0] and not call[0].isdigit() else self._called)(call) for call in calls
        )
        names = next((names for names in named if names is not None), ())
        return tuple(join(page.url, name) for name in names)

    def _called(self, arguments: Sequence[str]) -> Sequence[str] | None:
        numbers = [int(part) for part in arguments if part.isdigit()]
        names = [part for part in arguments if part and not part.isdigit()]
        if len(numbers) < 2 or len(names) < 2:
            return None
        last = min(numbers[0], MOST_PAGES)
        return [f"{names[0]}_{n}.{names[1]}" for n in range(numbers[1] + 1, last)]

    def _contained(self, arguments: Sequence[str]) -> Sequence[str] | None:
        numbers, names = arguments[1:3], arguments[3:5]
        if len(names) < 2 or not all(number.isdigit() for number in numbers):
            return None
        total, current = min(int(numbers[0]), MOST_PAGES), int(numbers[1])
        return [f"{names[0]}_{n}.{names[1]}" for n in range(current + 1, total + 1)]


class CountedList(StaticList):
    """F2': a variable states the number of pages or rows; by default ``countPage = N`` pages."""

    family = "counted pages"
    total: ClassVar[re.Pattern[str]] = re.compile(r"countPage\s*=\s*[\"']?(\d{1,7})")
    size: ClassVar[re.Pattern[str] | None] = None
    """Matches the number of rows per page, where ``total`` counts rows."""
    file: ClassVar[str] = "index_{n}.html"
    """The file of page n; ``{id}`` is the match of ``named``."""
    named: ClassVar[re.Pattern[str] | None] = None
    behind: ClassVar[int] = 1
    """The page's number minus the file's number: the second page is often ``index_1``."""

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """All pages but the first, in the same folder."""
        match, named = self.total.search(page.text), self.named.search(page.text) if self.named else None
        if not match or (self.named and not named):
            return ()
        size = self.size.search(page.text) if self.size else None
        numbers = following(int(match[1]), int(size[1]) if size else 1)
        return tuple(self._address(page, n, named[1] if named else "") for n in numbers)

    def _address(self, page: Document, n: int, name: str) -> str:
        return join(page.url, self.file.format(n=n - self.behind, id=name))


class YearList(CountedList):
    """A column that lists years; the rows of each year have their own pages (上海)."""

    family = "year archives"
    total = re.compile(r"totalPage\s*[:=]\s*[\"']?(\d{1,6})")
    behind = 0
    year: ClassVar[re.Pattern[str]] = re.compile(r"/\w*?(?P<year>(?:19|20)\d\d)/(?:index\.html)?$")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The addresses of the years, newest first, or the rows of a year."""
        page = document(payload, portal=portal.slug)
        if page.url != section_url:
            return super().read(portal, section_url, payload)
        links = (page.absolute(attribute(a, "href")) for a in page.root.css("a[href]"))
        years = {match["year"]: url for url in links if portal.owns(url) and (match := self.year.search(url))}
        return Listing(
            entries=(), more=tuple(years[year] for year in sorted(years, reverse=True)), rowless=True
        )

    @classmethod
    def year_of(cls, url: str) -> int | None:
        """The year in the address of the first page of its rows."""
        match = cls.year.search(url)
        return int(match["year"]) if match else None


class FramedList(TrsList):
    """A list in a frame of the column page (应急管理部)."""

    family = "list in a frame"
    frame: ClassVar[First] = First("iframe[src]")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The address of the frame, or the rows of the frame."""
        page = document(payload, portal=portal.slug)
        if page.root.css_first(self.rows.css) is not None:
            return super().read(portal, section_url, payload)
        framed = page.absolute(attribute(self.frame.on(page), "src"))
        return Listing(entries=(), more=(framed,), rowless=True)


class WrittenList(TrsList):
    """Rows written by ``document.writeln`` from variables of a script (武汉)."""

    family = "written by script"
    variable: ClassVar[re.Pattern[str]] = re.compile(
        r"\b(url|title|date)\w*\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE
    )

    def entries(self, portal: PortalAddresses, page: Document) -> list[Entry | None]:
        """The entries of the variables; a row begins with each ``url``."""
        rows: list[dict[str, str]] = []
        for script in page.root.css("script"):
            for name, double, single in self.variable.findall(script.text()):
                if name.lower() == "url":
                    rows.append({})
                if rows:
                    rows[-1].setdefault(name.lower(), double or single)
        return [
            entry(portal, page.base, row["url"], row.get("title", ""), listed_day(row.get("date")))
            for row in bounded(rows, portal, page.url)
            if row.get("title")
        ]


class ReverseList(StaticList):
    """F3: files are numbered from the oldest on, so a file never changes its number (国资委).

    The newest page is ``index.html``. Its script states ``maxPageNum = N`` and the name of the files. The
    pages after it are ``_<N-1>`` … ``_1``, which have only rows.
    """

    family = "reverse numbering"
    count: ClassVar[re.Pattern[str]] = re.compile(r"maxPageNum\s*=\s*(\d{1,6})")
    purl: ClassVar[re.Pattern[str]] = re.compile(r"purl\s*=\s*[\"']([^\"']+)[\"']")

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """The files from the second newest to the oldest; none on those pages themselves."""
        total = max(map(int, self.count.findall(page.text)), default=0)
        stem = self.purl.search(page.text)
        return tuple(self._files(page, stem[1], total)) if stem else ()

    def _files(self, page: Document, stem: str, total: int) -> Iterator[str]:
        for n in range(total - 1, max(0, total - MOST_PAGES), -1):
            yield join(page.url, f"{stem}_{n}.html")
