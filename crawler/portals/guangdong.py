"""广东省: gkmlpt.

2026-11-24 Created from notes and code of 2026; HTTP answers more reliably than HTTPS. Category 5 is 政策文件.
           No page was seen.
"""

from crawler.pages.listings import GkmlptList
from crawler.platforms import GkmlptPortal
from crawler.portal import Section


class PolicyList(GkmlptList):
    category = 5


class Guangdong(GkmlptPortal):
    slug = issuer = "guangdong"
    name = "广东省"
    hosts = ("www.gd.gov.cn",)
    sections = (
        Section(slug="zcwj", name="政策文件", url="http://www.gd.gov.cn/gkmlpt/index", listing=PolicyList),
    )
