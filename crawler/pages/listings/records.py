"""F7 and F8: rows as CDATA in ``<record>`` elements, in the page or from older 大汉's dataproxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.pages.base import Document, Many, fragment, join, text_of
from crawler.pages.listings.entries import MOST_PAGES, listing
from crawler.pages.listings.static import StaticList
from policy.errors import LayoutChanged, NotHtml
from policy.records import Listing, Payload

if TYPE_CHECKING:
    from crawler.portal import Portal

PROXY = "/module/web/jpage/dataproxy.jsp"
_TOTAL = re.compile(r"totalrecord[\"']?\s*[>:=]\s*[\"']?\s*(\d{1,8})", re.IGNORECASE)
_COLUMN = re.compile(r"/col/col(\d+)/")


class RecordList(StaticList):
    """F8: the first rows stand in the page; what leads further is encrypted and often empty."""

    family = "inline recordset"
    rows = Many("li, tr")

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """Entries of the records; of plain rows where the page has no record."""
        text, encoding = text_of(payload, portal=portal.slug)
        held = list(_records(text))
        html = "\n".join(held) if held else text
        if "<" not in html:
            raise NotHtml("no tag in it", portal=portal.slug, url=payload.url)
        framed = f"<table>{html}</table>" if held and "<tr" in html and "<li" not in html else html
        root = fragment(framed, portal=portal.slug, url=payload.url)
        page = Document(url=payload.url, text=text, encoding=encoding, root=root, portal=portal.slug)
        return self.listed(portal, page, len(held))

    def listed(self, portal: Portal, page: Document, held: int) -> Listing:
        """The listing on the page, which holds so many records."""
        return listing(self.found(portal, page))


class DataproxyList(RecordList):
    """F7: ``dataproxy.jsp`` answers with any stretch of a column's rows."""

    family = "dataproxy"
    webid: ClassVar[int] = 1
    unitid: ClassVar[int] = 0
    """Where the column page does not say them."""
    webname: ClassVar[str] = ""
    size: ClassVar[int] = 45
    """Rows asked for at once."""

    def listed(self, portal: Portal, page: Document, held: int) -> Listing:
        """A column page or a stretch; one without rows, as a column page may be, says where they are."""
        asked = PROXY in page.url
        if asked and not held:
            message = "dataproxy answers without a record: its parameters are not accepted"
            raise LayoutChanged(message, portal=portal.slug, url=page.url, field="rows")
        found = self.found(portal, page) if held or page.root.css(self.rows.css) else []
        start = dict(parse_qsl(urlsplit(page.url).query)).get("startrecord", "") if asked else ""
        rows = held or len([one for one in found if one])
        return listing(
            found,
            self._stretches(page, rows + (int(start) if start.isdecimal() else 1)),
            rowless=not rows and not asked,
        )

    def _stretches(self, page: Document, start: int) -> Iterator[str]:
        """Addresses of all rows from ``start`` on; of one stretch where no total is printed."""
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
    """A parameter of the page's own call, in whatever form it is written."""
    found = re.search(rf"\b{name}[\"']?\s*[:=]\s*[\"']?(\d{{1,12}})\b", page.text)
    return found[1] if found else ""


def _records(text: str) -> Iterator[str]:
    """What lies in ``<record>`` elements, without CDATA marks; found in one pass."""
    end = 0
    while (start := text.find("<record>", end)) >= 0 and (end := text.find("</record>", start)) >= 0:
        inner = text[start + len("<record>") : end].strip()
        yield inner.removeprefix("<![CDATA[").removesuffix("]]>")
