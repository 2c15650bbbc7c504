"""F6: 大汉's jpaas. A column page names a unit; a service answers with the unit's HTML inside JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.pages.base import Document, Node, attribute, document, fragment
from crawler.pages.listings.entries import following, listing
from crawler.pages.listings.exports import dig, loaded
from crawler.pages.listings.static import StaticList
from policy.errors import LayoutChanged
from policy.records import Listing, Payload

if TYPE_CHECKING:
    from crawler.portal import Portal

SERVICE = "/page/build/unit"
_COUNTED = re.compile(r"共\s*(\d{1,7})\s*条")


class JpaasList(StaticList):
    """F6: the page number travels in ``paramJson``; sent alone it is ignored.

    A server that ignores it answers with page 1 for ever: the spider stops at a page without news.
    """

    family = "jpaas"
    tags: ClassVar[tuple[str, ...]] = (
        *("右侧内容", "分页列表", "内容区域", "栏目-list", "信息列表", "当前栏目list"),
    )
    """``tagId`` of the unit that is the list, as sites call it; a page has other units too."""
    size: ClassVar[int] = 20

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """A column's rows are at the service, but for a small one, which has them itself."""
        if SERVICE in payload.url:
            return self._answer(portal, payload)
        page = document(payload, portal=portal.slug)
        unit = self._unit(page)
        if unit is None:
            return listing(self.found(portal, page))
        asked = f"{page.absolute(attribute(unit, 'url'))}?{urlencode(self._query(page, unit))}"
        return Listing(entries=(), more=(self._turned(asked, 1),), rowless=True)

    def _unit(self, page: Document) -> Node | None:
        units = [node for node in page.root.css("[querydata]") if SERVICE in attribute(node, "url")]
        listed = (node for node in units if any(tag in attribute(node, "querydata") for tag in self.tags))
        return next(listed, units[0] if units else None)

    def _query(self, page: Document, unit: Node) -> Mapping[str, str]:
        """The unit's parameters: written with single quotes, so no JSON."""
        try:
            found = dict(json.loads(attribute(unit, "querydata").replace("'", '"')))
        except (ValueError, TypeError, RecursionError) as error:
            message = f"querydata cannot be read: {error}"
            raise LayoutChanged(message, portal=page.portal, url=page.url, field="querydata") from error
        if "webId" not in found:
            raise LayoutChanged("no webId", portal=page.portal, url=page.url, field="querydata")
        return {str(name): str(value) for name, value in found.items()}

    def _answer(self, portal: Portal, payload: Payload) -> Listing:
        answer = loaded(portal, payload)
        html = next(dig(answer, "data.html"), None)
        if not isinstance(html, str):
            message = "no data.html in the unit's answer"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="data")
        root = fragment(html, portal=portal.slug, url=payload.url)
        page = Document(url=payload.url, text=html, encoding="utf-8", root=root, portal=portal.slug)
        n = _number(payload.url)
        if n > 1 and not page.root.css(self.rows.css):
            return Listing(entries=(), rowless=True)
        return listing(self.found(portal, page), self._rest(page, n))

    def _rest(self, page: Document, n: int) -> tuple[str, ...]:
        """The pages that the total promises; the next one where no total is printed."""
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
    """The page a unit's address asks for."""
    param: Any = {}
    try:
        param = json.loads(dict(parse_qsl(urlsplit(url).query)).get("paramJson", "{}"))
    except ValueError:
        return 1
    number = param.get("pageNo") if isinstance(param, dict) else None
    return number if isinstance(number, int) else 1
