"""F5: services that answer with JSON rows page by page; F9, gkmlpt, is one behind a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.pages.base import One, attribute, document, join
from crawler.pages.listings.asking import turned
from crawler.pages.listings.entries import following
from crawler.pages.listings.exports import JsonList, dig
from policy.errors import LayoutChanged
from policy.records import Listing, Payload

if TYPE_CHECKING:
    from crawler.portal import Portal


class SearchList(JsonList):
    """F5: a service answers page by page; the section's address has all its parameters."""

    family = "search API"
    title = "title"
    url = "url"
    page: ClassVar[str] = "page"
    """The parameter that says which page."""
    size: ClassVar[int] = 20
    """Rows asked for."""
    total: ClassVar[tuple[str, ...]] = ("data.total",)
    """Where the number of all rows is; of several groups the largest counts."""

    def more(self, section_url: str, answer: Any) -> tuple[str, ...]:
        """All pages after the first, by the number of all rows."""
        counts = [_count(found) for path in self.total for found in dig(answer, path)]
        numbers = following(max(counts, default=0), self.size)
        return tuple(turned(section_url, self.page, n) for n in numbers)


class GovCnSearch(SearchList):
    """sousuo.www.gov.cn: flat for 国务院公文 and 部门文件, in groups for all other kinds."""

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

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """A column page names its channel; a service lists it."""
        if f"{self.service}/" in payload.url:
            return super().read(portal, payload.url, payload)
        page = document(payload, portal=portal.slug)
        channel = attribute(self.channel.on(page), "content")
        asked = (
            f"{self.service}/{channel}?_isAgg=true&_isJson=true&_pageSize={self.size}&_template=index&page=1"
        )
        return Listing(entries=(), more=(join(page.url, asked),), rowless=True)


class GkmlptList(SearchList):
    """F9: 广东's gkmlpt. ``/gkmlpt/index`` names its ``SID``; a service lists a category, 0 is all."""

    family = "gkmlpt"
    rows = ("articles",)
    day = "display_publish_time|first_publish_time|created_at|date"
    size = 100
    total = ("total", "classify.post_count")
    category: ClassVar[int] = 0
    sid: ClassVar[re.Pattern[str]] = re.compile(r"\bSID\s*:\s*[\"']?(\d{1,12})")

    def read(self, portal: Portal, section_url: str, payload: Payload) -> Listing:
        """The shell's rows are at the service; rows of other sites (微信, 新华社) are left out."""
        if "/api/" in payload.url:
            return super().read(portal, payload.url, payload)
        page = document(payload, portal=portal.slug)
        found = self.sid.search(page.text)
        if found is None:
            raise LayoutChanged("no SID in _CONFIG", portal=portal.slug, url=payload.url, field="SID")
        api = join(page.url, f"/gkmlpt/api/all/{self.category}?page=1&sid={found[1]}")
        return Listing(entries=(), more=(api,), rowless=True)


def _count(found: Any) -> int:
    return (
        int(found) if isinstance(found, int | str) and str(found).isdecimal() and len(str(found)) < 10 else 0
    )
