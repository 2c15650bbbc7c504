"""广州市: gkmlpt, as most of 广东.

2026-11-24 Created because its family is known; the address is not from a note, and no page was seen.
"""

from crawler.pages.listings import GkmlptList
from crawler.platforms import GkmlptPortal
from crawler.portal import Section

INDEX = "http://www.gz.gov.cn/gkmlpt/index"


class Guangzhou(GkmlptPortal):
    slug = issuer = "guangzhou"
    name = "广州市"
    hosts = ("www.gz.gov.cn",)
    sections = (Section(slug="all", name="信息公开", url=INDEX, listing=GkmlptList, rests_on="unverified"),)
