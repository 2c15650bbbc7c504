"""A listing of each family as real portals serve it: a function from the address to the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import frozen

from policy.documents.dates import SHANGHAI
from simulation.world import Paper

SIZE = 15
HTML, JSON, XML = "text/html; charset=utf-8", "application/json", "text/xml; charset=utf-8"


@frozen(kw_only=True)
class Row:
    """The row of a policy in a listing."""

    paper: Paper
    title: str

    @property
    def html(self) -> str:
        """The row as a list item."""
        title = escape(self.title)
        return (
            f'<li><a href="{self.paper.path}" title="{title}">{title}</a><span>{self.paper.day}</span></li>'
        )


@frozen(kw_only=True)
class Shelf:
    """All rows, newest first. A ``looping`` pager states endless pages, all equal to the first."""

    rows: Sequence[Row]
    looping: bool = False

    @property
    def pages(self) -> int:
        """The number of pages that the pager states."""
        return 30 if self.looping else max(1, -(-len(self.rows) // SIZE))

    def page(self, number: int) -> Sequence[Row]:
        """The rows of a page, counted from 1."""
        begin = 0 if self.looping else (number - 1) * SIZE
        return self.rows[begin : begin + SIZE]

    def html(self, number: int) -> str:
        """The list items of a page."""
        return "\n".join(row.html for row in self.page(number))


Answer = tuple[str, str]
"""Content type and text."""
_Family = Callable[[Shelf, str, Mapping[str, str]], Answer | None]


def listing(family: str, shelf: Shelf, address: str) -> Answer | None:
    """The portal's answer at a path with its query; None where it has no listing."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return _FAMILIES[family](shelf, parts.path, query)


def framed(body: str, head: str = "") -> str:
    """The HTML as a whole page."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知</title>{head}</head><body>'
        f'<div class="nav"><a href="/">首页</a><a href="/tz/">通知</a></div>{body}</body></html>'
    )


def redesigned(shelf: Shelf) -> Answer:
    """The rows after an unannounced redesign: no list, and links only by script."""
    cards = "".join(
        f'<div class="card" data-id="{row.paper.number}"><b>{escape(row.title)}</b></div>'
        for row in shelf.page(1)
    )
    return HTML, framed(f'<div id="app" class="grid">{cards}</div>')


# ------------------------------------------------------------------ families


def _numbered(path: str, behind: int) -> int | None:
    """The page number of ``index_<n>.html``."""
    name = path.rpartition("/")[2]
    if name in {"", "index.html"}:
        return 1
    number = name.removeprefix("index_").removesuffix(".html")
    return int(number) + behind if number.isdecimal() else None


def _paged(behind: int, pager: Callable[[Shelf, int], str]) -> _Family:
    def answer(shelf: Shelf, path: str, _query: Mapping[str, str]) -> Answer | None:
        number = _numbered(path, behind) if path.startswith("/tz/") else None
        if number is None or number > shelf.pages:
            return None
        return HTML, framed(f'<ul class="list">{shelf.html(number)}</ul>{pager(shelf, number)}')

    return answer


def _linked(shelf: Shelf, number: int) -> str:
    links = (f'<a href="/tz/index_{n}.html">{n}</a>' for n in range(2, shelf.pages + 1) if n != number)
    return f'<div class="pager">{"".join(links)}</div>'


def _created(shelf: Shelf, number: int) -> str:
    return f'<script>createPageHTML({shelf.pages}, {number - 1}, "index", "html");</script>'


def _counted(shelf: Shelf, _number: int) -> str:
    return f"<script>var countPage = {shelf.pages};</script>"


def _reverse(shelf: Shelf, path: str, _query: Mapping[str, str]) -> Answer | None:
    """Files are numbered from the oldest on; the newest page has the remaining rows."""
    if path == "/tz/index.html":
        script = f'<script>var maxPageNum = {shelf.pages}; var purl = "./index_77";</script>'
        return HTML, framed(f'<ul class="list">{shelf.html(1)}</ul>{script}')
    number = path.removeprefix("/tz/index_77_").removesuffix(".html")
    if not number.isdecimal() or not 0 < int(number) < shelf.pages:
        return None
    return HTML, shelf.html(shelf.pages + 1 - int(number))


def _json(shelf: Shelf, path: str, _query: Mapping[str, str]) -> Answer | None:
    rows = [
        {"TITLE": row.title, "URL": row.paper.path, "DOCRELPUBTIME": str(row.paper.day)} for row in shelf.rows
    ]
    return _said(rows) if path == "/tz/list.json" else None


def _search(shelf: Shelf, path: str, query: Mapping[str, str]) -> Answer | None:
    rows = [
        {"title": row.title, "url": row.paper.path, "day": str(row.paper.day)}
        for row in shelf.page(_page(query, "page"))
    ]
    return _said({"data": {"total": shelf.pages * SIZE, "rows": rows}}) if path == "/search" else None


def _jpaas(shelf: Shelf, path: str, query: Mapping[str, str]) -> Answer | None:
    if path == "/col/tz/index.html":
        unit = "{'webId':'1','tplSetId':'7','tagId':'信息列表'}"
        return HTML, framed(f'<div url="/common/page/build/unit" querydata="{unit}"></div>')
    if path != "/common/page/build/unit":
        return None
    number = json.loads(query.get("paramJson", "{}")).get("pageNo", 1)
    pager = f'<div class="page" count="{len(shelf.rows)}" rows="{SIZE}"></div>'
    return _said({"success": True, "data": {"html": f'<ul class="list">{shelf.html(number)}</ul>{pager}'}})


def _dataproxy(shelf: Shelf, path: str, query: Mapping[str, str]) -> Answer | None:
    if path == "/col/col77/index.html":
        return HTML, framed(
            _records(shelf.page(1)) + f"<script>var totalRecord = {len(shelf.rows)};</script>"
        )
    if path != "/module/web/jpage/dataproxy.jsp":
        return None
    begin, end = int(query.get("startrecord", "1")), int(query.get("endrecord", "1"))
    total = f"<totalrecord>{len(shelf.rows)}</totalrecord>"
    return XML, f"<datastore>{total}{_records(shelf.rows[begin - 1 : end])}</datastore>"


def _inline(shelf: Shelf, path: str, _query: Mapping[str, str]) -> Answer | None:
    return (HTML, framed(_records(shelf.rows))) if path == "/col/col78/index.html" else None


def _records(rows: Sequence[Row]) -> str:
    return (
        "<recordset>" + "".join(f"<record><![CDATA[{row.html}]]></record>" for row in rows) + "</recordset>"
    )


def _gkmlpt(shelf: Shelf, path: str, query: Mapping[str, str]) -> Answer | None:
    if path == "/gkmlpt/index":
        return HTML, framed('<div id="app"></div><script>window._CONFIG = { SID: "755001" };</script>')
    if path != "/gkmlpt/api/all/0":
        return None
    rows = [
        {"title": row.title, "url": row.paper.path, "display_publish_time": str(row.paper.day)}
        for row in shelf.page(_page(query, "page"))
    ]
    return _said({"total": len(shelf.rows), "articles": rows})


def _was(shelf: Shelf, path: str, query: Mapping[str, str]) -> Answer | None:
    if path != "/was5/web/search":
        return None
    pager = f'<div class="pager">共 {shelf.pages} 页</div>'
    return HTML, framed(f'<ul class="list">{shelf.html(_page(query, "page"))}</ul>{pager}')


def _feed(shelf: Shelf, path: str, _query: Mapping[str, str]) -> Answer | None:
    items = "".join(
        f"<item><title>{escape(row.title)}</title><link>{row.paper.path}</link>"
        f"<pubDate>{format_datetime(datetime.combine(row.paper.day, time(9), SHANGHAI))}</pubDate></item>"
        for row in shelf.rows
    )
    feed = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'
    return (XML, feed) if path == "/rss.xml" else None


def _said(value: Any) -> Answer:
    return JSON, json.dumps(value, ensure_ascii=False)


def _page(query: Mapping[str, str], name: str) -> int:
    return int(query.get(name, "1"))


_FAMILIES: Mapping[str, _Family] = {
    "static": _paged(0, _linked),
    "trs": _paged(1, _created),
    "counted": _paged(1, _counted),
    "reverse": _reverse,
    "json": _json,
    "search": _search,
    "jpaas": _jpaas,
    "dataproxy": _dataproxy,
    "records": _inline,
    "gkmlpt": _gkmlpt,
    "was": _was,
    "feed": _feed,
}
