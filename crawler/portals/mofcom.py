"""商务部: jpaas.

2026-11-24 Created from notes of 2026. Some pages redirect by script or hold their text in a frame: not
           read. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JpaasList
from crawler.platforms import HanwebPortal
from crawler.portal import Section


class MofcomArticle(GovernmentArticle):
    body = First("div.art-con")
    boilerplate = ".article-tool"


class Mofcom(HanwebPortal):
    slug = issuer = "mofcom"
    name = "商务部"
    hosts = ("www.mofcom.gov.cn",)
    articles = (MofcomArticle,)
    sections = (
        Section(
            slug="zcfb",
            name="政策发布",
            url="https://www.mofcom.gov.cn/zwgk/zcfb/index.html",
            listing=JpaasList,
        ),
    )
