"""生态环境部: static lists, two templates.

2026-11-24 Created from notes of 2026: page n is ``index_<id>_<n>.shtml``, the id stands in a script; rows
           print the day first. Standards are PDFs. No page was seen.
"""

import re

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import CountedList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "https://www.mee.gov.cn/zcwj/"


class MeeList(CountedList):
    file = "index_{id}_{n}.shtml"
    named = re.compile(r"index_(\d+)")


class ColumnArticle(GovernmentArticle):
    body = First(".neiright_JPZ_GK_CP")
    printed = {"title": "h2.neiright_Title", "published": ".xqLyPc"}


class DisclosureArticle(GovernmentArticle):
    body = First(".content_body_box")
    boxes = ".content_top_box"
    printed = {"title": "h1"}


class Mee(TrsPortal):
    slug = issuer = "mee"
    name = "生态环境部"
    hosts = ("www.mee.gov.cn",)
    articles = (ColumnArticle, DisclosureArticle)
    sections = (
        Section(slug="gwywj", name="国务院文件", url=f"{ROOT}gwywj/", listing=MeeList),
        Section(slug="sthjbwj", name="生态环境部文件", url=f"{ROOT}sthjbwj/", listing=MeeList),
    )
