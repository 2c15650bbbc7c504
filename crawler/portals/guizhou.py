"""贵州省: a static TRS site.

2026-11-24 Created from code of 2020; the site may have been rebuilt. No page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "http://www.guizhou.gov.cn/zwgk/zcfg/szfwj/"


class Guizhou(TrsPortal):
    slug = issuer = "guizhou"
    name = "贵州省"
    hosts = ("www.guizhou.gov.cn",)
    sections = (Section(slug="szfwj", name="省政府文件", url=LIST, listing=TrsList, rests_on="unverified"),)
