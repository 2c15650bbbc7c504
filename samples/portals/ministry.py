"""东澜省发展和改革委员会（示例）: a static TRS site like 发改委's, pages in ``samples/hosts/ministry.py``.

2026-11-23 Created; lists page by ``createPageHTML``, the number stands at the title's end.
"""

from __future__ import annotations

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import TrsList
from crawler.portal import Portal, Section

ROOT = "https://www.ministry.example/xxgk/zcfb/"


class MinistryList(TrsList):
    rows = Many("ul.u-list > li")


class MinistryArticle(GovernmentArticle):
    body = First(".article_con")
    printed = {"title": "h2.article_title", "published": "div.time", "source": ".laiyuantext span"}
    crumbs = "div.path a"
    files = "div.attachment"


class SampleMinistry(Portal):
    slug = "sample-ministry"
    name = "东澜省发展改革委（示例）"
    hosts = ("www.ministry.example",)
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)\.html$")
    articles = (MinistryArticle,)
    sections = (
        Section(slug="tz", name="通知", url=f"{ROOT}tz/", listing=MinistryList),
        Section(slug="gg", name="公告", url=f"{ROOT}gg/", listing=MinistryList),
    )
