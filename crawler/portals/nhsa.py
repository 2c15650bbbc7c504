"""国家医疗保障局: recordsets inside the page.

2026-11-24 Created from code of 2026 that is said to work: the first 45 rows; what leads further is
           encrypted and often empty. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import RecordList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "http://www.nhsa.gov.cn/col/col37/index.html"


class NhsaArticle(GovernmentArticle):
    body = First("#c, #zoom")
    printed = {"title": "#artTitMob, h1"}


class Nhsa(HanwebPortal):
    slug = issuer = "nhsa"
    name = "国家医疗保障局"
    hosts = ("www.nhsa.gov.cn",)
    articles = (NhsaArticle,)
    sections = (Section(slug="zcfg", name="政策法规", url=LIST, listing=RecordList, at_least=10),)
