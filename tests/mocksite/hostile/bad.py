"""Listings as they should not be: at least one of every family, each a section of its own.

2026-11-24 Created, to see that each has its own error or a bounded stop, with its section's name.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import ClassVar
from zoneinfo import ZoneInfo

from crawler.pages import listings
from crawler.pages.base import ListingPage, Many
from crawler.pages.listings import posting
from crawler.portal import Portal, Section
from crawler.portals.ndrc import NdrcArticle

ROOT = "https://bad.example/"
TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
HTML = "<html><body><p>请稍候再看本页面的内容，本栏目正在维护之中，给您带来不便</p></body></html>"
DTD = '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><item><title>&a;</title></item></channel></rss>'
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1"
ROW = '<li><a href="{href}">关于样例的通知</a><span>{day}</span></li>'


def rows(*hrefs: str, day: object = TODAY) -> str:
    """A page of rows."""
    listed = "".join(ROW.format(href=href, day=day) for href in hrefs)
    return f'<html><body><ul class="list">{listed}</ul></body></html>'


class Rows(listings.StaticList):
    rows = Many("ul.list > li")
    page_url = r"\?page=(?P<n>\d+)"


def of(family: type[ListingPage]) -> type[ListingPage]:
    """The family with the selector of our rows, where it has one."""
    return type(family.__name__, (family,), {"rows": Many("ul.list > li")})


class Found(listings.SearchList):
    rows = ("rows",)


JSON: dict[str, type[ListingPage]] = {
    "export": listings.JsonList,
    "search": Found,
    "govcn": listings.GovCnSearch,
    "channel": listings.ChannelSearch,
}
PAGES: dict[str, type[ListingPage]] = {
    "static": Rows,
    "hub": of(listings.HubList),
    "trs": of(listings.TrsList),
    "counted": of(listings.CountedList),
    "written": listings.WrittenList,
    "reverse": of(listings.ReverseList),
    "records": listings.RecordList,
    "was": of(listings.WasList),
    "eportal": of(listings.EportalList),
    "ilist": of(listings.IList),
}

BAD: dict[str, tuple[type[ListingPage], str, str]] = {
    **{f"{name}-html": (family, HTML, "layout_changed") for name, family in JSON.items()},
    **{f"{name}-cut": (family, '{"rows": [{"title": "一', "layout_changed") for name, family in JSON.items()},
    "channel-cut": (listings.ChannelSearch, '{"rows": [{"title": "一', "not_html"),
    **{f"{name}-rowless": (family, HTML, "layout_changed") for name, family in PAGES.items()},
    **{f"{name}-no-page": (family, "%PDF-1.7 nothing", "not_html") for name, family in PAGES.items()},
    "framed-empty": (of(listings.FramedList), HTML, "layout_changed"),
    "years-none": (of(listings.YearList), HTML, "layout_changed"),
    "jpaas-html": (listings.JpaasList, HTML, "layout_changed"),
    "dataproxy-html": (listings.DataproxyList, "nothing", "not_html"),
    "gkmlpt-html": (listings.GkmlptList, HTML, "layout_changed"),
    "shell-empty": (listings.NeaList, HTML, "layout_changed"),
    "feed-dtd": (listings.FeedList, DTD, "not_html"),
    "feed-html": (listings.FeedList, HTML, "layout_changed"),
    "sitemap-dtd": (listings.SitemapList, DTD.replace("rss", "urlset"), "not_html"),
    "sitemap-cut": (listings.SitemapList, "<urlset><url><loc>", "not_html"),
    "huge": (
        listings.JsonList,
        json.dumps([{"TITLE": "一", "URL": f"t2026{n:08}_1.html"} for n in range(100_000)]),
        "layout_changed",
    ),
    "deep": (listings.JsonList, "[" * 100_000, "too_deep"),
}
"""Section, its family, what it answers, and the error it must be."""


class Bad(Portal):
    slug = "bad"
    name = "坏"
    hosts = ("bad.example",)
    article_url = re.compile(r"/(?P<key>t\d+_\d+)\.html$")
    articles = (NdrcArticle,)
    sections: ClassVar[tuple[Section, ...]] = (
        *(Section(slug=slug, name=slug, url=f"{ROOT}{slug}/", listing=BAD[slug][0]) for slug in BAD),
        Section(slug="posted-html", name="检索", url=posting(f"{ROOT}posted/", "pageNum=1"), listing=Found),
        Section(slug="away", name="外站", url=f"{ROOT}away/", listing=Rows),
        Section(slug="future", name="未来", url=f"{ROOT}future/", listing=Rows),
        Section(slug="loop", name="循环", url=f"{ROOT}loop/", listing=Rows),
        Section(slug="endless", name="无尽", url=f"{ROOT}endless/", listing=Rows),
    )
