"""教育部: WAS5.

2026-11-24 Created from code of 2026 that is said to work; connections from abroad are reset. No page was
           seen.
"""

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import WasList
from crawler.pages.templates import CommonArticle
from crawler.platforms import TrsPortal
from crawler.portal import Section

SEARCH = "http://www.moe.gov.cn/was5/web/search?channelid="


class MoeList(WasList):
    rows = Many("#list li")


class MoeArticle(GovernmentArticle):
    body = First("#downloadContent, .moe-detail-box, #content_body_xxgk")
    tables = "#moe-policy-table"
    printed = {"title": "h1"}
    boilerplate = tables


class Moe(TrsPortal):
    slug = issuer = "moe"
    name = "教育部"
    hosts = ("www.moe.gov.cn",)
    articles = (MoeArticle, CommonArticle)
    sections = (Section(slug="zcwj", name="政策文件", url=f"{SEARCH}236238&page=1", listing=MoeList),)
