"""工业和信息化部: jpaas; the same system serves the 29 通信管理局.

2026-11-24 Created from notes of 2026: pageId differs from column to column and is read from the page. Text
           or catalogues may be a PDF in a frame. A missing Referer was once refused. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JpaasList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

ROOT = "https://www.miit.gov.cn/zwgk/"


class MiitArticle(GovernmentArticle):
    body = First("#con_con, .ccontent, .xxgk_con, .article_con")
    label_lines = ".cinfo"
    printed = {"published": "#con_time"}


class Miit(HanwebPortal):
    slug = issuer = "miit"
    name = "工业和信息化部"
    hosts = ("www.miit.gov.cn",)
    articles = (MiitArticle,)
    sections = (
        Section(slug="tz", name="通知", url=f"{ROOT}zcwj/wjfb/tz/index.html", listing=JpaasList),
        Section(slug="wjgs", name="文件公示", url=f"{ROOT}wjgs/index.html", listing=JpaasList),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zcjd/index.html", listing=JpaasList),
    )
