"""内蒙古自治区: dataproxy.

2026-11-24 Created from code of 2020; the site may have been rebuilt. No page was seen.
"""

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import DataproxyList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "https://www.nmg.gov.cn/col/col428/index.html"


class NmgList(DataproxyList):
    webid, unitid, webname = 2, 1239, "内蒙古自治区人民政府"


class NmgArticle(GovernmentArticle):
    body = First("#zoom, .main-fl-con")
    printed = {"title": ".main-fl-tit", "published": ".fbrq_01"}


class Neimenggu(HanwebPortal):
    slug = issuer = "neimenggu"
    name = "内蒙古自治区"
    hosts = ("www.nmg.gov.cn",)
    articles = (NmgArticle,)
    sections = (Section(slug="zcwj", name="政策文件", url=LIST, listing=NmgList, rests_on="unverified"),)
