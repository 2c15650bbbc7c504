"""Rows that are data: F4, F5 and F9 in a JSON file or from a service, F11 in RSS, Atom and sitemaps.

A document type of XML is refused, so entities are never expanded.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

from crawler.pages.base import First, ListingPage, One, PortalAddresses, attribute, document, join, text_of
from crawler.pages.listings.entries import (
    MOST_PAGES,
    bounded,
    entry,
    following,
    listed_day,
    listing,
    plain,
    with_page_number,
)
from policy.documents.dates import SHANGHAI
from policy.errors import LayoutChanged, NotHtml, TooDeep
from policy.records import Entry, Listing, Payload

Row = Mapping[str, Any]

_JSONP = re.compile(r"\s*[\w$.]{1,80}\s*\((.*)\)\s*;?\s*", re.DOTALL)
_HREF = re.compile(r"href\s*=\s*[\"']([^\"']+)")


class JsonList(ListingPage):
    """F4: one JSON file next to the page has all rows, newest first."""

    family = "JSON export"
    rows: ClassVar[tuple[str, ...]] = ("",)
    """Paths to the rows: keys separated by dots, ``*`` for all keys. Several paths are tried in order."""
    title: ClassVar[str] = "TITLE"
    url: ClassVar[str] = "URL"
    day: ClassVar[str] = "DOCRELPUBTIME"
    """Keys of a row. Of several, separated by ``|``, the first with a value counts."""
    link: ClassVar[str] = ""
    """The article's address where a row has none: ``…?docId={docId}``."""

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the rows. Raises LayoutChanged unless there are rows with titles and addresses."""
        answer = loaded(portal, payload)
        rows = self._rows(portal, payload, answer)
        return listing(self._found(portal, payload, rows), self.more(section_url, answer))

    def more(self, section_url: str, answer: Any) -> tuple[str, ...]:
        """None: the file has everything."""
        return ()

    def _found(self, portal: PortalAddresses, payload: Payload, rows: list[Row]) -> list[Entry | None]:
        addresses = [self.address(row) for row in rows]
        if rows and not any(addresses):
            message = f"no row has {self.link or self.url!r}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="rows")
        both = zip(rows, addresses, strict=True)
        return [self.entry(portal, payload.url, row, href) for row, href in both if href]

    def entry(self, portal: PortalAddresses, base: str, row: Row, href: str) -> Entry | None:
        """The row's entry; None when it has no title or links to a page that is no article."""
        title = plain(str(first_value(row, self.title)))
        return entry(portal, base, href, title, listed_day(first_value(row, self.day))) if title else None

    def address(self, row: Row) -> str:
        """The row's address. Some rows have it only as a link in the title."""
        if self.link:
            return self.link.format_map(row) if self._linked(row) else ""
        link = _HREF.search(str(first_value(row, self.title)))
        return str(first_value(row, self.url)) or (link[1] if link else "")

    def _linked(self, row: Row) -> bool:
        return all(row.get(name) for name in re.findall(r"\{(\w+)\}", self.link))

    def _rows(self, portal: PortalAddresses, payload: Payload, answer: Any) -> list[Row]:
        for path in self.rows:
            lists = [rows for rows in values_at(answer, path) if rows is None or _is_rows(rows)]
            if lists:
                return list(bounded([row for rows in lists for row in rows or ()], portal, payload.url))
        message = f"expected rows at {' or '.join(map(repr, self.rows))}, found {_shape(answer)}"
        raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="rows")


class NeaList(JsonList):
    """国家能源局: the page names its ``ds_<32 hex>.json``; some rows have only a link in their title."""

    rows = ("", "*")
    title = "showTitle|title"
    url = "publishUrl"
    day = "publishTime"
    shown: ClassVar[First] = First("[id^=showData][data]")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The address of the file that the page names, or all entries of the file."""
        if payload.url.partition("?")[0].endswith(".json"):
            return super().read(portal, section_url, payload)
        page = document(payload, portal=portal.slug)
        name = attribute(self.shown.on(page), "data").rpartition(":")[2]
        return Listing(entries=(), more=(join(page.url, f"ds_{name}.json"),), rowless=True)


def loaded(portal: PortalAddresses, payload: Payload) -> Any:
    """The parsed JSON of an answer without its JSONP callback. Raises LayoutChanged for anything else."""
    text = text_of(payload, portal=portal.slug)[0].lstrip("\ufeff")
    wrapped = _JSONP.fullmatch(text)
    try:
        return json.loads(wrapped[1] if wrapped else text)
    except RecursionError as error:
        raise TooDeep("JSON nested too deeply", portal=portal.slug, url=payload.url) from error
    except ValueError as error:
        instead = "HTML" if text.lstrip().startswith("<") else "JSON that is cut or broken"
        message = f"expected JSON, found {instead}: {error}"
        raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="rows") from error


def values_at(answer: Any, path: str) -> Iterator[Any]:
    """The values at a path of keys (``data.*.rows``)."""
    key, _, rest = path.partition(".")
    if not key:
        yield answer
    elif isinstance(answer, dict):
        for value in answer.values() if key == "*" else [answer[key]] if key in answer else []:
            yield from values_at(value, rest)


def first_value(row: Row, names: str) -> Any:
    """The first value of a row under these names that is not empty, else ``""``."""
    return next((row[name] for name in names.split("|") if row.get(name)), "")


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _shape(answer: Any) -> str:
    return (
        f"keys {', '.join(map(repr, list(answer)[:8]))}"
        if isinstance(answer, dict)
        else type(answer).__name__
    )


# ------------------------------------------------------------------ family F5


class SearchList(JsonList):
    """F5: a service returns page by page. The section's address has all parameters."""

    family = "search API"
    title = "title"
    url = "url"
    page: ClassVar[str] = "page"
    """The parameter with the page number."""
    size: ClassVar[int] = 20
    """Rows per page."""
    total: ClassVar[tuple[str, ...]] = ("data.total",)
    """Paths to the number of all rows. Of several groups the largest counts."""

    def more(self, section_url: str, answer: Any) -> tuple[str, ...]:
        """All pages after the first, by the number of all rows."""
        counts = [_count(total) for path in self.total for total in values_at(answer, path)]
        numbers = following(max(counts, default=0), self.size)
        return tuple(with_page_number(section_url, self.page, n) for n in numbers)


class GovCnSearch(SearchList):
    """sousuo.www.gov.cn: one list for 国务院公文 and 部门文件, groups for all other kinds."""

    rows = ("searchVO.listVO", "searchVO.catMap.*.listVO")
    day = "pubtimeStr|pubtime|ptime"
    page = "p"
    total = ("searchVO.totalCount", "searchVO.catMap.*.totalCount")


class ChannelSearch(SearchList):
    """``/searchList/<channelid>``, ``/common/search/<channelid>`` of one vendor (证监会, 黑龙江)."""

    rows = ("data.results",)
    day = "publishedTimeStr|publishedTime"
    size = 18
    total = ("data.total", "data.totalCount", "total")
    service: ClassVar[str] = "/searchList"
    channel: ClassVar[One] = One("meta[name=channelid]")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The address of the service for the channel that a column page names, or its entries."""
        if f"{self.service}/" in payload.url:
            return super().read(portal, payload.url, payload)
        page = document(payload, portal=portal.slug)
        channel = attribute(self.channel.on(page), "content")
        asked = (
            f"{self.service}/{channel}?_isAgg=true&_isJson=true&_pageSize={self.size}&_template=index&page=1"
        )
        return Listing(entries=(), more=(join(page.url, asked),), rowless=True)


class GkmlptList(SearchList):
    """F9: gkmlpt of 广东. ``/gkmlpt/index`` names its ``SID``; a service lists a category, 0 for all."""

    family = "gkmlpt"
    rows = ("articles",)
    day = "display_publish_time|first_publish_time|created_at|date"
    size = 100
    total = ("total", "classify.post_count")
    category: ClassVar[int] = 0
    sid: ClassVar[re.Pattern[str]] = re.compile(r"\bSID\s*:\s*[\"']?(\d{1,12})")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The address of the service, or its entries without those of other sites (微信, 新华社)."""
        if "/api/" in payload.url:
            return super().read(portal, payload.url, payload)
        page = document(payload, portal=portal.slug)
        sid = self.sid.search(page.text)
        if sid is None:
            raise LayoutChanged("no SID in _CONFIG", portal=portal.slug, url=payload.url, field="SID")
        api = join(page.url, f"/gkmlpt/api/all/{self.category}?page=1&sid={sid[1]}")
        return Listing(entries=(), more=(api,), rowless=True)


def _count(value: Any) -> int:
    return (
        int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 10 else 0
    )


DEEPEST = 100


# ------------------------------------------------------------------ F11: feeds and sitemaps


class FeedList(ListingPage):
    """RSS 1.0, 2.0 or Atom: items, newest first, no further page."""

    family = "feed"

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the items. Raises LayoutChanged without items, NotHtml for invalid XML."""
        root = tree(portal, payload)
        items = [node for node in root.iter() if _name(node) in {"item", "entry"}]
        if not items:
            message = f"expected a feed's items, found {_name(root)!r}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="items")
        entries = (
            entry(portal, payload.url, _link(item), plain(_text(item, "title")), _day(item, *_DATES))
            for item in bounded(items, portal, payload.url)
        )
        return listing(entries)


class SitemapList(ListingPage):
    """A sitemap or an index of sitemaps. A news sitemap has titles and days of publication."""

    family = "sitemap"

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the addresses; of an index its sitemaps, the last changed first."""
        root = tree(portal, payload)
        if _name(root) == "sitemapindex":
            return Listing(entries=(), more=_sitemaps(root, payload.url), rowless=True)
        if _name(root) != "urlset":
            message = f"expected a sitemap, found {_name(root)!r}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="urls")
        urls = bounded([node for node in root if _name(node) == "url"], portal, payload.url)
        entries = (
            entry(
                portal,
                payload.url,
                _text(url, "loc"),
                plain(_text(url, "title")),
                _day(url, "publication_date", "lastmod"),
            )
            for url in urls
        )
        return listing(entries)


_DATES = ("pubDate", "published", "date", "updated")


def tree(portal: PortalAddresses, payload: Payload) -> ET.Element:
    """The root of an XML payload. Raises NotHtml for a document type or invalid XML."""
    text = text_of(payload, portal=portal.slug)[0].lstrip("\ufeff \r\n\t")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    try:
        # safe: the builder refuses a document type, so there is no entity to expand
        parser = ET.XMLParser(target=_Builder())  # noqa: S314
        parser.feed(text)
        root: ET.Element = parser.close()
    except _Refused as refused:
        kind = TooDeep if refused.args[0].startswith("nested") else NotHtml
        raise kind(refused.args[0], portal=portal.slug, url=payload.url) from refused
    except ET.ParseError as error:
        raise NotHtml(f"expected XML: {error}", portal=portal.slug, url=payload.url) from error
    return root


class _Refused(ValueError):
    pass


class _Builder(ET.TreeBuilder):
    depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise _Refused("XML with a document type (DTD) is refused")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused("nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self.depth -= 1
        return super().end(tag)


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _text(node: ET.Element, name: str) -> str:
    """The text of the first descendant of this name."""
    return next((text for child in node.iter() if _name(child) == name and (text := child.text)), "").strip()


def _link(item: ET.Element) -> str:
    """The address of an item: text in RSS, an attribute in Atom, where ``alternate`` is the article's own."""
    links = [node for node in item if _name(node) == "link"]
    own = [node for node in links if node.get("rel", "alternate") == "alternate"]
    return next((url for node in (*own, *links) if (url := node.get("href") or node.text)), "").strip()


def _day(node: ET.Element, *names: str) -> dt.date | None:
    return next((day for name in names if (day := _parsed(_text(node, name)))), None)


def _parsed(text: str) -> dt.date | None:
    """A day in any form feeds use, in Asia/Shanghai: RFC 822, ISO 8601, as printed."""
    for read in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment.astimezone(SHANGHAI) if moment.tzinfo else moment).date()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return listed_day(text)


def _sitemaps(root: ET.Element, base: str) -> tuple[str, ...]:
    def changed(node: ET.Element) -> dt.date:
        return _day(node, "lastmod") or dt.date.min

    maps = sorted((node for node in root if _name(node) == "sitemap"), key=changed, reverse=True)
    return tuple(join(base, _text(node, "loc")) for node in maps[:MOST_PAGES] if _text(node, "loc"))
