"""中国政府网 and its policy library: JSON lists, articles with a label table.

2026-11-23 Created; each list page is a shell, a JSON file beside it holds all rows, newest first.
           Policy pages print a label table (``table.bd1``, since 2023 ``.policyLibraryOverview_header``)
           and the body twice, for desktop and mobile: the first counts. A stray ``</html>`` stands
           before the body of many. News and 解读 have a headline block instead; their visible time,
           ``firstpublishedtime`` and ``lastmodifiedtime`` all differ. Hidden ``share-substr`` blocks
           repeat title and abstract. ``/zhengce/zhengceku/`` itself answers 403, its articles 200.
           The table of 2018 checked on saved pages; lists and the newer templates are from notes.
"""

from __future__ import annotations

import re

from crawler.pages.base import First
from crawler.pages.government import METAS, GovernmentArticle
from crawler.pages.listings import JsonList
from crawler.portal import Portal, Section

ROOT = "https://www.gov.cn/zhengce/"
EDITED = METAS | {"author": "editor"}
"""Its meta ``author`` names who edited the page."""


class PolicyArticle(GovernmentArticle):
    metas = EDITED
    tables = "table.bd1, .policyLibraryOverview_header table"
    crumbs = ".BreadcrumbNav a"


class NewsArticle(GovernmentArticle):
    metas = EDITED
    body = First("#UCAP-CONTENT, .pages_content")
    printed = {
        "title": ".article h1, h1#ti, h1",
        "published": ".pages-date",
        "source": ".pages-date .font",
    }
    crumbs = ".BreadcrumbNav a"


class GovCn(Portal):
    slug = "govcn"
    name = "中国政府网"
    hosts = ("www.gov.cn", "gov.cn")
    issuer = "state-council"
    article_url = re.compile(r"/content_(?P<key>\d+)\.html?$")
    articles = (PolicyArticle, NewsArticle)
    sections = (
        Section(
            slug="zuixin",
            name="最新政策",
            url=f"{ROOT}zuixin/ZUIXINZHENGCE.json",
            listing=JsonList,
            at_least=20,
        ),
        Section(
            slug="gwywj",
            name="国务院文件",
            url=f"{ROOT}zhengceku/gwywj/TONGYONGGAILAN.json",
            listing=JsonList,
            at_least=20,
        ),
        Section(
            slug="bmwj",
            name="部门文件",
            url=f"{ROOT}zhengceku/bmwj/TONGYONGGAILAN.json",
            listing=JsonList,
            at_least=20,
        ),
        Section(
            slug="jiedu", name="政策解读", url=f"{ROOT}jiedu/ZCJD_QZ.json", listing=JsonList, at_least=20
        ),
    )
