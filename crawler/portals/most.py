"""科学技术部: a static TRS site with a label table.

2026-11-23 Created; the hub ``/fgzc/`` shows the first rows of each column (17 in all) and is a
           section of its own, the columns page by ``createPageHTML``. A row prints its day twice,
           for desktop and mobile. 有效性 and 发文字号 may be empty; a covering note and the policy
           stand in one body. Some rows link to www.gov.cn: not articles of this portal.
           The hub and two articles checked on saved pages of 2026-04; the columns are not.
"""

from __future__ import annotations

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import HubList, TrsList
from crawler.portal import Portal, Section

ROOT = "https://www.most.gov.cn/xxgk/xinxifenlei/fdzdgknr/fgzc/"
ROWS = "ul.list_common > li"


class MostHub(HubList):
    rows = Many(ROWS)


class MostList(TrsList):
    rows = Many(ROWS)


class MostArticle(GovernmentArticle):
    body = First("#Zoom")
    tables = "table.xxgk_detail_table1"
    printed = {"title": "div.xxgk_title"}
    crumbs = "div.b_crumbs a"


class Most(Portal):
    slug = "most"
    name = "科学技术部"
    hosts = ("www.most.gov.cn",)
    issuer = "most"
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)\.s?html?$")
    articles = (MostArticle,)
    sections = (
        Section(slug="fgzc", name="法规政策", url=ROOT, listing=MostHub, at_least=10, rests_on="real page"),
        Section(slug="flfg", name="法律法规", url=f"{ROOT}flfg/", listing=MostList),
        Section(slug="bmgz", name="部门规章", url=f"{ROOT}bmgz/", listing=MostList),
        Section(slug="gfxwj", name="规范性文件", url=f"{ROOT}gfxwj/", listing=MostList),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zcjd/", listing=MostList),
    )
