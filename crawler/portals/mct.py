"""文化和旅游部: a static TRS site.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "https://zwgk.mct.gov.cn/zfxxgkml/zcfg/"


class Mct(TrsPortal):
    slug = issuer = "mct"
    name = "文化和旅游部"
    hosts = ("zwgk.mct.gov.cn",)
    sections = (Section(slug="zcfg", name="政策法规", url=LIST, listing=TrsList, rests_on="unverified"),)
