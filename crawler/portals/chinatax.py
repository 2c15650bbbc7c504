"""国家税务总局: a static list of its old site.

2026-11-24 Created from code of 2020 and 2026. The library ``fgk.chinatax.gov.cn`` answers with a cookie
           challenge (``C3VK``) and is not asked. No page was seen.
"""

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import HubList
from crawler.platforms import ContentPortal
from crawler.portal import Section

LIST = "https://www.chinatax.gov.cn/chinatax/n810341/n810755/index.html"


class TaxList(HubList):
    rows = Many("ul.list.whlist li")


class TaxArticle(GovernmentArticle):
    body = First("#fontzoom, .article")
    printed = {"title": "h1"}


class ChinaTax(ContentPortal):
    slug, issuer = "chinatax", "sta"
    name = "国家税务总局"
    hosts = ("www.chinatax.gov.cn",)
    articles = (TaxArticle,)
    sections = (Section(slug="zxwj", name="最新文件", url=LIST, listing=TaxList, rests_on="unverified"),)
