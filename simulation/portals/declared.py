"""Forty portals with listings of all families.

2026-11-24 Created. The simulation serves them itself.
"""

from __future__ import annotations

from crawler.pages.base import ArticlePage, First, ListingPage, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import (
    CountedList,
    DataproxyList,
    FeedList,
    GkmlptList,
    JpaasList,
    JsonList,
    RecordList,
    ReverseList,
    SearchList,
    StaticList,
    TrsList,
    WasList,
)
from crawler.pages.templates import CommonArticle
from crawler.platforms import TrsPortal
from crawler.portal import Portal, Section

ROWS = Many("ul.list > li")
FRESH_WITHIN = 3
"""``fresh_within`` of busy portals, in working days."""


def busy(slug: str) -> bool:
    """Whether a portal publishes every working day, as half of them do."""
    return int(slug[-1]) % 2 == 1


class SimulatedStatic(StaticList):
    rows, page_url = ROWS, r"index_(?P<n>\d+)\.html"


class SimulatedTrs(TrsList):
    rows = ROWS


class SimulatedCounted(CountedList):
    rows = ROWS


class SimulatedReverse(ReverseList):
    rows = Many("ul.list > li, body > li")


class SimulatedSearch(SearchList):
    rows, day, size = ("data.rows",), "day", 15


class SimulatedJpaas(JpaasList):
    rows, size = ROWS, 15


class SimulatedDataproxy(DataproxyList):
    size = 15


class SimulatedGkmlpt(GkmlptList):
    size = 15


class SimulatedWas(WasList):
    rows = ROWS


class TableArticle(GovernmentArticle):
    """A label table above the body."""

    body = First("#zoom")
    tables = "table.info"
    printed = {"title": "h1"}


class MetaArticle(CommonArticle):
    """Metas, and the number at the end of the title."""


FAMILIES: dict[str, tuple[type[ListingPage], int, str]] = {
    "static": (SimulatedStatic, 4, "/tz/"),
    "trs": (SimulatedTrs, 4, "/tz/"),
    "counted": (SimulatedCounted, 3, "/tz/"),
    "reverse": (SimulatedReverse, 3, "/tz/index.html"),
    "json": (JsonList, 4, "/tz/list.json"),
    "search": (SimulatedSearch, 3, "/search?type=tz&page=1"),
    "jpaas": (SimulatedJpaas, 4, "/col/tz/index.html"),
    "dataproxy": (SimulatedDataproxy, 3, "/col/col77/index.html"),
    "records": (RecordList, 3, "/col/col78/index.html"),
    "gkmlpt": (SimulatedGkmlpt, 3, "/gkmlpt/index"),
    "was": (SimulatedWas, 3, "/was5/web/search?channelid=9"),
    "feed": (FeedList, 3, "/rss.xml"),
}
"""By family: its listing, the number of portals, and the path of the listing."""


def _declare(family: str, number: int) -> type[Portal]:
    listing, _, path = FAMILIES[family]
    slug = f"{family}{number}"
    host = f"{slug}.example"
    template: type[ArticlePage] = TableArticle if number % 2 else MetaArticle
    section = Section(
        slug="tz",
        name="通知",
        url=f"http://{host}{path}",
        listing=listing,
        at_least=5 if number == 1 else 1,
        fresh_within=FRESH_WITHIN if busy(slug) else None,
    )
    declared = {
        "slug": slug,
        "name": f"模拟门户 {family} {number}",
        "hosts": (host,),
        "articles": (template,),
        "sections": (section,),
        "__module__": __name__,
    }
    return type(f"{family.title()}{number}", (TrsPortal,), declared)


PORTALS = tuple(
    _declare(family, n) for family, (_, count, _) in FAMILIES.items() for n in range(1, count + 1)
)
globals().update({portal.__name__: portal for portal in PORTALS})
