"""国家数据局: static lists whose script says how many rows there are.

2026-11-24 Created from code of 2026 that is said to work: ``index_pc_<n>.html``, fifteen rows a page, pop-
           up lists in rows. How addresses of articles look is not in the notes. No page was seen.
"""

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import CountedList
from crawler.portal import Portal, Section

ROOT = "https://www.nda.gov.cn/sjj/zwgk/"


class NdaList(CountedList):
    rows = Many("ul.u-list > li")
    total, size = re.compile(r"totalData\s*[:=]\s*(\d+)"), re.compile(r"showData\s*[:=]\s*(\d+)")
    file, behind = "index_pc_{n}.html", 0


class NdaArticle(GovernmentArticle):
    body = First("div.article")
    printed = {"title": "h1, h2"}
    files = "div.filelist"


class Nda(Portal):
    slug = issuer = "nda"
    name = "国家数据局"
    hosts = ("www.nda.gov.cn",)
    article_url = re.compile(r"/(?P<key>\d{12,})(?:_pc)?\.html$")
    articles = (NdaArticle,)
    sections = (
        Section(
            slug="zcfb",
            name="政策发布",
            url=f"{ROOT}zcfb/list/index_pc_1.html",
            listing=NdaList,
            rests_on="unverified",
        ),
        Section(
            slug="tzgg",
            name="通知公告",
            url=f"{ROOT}tzgg/list/index_pc_1.html",
            listing=NdaList,
            rests_on="unverified",
        ),
    )
