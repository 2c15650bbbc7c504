"""东澜省人民政府（示例）: JSON lists like 中国政府网's, pages in ``samples/hosts/council.py``.

2026-11-23 Created; a table of fields before the body, the body twice, a stray ``</html>`` between.
"""

from __future__ import annotations

import re

from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JsonList
from crawler.portal import Portal, Section

ROOT = "https://www.council.example/zhengce/"


class CouncilArticle(GovernmentArticle):
    tables = ".policyLibraryOverview_header table"
    crumbs = ".BreadcrumbNav a"


class SampleCouncil(Portal):
    slug = "sample-council"
    name = "东澜省人民政府（示例）"
    hosts = ("www.council.example",)
    article_url = re.compile(r"/content_(?P<key>\d+)\.htm$")
    articles = (CouncilArticle,)
    sections = (
        Section(slug="zuixin", name="最新政策", url=f"{ROOT}zuixin/ZUIXINZHENGCE.json", listing=JsonList),
        Section(
            slug="bmwj", name="部门文件", url=f"{ROOT}zhengceku/bmwj/TONGYONGGAILAN.json", listing=JsonList
        ),
    )
