"""国家统计局: static lists, rows printed twice.

2026-11-24 Created from code of 2026 that is said to work; the first answer sets ``wzws_sessionid``. No page
           was seen.
"""

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section


class StatsList(TrsList):
    rows = Many(".list-content li")
    links = "a.pchide, a"


class StatsArticle(GovernmentArticle):
    body = First(".TRS_Editor, .TRS_UEDITOR, .trs_editor_view")
    label_lines = ".detail-title-des h2 p"
    printed = {"title": ".detail-title h1"}


class Stats(TrsPortal):
    slug, issuer = "stats", "nbs"
    name = "国家统计局"
    hosts = ("www.stats.gov.cn",)
    articles = (StatsArticle,)
    sections = (
        Section(slug="zxfb", name="最新发布", url="https://www.stats.gov.cn/sj/zxfb/", listing=StatsList),
        Section(
            slug="tzgg", name="通知公告", url="https://www.stats.gov.cn/xw/tjxw/tzgg/", listing=StatsList
        ),
    )
