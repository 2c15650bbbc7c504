"""中国气象局: a static TRS site.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "http://zwgk.cma.gov.cn/zfxxgk/gknr/wjgk/gfxwj/"


class Cma(TrsPortal):
    slug = issuer = "cma"
    name = "中国气象局"
    hosts = ("zwgk.cma.gov.cn",)
    sections = (Section(slug="gfxwj", name="规范性文件", url=LIST, listing=TrsList, rests_on="unverified"),)
