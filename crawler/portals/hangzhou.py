"""杭州市: jpaas.

2026-11-24 Created from code of 2026 that is said to work; addresses abroad are said to get page 1 for ever.
           No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JpaasList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "https://www.hangzhou.gov.cn/col/col1229063389/index.html"


class HangzhouArticle(GovernmentArticle):
    body = First(".zc_article_con, #zoom")


class Hangzhou(HanwebPortal):
    slug = issuer = "hangzhou"
    name = "杭州市"
    hosts = ("www.hangzhou.gov.cn",)
    articles = (HangzhouArticle,)
    sections = (Section(slug="zcwj", name="政策文件", url=LIST, listing=JpaasList),)
