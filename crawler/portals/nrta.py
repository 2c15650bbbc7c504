"""国家广播电视总局: recordsets inside the page.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import RecordList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "http://www.nrta.gov.cn/col/col2062/index.html"


class Nrta(HanwebPortal):
    slug = issuer = "nrta"
    name = "国家广播电视总局"
    hosts = ("www.nrta.gov.cn",)
    sections = (Section(slug="gfxwj", name="政策", url=LIST, listing=RecordList, rests_on="unverified"),)
