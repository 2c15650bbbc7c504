"""国家知识产权局: a site of 大汉.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import RecordList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "https://www.cnipa.gov.cn/col/col74/index.html"


class Cnipa(HanwebPortal):
    slug = issuer = "cnipa"
    name = "国家知识产权局"
    hosts = ("www.cnipa.gov.cn",)
    sections = (Section(slug="zcfg", name="政策法规", url=LIST, listing=RecordList, rests_on="unverified"),)
