"""应急管理部: lists in frames.

2026-11-24 Created from code of 2026 that is said to work. No page was seen.
"""

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import FramedList
from crawler.platforms import TrsPortal
from crawler.portal import Section

LIST = "https://www.mem.gov.cn/gk/zfxxgkpt/fdzdgknr/"


class MemList(FramedList):
    rows = Many("div.scy_main_V2_list tr")


class MemArticle(GovernmentArticle):
    body = First("#content")
    tables = "table:has(td.td_lable)"
    printed = {"title": "h1"}


class Mem(TrsPortal):
    slug = issuer = "mem"
    name = "应急管理部"
    hosts = ("www.mem.gov.cn",)
    articles = (MemArticle, *TrsPortal.articles)
    sections = (Section(slug="gknr", name="法定主动公开", url=LIST, listing=MemList),)
