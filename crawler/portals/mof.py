"""财政部: static TRS lists whose rows lead to the sites of its departments.

2026-11-24 Created from notes of 2026. The total stands in ``createPageHTML`` or ``countPage``; a row may
           print its day as bare text. No page was seen.
"""

import re

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import CountedList
from crawler.pages.templates import CommonArticle
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "http://www.mof.gov.cn/zhengwuxinxi/"


class MofList(CountedList):
    total = re.compile(r"(?:createPageHTML\s*\(|countPage\s*=)\s*[\"']?(\d{1,6})")
    file = "index_{n}.htm"


class MofArticle(GovernmentArticle):
    body = First("div.my_conboxzw, div.my_doccontent")
    printed = {"title": "h2.title_con, h1"}


class Mof(TrsPortal):
    slug = issuer = "mof"
    name = "财政部"
    hosts = ("*.mof.gov.cn",)
    articles = (MofArticle, CommonArticle)
    sections = (
        Section(slug="zcfb", name="政策发布", url=f"{ROOT}zhengcefabu/", listing=MofList, at_least=10),
        Section(slug="czxw", name="财政新闻", url=f"{ROOT}caizhengxinwen/", listing=MofList, at_least=10),
    )
