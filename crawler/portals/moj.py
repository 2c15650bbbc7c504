"""司法部: opinions sought on drafts.

2026-11-24 Created from code of 2026 that is said to work. It answers 302 to the same address until a cookie
           is kept: we keep none, so it may refuse us. No page was seen.
"""

from crawler.pages.base import Many
from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "https://www.moj.gov.cn/lfyjzj/lflfyjzj/index.html"


class MojList(TrsList):
    rows = Many("ul.newsMsgList_zzy li, .rightData li")


class Moj(TrsPortal):
    slug = issuer = "moj"
    name = "司法部"
    hosts = ("www.moj.gov.cn",)
    sections = (Section(slug="lfyj", name="立法意见征集", url=LIST, listing=MojList),)
