"""山西省: a static TRS site.

2026-11-24 Created from code of 2020; the site may have been rebuilt. No page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "http://www.shanxi.gov.cn/zw/zfwj/szfbgtwj/"


class Shanxi(TrsPortal):
    slug = issuer = "shanxi"
    name = "山西省"
    hosts = ("www.shanxi.gov.cn",)
    sections = (
        Section(slug="szfbgt", name="省政府办公厅文件", url=LIST, listing=TrsList, rests_on="unverified"),
    )
