"""上海市: columns list years, each year has pages.

2026-11-24 Created from code of 2026 that is said to work; fifteen seconds a page from abroad. Comments hold
           stale rows. The number stands at the head of the text. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import YearList
from crawler.platforms import HexPortal
from crawler.portal import Section

ROOT = "https://www.shanghai.gov.cn/"


class ShanghaiArticle(GovernmentArticle):
    body = First(".Article_content, #ivs_content")
    printed = {"title": "#ivs_title", "published": "#ivs_date"}


class Shanghai(HexPortal):
    slug = issuer = "shanghai"
    name = "上海市"
    hosts = ("www.shanghai.gov.cn",)
    articles = (ShanghaiArticle,)
    sections = (
        Section(slug="hufu", name="沪府文件", url=f"{ROOT}nw39220/index.html", listing=YearList),
        Section(slug="hufufa", name="沪府发", url=f"{ROOT}nw11407/index.html", listing=YearList),
        Section(slug="hufubanfa", name="沪府办发", url=f"{ROOT}nw11408/index.html", listing=YearList),
        Section(slug="hufugui", name="沪府规", url=f"{ROOT}nw42944/index.html", listing=YearList),
    )
