"""北京市: static TRS lists; 规范性文件 in one long page.

2026-11-24 Created from code of 2026 that is said to work: a row prints its number in ``span`` and its day
           in ``b.u_time`` or ``span``. Labels are lists, no tables. No page was seen.
"""

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "https://www.beijing.gov.cn/zhengce/"


class BeijingList(TrsList):
    rows = Many("ul.default_news li")


class BeijingArticle(GovernmentArticle):
    body = First("#mainText, .view-content")
    boxes = ".doc-info ol, .doc-info ul, .doc-info dl"
    printed = {"title": "h1"}
    files = "ul.fujian"


class Beijing(TrsPortal):
    slug = issuer = "beijing"
    name = "北京市"
    hosts = ("www.beijing.gov.cn",)
    articles = (BeijingArticle,)
    sections = (
        Section(slug="szfwj", name="市政府文件", url=f"{ROOT}zfwj/zfwj2016/szfwj/", listing=BeijingList),
        Section(
            slug="bgtwj", name="市政府办公厅文件", url=f"{ROOT}zfwj/zfwj2016/bgtwj/", listing=BeijingList
        ),
        Section(slug="gfxwj", name="规范性文件", url=f"{ROOT}gfxwj/", listing=BeijingList),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zcjd/", listing=BeijingList),
    )
