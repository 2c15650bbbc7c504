"""市场监管总局: jpaas; title and day of a row are two neighbouring items.

2026-11-24 Created from code of 2026 that is said to work; connections from abroad are reset. No page was
           seen.
"""

import datetime as dt

from crawler.pages.base import First, Many, Node, text_in
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JpaasList, listed_day
from crawler.platforms import HanwebPortal
from crawler.portal import Section

ROOT = "https://www.samr.gov.cn/"


class SamrList(JpaasList):
    rows = Many("li.nav04Left02_content")

    def day(self, row: Node) -> dt.date | None:
        """The day in the item behind the title's."""
        after = row.next
        while after is not None and after.tag != "li":
            after = after.next
        return listed_day(text_in(after))


class SamrArticle(GovernmentArticle):
    body = First("div.Three_xilan_07")


class Samr(HanwebPortal):
    slug = issuer = "samr"
    name = "市场监管总局"
    hosts = ("www.samr.gov.cn",)
    articles = (SamrArticle,)
    sections = (
        Section(slug="zjwj", name="总局文件", url=f"{ROOT}zw/zjwj/index.html", listing=SamrList),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zw/zjwj/zcjd/index.html", listing=SamrList),
    )
