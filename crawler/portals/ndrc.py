"""国家发展改革委: a static TRS site.

2026-11-23 Created; lists page by ``createPageHTML`` (25 rows in groups of five, a spacer between,
           pop-up lists of 解读 inside the rows); a row's day may differ from the one in its address.
           Articles have no h1 and no label table: title and time come from the metas, the number
           from the title's end or the body's first lines. Full texts are often a PDF only.
           ``/xxgk/zcfb/`` itself is a script redirect to ``./fzggwl/``.
           fzggwl checked on saved pages of 2026-04; the other lists are said to be of the same form.
"""

from __future__ import annotations

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import TrsList
from crawler.portal import Portal, Section

ROOT = "https://www.ndrc.gov.cn/xxgk/zcfb/"


class NdrcList(TrsList):
    rows = Many("ul.u-list > li")


class NdrcArticle(GovernmentArticle):
    body = First(".article_con")
    printed = {"title": "h2.article_title", "published": ".shezhi .time", "source": ".laiyuantext span"}
    crumbs = "div.path a"
    files = "div.attachment"


class Ndrc(Portal):
    slug = "ndrc"
    name = "国家发展改革委"
    hosts = ("www.ndrc.gov.cn",)
    issuer = "ndrc"
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)(?:_ext)?\.html?$")
    articles = (NdrcArticle,)
    sections = (
        Section(
            slug="fzggwl",
            name="发展改革委令",
            url=f"{ROOT}fzggwl/",
            listing=NdrcList,
            at_least=10,
            rests_on="real page",
        ),
        Section(slug="ghxwj", name="规范性文件", url=f"{ROOT}ghxwj/", listing=NdrcList, at_least=10),
        Section(slug="ghwb", name="规划文本", url=f"{ROOT}ghwb/", listing=NdrcList, at_least=10),
        Section(slug="gg", name="公告", url=f"{ROOT}gg/", listing=NdrcList, at_least=10),
        Section(slug="tz", name="通知", url=f"{ROOT}tz/", listing=NdrcList, at_least=10),
    )
