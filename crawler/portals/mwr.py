"""水利部: a static TRS site.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "http://www.mwr.gov.cn/zw/zcfg/"


class Mwr(TrsPortal):
    slug = issuer = "mwr"
    name = "水利部"
    hosts = ("www.mwr.gov.cn",)
    sections = (
        Section(slug="fl", name="法律", url=f"{ROOT}fl/", listing=TrsList, rests_on="unverified"),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zcjd/", listing=TrsList, rests_on="unverified"),
    )
