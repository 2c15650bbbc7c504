"""国家移民管理局: numbered from the oldest page, as 国资委.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import ReverseList
from crawler.platforms import ContentPortal
from crawler.portal import Section

LIST = "https://www.nia.gov.cn/n741440/n741547/index.html"


class Nia(ContentPortal):
    slug = issuer = "nia"
    name = "国家移民管理局"
    hosts = ("www.nia.gov.cn",)
    sections = (Section(slug="zcfg", name="政策法规", url=LIST, listing=ReverseList, rests_on="unverified"),)
