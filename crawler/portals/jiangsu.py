"""江苏省: dataproxy.

2026-11-24 Created from code of 2026 that is said to work. A table of labels stands inside the body. No page
           was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import DataproxyList
from crawler.pages.templates import CommonArticle
from crawler.platforms import HanwebPortal
from crawler.portal import Section

ROOT = "https://www.jiangsu.gov.cn/col/"


class JiangsuList(DataproxyList):
    unitid, webname = 356383, "江苏省人民政府"


class JiangsuArticle(GovernmentArticle):
    body = First(".artile_zw, #zoom, .article")
    tables = boilerplate = "table.xxgk_table"


class Jiangsu(HanwebPortal):
    slug = issuer = "jiangsu"
    name = "江苏省"
    hosts = ("www.jiangsu.gov.cn",)
    articles = (JiangsuArticle, CommonArticle)
    sections = (
        Section(slug="zxwj", name="最新文件", url=f"{ROOT}col84242/index.html", listing=JiangsuList),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}col84725/index.html", listing=JiangsuList),
    )
