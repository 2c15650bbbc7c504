"""中国人民银行: static lists without days.

2026-11-24 Created from code of 2026 that is said to work; how it pages is not known, so only first pages
           are read. No page was seen.
"""

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import HubList
from crawler.portal import Portal, Section

ROOT = "http://www.pbc.gov.cn/tiaofasi/144941/"


class PbcList(HubList):
    rows = Many("font.newslist_style")


class PbcArticle(GovernmentArticle):
    body = First("#zoom")
    printed = {"title": "h2, h1", "published": "#shijian"}


class Pbc(Portal):
    slug = issuer = "pbc"
    name = "中国人民银行"
    hosts = ("www.pbc.gov.cn",)
    article_url = re.compile(r"/\d{5,}/\d{5,}/(?P<key>\d{7,})/index\.html$")
    articles = (PbcArticle,)
    sections = (
        Section(slug="gfxwj", name="规范性文件", url=f"{ROOT}3581332/index.html", listing=PbcList),
        Section(slug="gz", name="规章", url=f"{ROOT}144957/index.html", listing=PbcList),
    )
