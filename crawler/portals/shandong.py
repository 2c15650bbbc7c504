"""山东省: rows stand in the page, the dataproxy is empty.

2026-11-24 Created from code of 2026 that is said to work. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import RecordList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "http://www.shandong.gov.cn/col/col305145/index.html"


class ShandongArticle(GovernmentArticle):
    body = First("[class^=wip_art_con]")
    printed = {"title": "h1"}


class Shandong(HanwebPortal):
    slug = issuer = "shandong"
    name = "山东省"
    hosts = ("www.shandong.gov.cn",)
    articles = (ShandongArticle,)
    sections = (Section(slug="zcwj", name="政策文件", url=LIST, listing=RecordList),)
