"""自然资源部: a static TRS site.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "http://www.mnr.gov.cn/gk/zcjd/"


class Mnr(TrsPortal):
    slug = issuer = "mnr"
    name = "自然资源部"
    hosts = ("www.mnr.gov.cn",)
    sections = (Section(slug="zcjd", name="政策解读", url=LIST, listing=TrsList, rests_on="unverified"),)
