"""农业农村部: a static TRS site.

2026-11-24 Created from code of 2026 that names its columns; no page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "http://www.moa.gov.cn/gk/"


class Moa(TrsPortal):
    slug, issuer = "moa", "mara"
    name = "农业农村部"
    hosts = ("www.moa.gov.cn",)
    sections = (
        Section(slug="zcfg", name="政策法规", url=f"{ROOT}zcfg/", listing=TrsList, rests_on="unverified"),
        Section(slug="zcjd", name="政策解读", url=f"{ROOT}zcjd/", listing=TrsList, rests_on="unverified"),
    )
