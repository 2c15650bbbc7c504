"""武汉市: rows written by ``document.writeln``.

2026-11-24 Created from code of 2026 that is said to work. Labels of an article are a list of
           ``label：value``. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import WrittenList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "https://www.wuhan.gov.cn/zwgk/xxgk/zfwj/"


class WuhanArticle(GovernmentArticle):
    body = First(".trs_editor_view")
    boxes = "ul:not(.nav)"


class Wuhan(TrsPortal):
    slug = issuer = "wuhan"
    name = "武汉市"
    hosts = ("www.wuhan.gov.cn",)
    articles = (WuhanArticle,)
    sections = (
        Section(slug="gfxwj", name="规范性文件", url=f"{ROOT}gfxwj/", listing=WrittenList),
        Section(slug="szfwj", name="市政府文件", url=f"{ROOT}szfwj/", listing=WrittenList),
    )
