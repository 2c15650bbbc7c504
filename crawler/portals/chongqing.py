"""重庆市: static TRS lists paged by ``createPage``.

2026-11-24 Created from code of 2026 that is said to work: rows are cells or items, each with its number and
           成文日期. No page was seen.
"""

from crawler.pages.base import Many
from crawler.pages.listings import TrsList
from crawler.platforms import TrsPortal
from crawler.portal import Section

ROOT = "https://www.cq.gov.cn/zwgk/zfxxgkml/szfwj/"


class ChongqingList(TrsList):
    rows = Many("td.title, li")
    days = "p:not(.tit), .pub-time"


class Chongqing(TrsPortal):
    slug = issuer = "chongqing"
    name = "重庆市"
    hosts = ("www.cq.gov.cn",)
    sections = (
        Section(slug="szf", name="市政府行政规范性文件", url=f"{ROOT}xzgfxwj/szf/", listing=ChongqingList),
        Section(
            slug="szfbgt",
            name="市政府办公厅行政规范性文件",
            url=f"{ROOT}xzgfxwj/szfbgt/",
            listing=ChongqingList,
        ),
        Section(slug="zfgz", name="政府规章", url=f"{ROOT}zfgz/zfgz/", listing=ChongqingList),
    )
