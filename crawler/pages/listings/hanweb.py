"""F6 to F8, of 大汉. With jpaas a column page names a unit; a service returns its HTML in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.pages.base import (
    Document,
    Many,
    Node,
    PortalAddresses,
    attribute,
    document,
    fragment,
    join,
    text_of,
)
from crawler.pages.listings.data_rows import loaded, values_at
from crawler.pages.listings.entries import MOST_PAGES, following, listing
from crawler.pages.listings.static import StaticList
from policy.errors import LayoutChanged, NotHtml
from policy.records import Listing, Payload

SERVICE = "/page/build/unit"
_COUNTED = re.compile(r"共\s*(\d{1,7})\s*条")


class JpaasList(StaticList):
    """F6: the page number is sent in ``paramJson``; as a parameter of its own it is ignored.

    A server that ignores it returns page 1 each time. The spider stops at a page without new entries.
    """

    family = "jpaas"
    tags: ClassVar[tuple[str, ...]] = (
        *("右侧内容", "分页列表", "内容区域", "栏目-list", "信息列表", "当前栏目list"),
    )
    """The usual ``tagId`` of the unit with the list; a page has other units too."""
    size: ClassVar[int] = 20

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The rows of a column, from the service; a small column has them in its page."""
        if SERVICE in payload.url:
            return self._answer(portal, payload)
        page = document(payload, portal=portal.slug)
        unit = self._unit(page)
        if unit is None:
            return listing(self.entries(portal, page))
        asked = f"{page.absolute(attribute(unit, 'url'))}?{urlencode(self._query(page, unit))}"
        return Listing(entries=(), more=(self._turned(asked, 1),), rowless=True)

    def _unit(self, page: Document) -> Node | None:
        units = [node for node in page.root.css("[querydata]") if SERVICE in attribute(node, "url")]
        listed = (node for node in units if any(tag in attribute(node, "querydata") for tag in self.tags))
        return next(listed, units[0] if units else None)

    def _query(self, page: Document, unit: Node) -> Mapping[str, str]:
        """The unit's parameters, which are JSON but for their single quotes."""
        try:
            parameters = dict(json.loads(attribute(unit, "querydata").replace("'", '"')))
        except (ValueError, TypeError, RecursionError) as error:
            message = f"querydata cannot be read: {error}"
            raise LayoutChanged(message, portal=page.portal, url=page.url, field="querydata") from error
        if "webId" not in parameters:
            raise LayoutChanged("no webId", portal=page.portal, url=page.url, field="querydata")
        return {str(name): str(value) for name, value in parameters.items()}

    def _answer(self, portal: PortalAddresses, payload: Payload) -> Listing:
        answer = loaded(portal, payload)
        html = next(values_at(answer, "data.html"), None)
        if not isinstance(html, str):
            message = "no data.html in the unit's answer"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="data")
        root = fragment(html, portal=portal.slug, url=payload.url)
        page = Document(url=payload.url, text=html, encoding="utf-8", root=root, portal=portal.slug)
        n = _number(payload.url)
        if n > 1 and not page.root.css(self.rows.css):
            return Listing(entries=(), rowless=True)
        return listing(self.entries(portal, page), self._rest(page, n))

    def _rest(self, page: Document, n: int) -> tuple[str, ...]:
        """The further pages by the total, or the next one without a total."""
        pager = page.root.css_first("[count][rows]")
        counted = _COUNTED.search(page.text)
        count = attribute(pager, "count") if pager else counted[1] if counted else ""
        size = attribute(pager, "rows") if pager else ""
        if not count.isdigit():
            return (self._turned(page.url, n + 1),)
        numbers = following(int(count), int(size) if size.isdigit() else self.size, after=n)
        return tuple(self._turned(page.url, number) for number in numbers)

    def _turned(self, url: str, n: int) -> str:
        parts = urlsplit(url)
        pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paramJson"]
        param = json.dumps({"pageNo": n, "pageSize": self.size}, separators=(",", ":"))
        return urlunsplit(parts._replace(query=urlencode([*pairs, ("paramJson", param)])))


def _number(url: str) -> int:
    """The page number in a unit's address."""
    param: Any = {}
    try:
        param = json.loads(dict(parse_qsl(urlsplit(url).query)).get("paramJson", "{}"))
    except ValueError:
        return 1
    number = param.get("pageNo") if isinstance(param, dict) else None
    return number if isinstance(number, int) else 1


# ------------------------------------------------------------------ families F7 and F8


PROXY = "/module/web/jpage/dataproxy.jsp"
_TOTAL = re.compile(r"totalrecord[\"']?\s*[>:=]\s*[\"']?\s*(\d{1,8})", re.IGNORECASE)
_COLUMN = re.compile(r"/col/col(\d+)/")


class RecordList(StaticList):
    """F8: the first rows are in the page. The parameters of further rows are encrypted and often empty."""

    family = "inline recordset"
    rows = Many("li, tr")

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the records, or of plain rows in a page without records."""
        text, encoding = text_of(payload, portal=portal.slug)
        record_count = list(_records(text))
        html = "\n".join(record_count) if record_count else text
        if "<" not in html:
            raise NotHtml("no HTML tag in it", portal=portal.slug, url=payload.url)
        framed = f"<table>{html}</table>" if record_count and "<tr" in html and "<li" not in html else html
        root = fragment(framed, portal=portal.slug, url=payload.url)
        page = Document(url=payload.url, text=text, encoding=encoding, root=root, portal=portal.slug)
        return self.listed(portal, page, len(record_count))

    def listed(self, portal: PortalAddresses, page: Document, record_count: int) -> Listing:
        """The listing on a page with this number of records."""
        return listing(self.entries(portal, page))


class DataproxyList(RecordList):
    """F7: ``dataproxy.jsp`` returns any range of a column's rows."""

    family = "dataproxy"
    webid: ClassVar[int] = 1
    unitid: ClassVar[int] = 0
    """For column pages that do not state them."""
    webname: ClassVar[str] = ""
    size: ClassVar[int] = 45
    """Rows per request."""

    def listed(self, portal: PortalAddresses, page: Document, record_count: int) -> Listing:
        """The listing on a column page or in a range of rows. A page without rows leads to the ranges."""
        asked = PROXY in page.url
        if asked and not record_count:
            message = "dataproxy answers without a record: its parameters are not accepted"
            raise LayoutChanged(message, portal=portal.slug, url=page.url, field="rows")
        entries = self.entries(portal, page) if record_count or page.root.css(self.rows.css) else []
        start = dict(parse_qsl(urlsplit(page.url).query)).get("startrecord", "") if asked else ""
        rows = record_count or len([one for one in entries if one])
        return listing(
            entries,
            self._stretches(page, rows + (int(start) if start.isdecimal() else 1)),
            rowless=not rows and not asked,
        )

    def _stretches(self, page: Document, start: int) -> Iterator[str]:
        """The addresses of all ranges from ``start`` on, or of one range without a total."""
        total = _TOTAL.search(page.text)
        last = int(total[1]) if total else start
        for n in range(start, min(last, start + MOST_PAGES * self.size) + 1, self.size):
            stretch = {"startrecord": n, "endrecord": n + self.size - 1, "perpage": self.size}
            yield join(page.url, f"{PROXY}?{urlencode(stretch | self._column(page))}")

    def _column(self, page: Document) -> dict[str, str]:
        if PROXY in page.url:
            kept = parse_qsl(urlsplit(page.url).query, keep_blank_values=True)
            return {
                name: value for name, value in kept if name not in {"startrecord", "endrecord", "perpage"}
            }
        column = _COLUMN.search(page.url)
        return {
            "col": "1",
            "appid": "1",
            "webid": _stated(page, "webid") or str(self.webid),
            "path": "/",
            "columnid": column[1] if column else _stated(page, "columnid"),
            "sourceContentType": _stated(page, "sourceContentType") or "1",
            "unitid": _stated(page, "unitid") or str(self.unitid),
            "webname": self.webname,
            "permissiontype": "0",
        }


def _stated(page: Document, name: str) -> str:
    """The value of a parameter in the page's script, in any notation."""
    match = re.search(rf"\b{name}[\"']?\s*[:=]\s*[\"']?(\d{{1,12}})\b", page.text)
    return match[1] if match else ""


def _records(text: str) -> Iterator[str]:
    """The contents of ``<record>`` elements without CDATA marks, in one pass."""
    end = 0
    while (start := text.find("<record>", end)) >= 0 and (end := text.find("</record>", start)) >= 0:
        inner = text[start + len("<record>") : end].strip()
        yield inner.removeprefix("<![CDATA[").removesuffix("]]>")
