"""F10: WAS5, eportal and iList pages, whose page number is a parameter of the query."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from crawler.pages.base import Document, attribute
from crawler.pages.listings.asking import turned
from crawler.pages.listings.entries import MOST_PAGES
from crawler.pages.listings.static import StaticList


class QueryList(StaticList):
    """F10: page n is the section's address with a parameter set to n."""

    family = "query pages"
    parameter: ClassVar[str] = "page"
    total: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:countPage|totalPages?|pageCount|PageNum)[\"']?\s*[:=]\s*[\"']?(\d{1,6})|共\s*(\d{1,6})\s*页"
    )

    def more(self, section_url: str, page: Document) -> tuple[str, ...]:
        """All pages after the first: as many as are printed, else as are linked."""
        found = self.total.search(page.text)
        printed = next((int(number) for number in found.groups() if number), 0) if found else 0
        last = min(printed or max(self._linked(page), default=1), MOST_PAGES)
        return tuple(turned(section_url, self.parameter, n) for n in range(2, last + 1))

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
