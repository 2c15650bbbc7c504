"""证监会: a library of rules as a table of twenty rows a page, and news.

2026-11-24 Created. A row's title and what it says of its order (发布令号与日期) are in one link; its day is
           that of the first 公布, so a rule revised today has an old day. ``createPageHTML`` names
           its container first and counts pages from one: page 2 is taken to be ``fg_2.shtml``
           (not seen). Addresses of files in the list hold line breaks. A rule prints its name and
           its history (``p.sub-title``) inside the body. Metas say ``others`` = time of making.
           The library's list and two rules checked on saved pages of 2026; other pages are from notes.
"""

from __future__ import annotations

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import TrsList
from crawler.pages.templates import CommonArticle
from crawler.portal import Portal, Section


class RuleList(TrsList):
    rows = Many("#zc-list-content tr")
    links = "a.list"
    titles = ".til"
    days = ".sub-til"


class RuleArticle(GovernmentArticle):
    body = First("div.content-body")
    printed = {"title": ".content-body h3"}
    files = "div.content-head"
    boilerplate = ".content-body > h3:first-child"


class NewsArticle(CommonArticle):
    body = First(".detail-news, .detail-news .content")
    printed = {"title": "h2, h1"}
    label_lines = ".info p"


class Csrc(Portal):
    slug = "csrc"
    name = "证监会"
    hosts = ("www.csrc.gov.cn",)
    issuer = "csrc"
    article_url = re.compile(r"/(?P<key>c\d+)/content\.shtml$")
    articles = (RuleArticle, NewsArticle)
    sections = (
        Section(
            slug="fg",
            name="规章",
            url="http://www.csrc.gov.cn/csrc/c106256/fg.shtml",
            listing=RuleList,
            at_least=10,
            rests_on="real page",
        ),
    )
