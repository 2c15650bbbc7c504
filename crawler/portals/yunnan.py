"""云南省: a static TRS site.

2026-11-24 Created from code of 2020; its policy subtree was seen to answer 403. No page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "http://www.yn.gov.cn/zwgk/zcwj/zxwj/"


class Yunnan(TrsPortal):
    slug = issuer = "yunnan"
    name = "云南省"
    hosts = ("www.yn.gov.cn",)
    sections = (Section(slug="zxwj", name="最新文件", url=LIST, listing=TrsList, rests_on="unverified"),)
