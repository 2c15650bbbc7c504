"""交通运输部: its disclosure site.

2026-11-24 Created from code of 2026 that is said to work. No page was seen.
"""

from crawler.pages.base import Many
from crawler.pages.listings import HubList
from crawler.platforms import TrsPortal
from crawler.portal import Section


class MotList(HubList):
    rows = Many("div.tab-pane a[title]")
    days = "span.badge"


class Mot(TrsPortal):
    slug = issuer = "mot"
    name = "交通运输部"
    hosts = ("xxgk.mot.gov.cn", "www.mot.gov.cn")
    sections = (
        Section(slug="zc", name="政策", url="https://xxgk.mot.gov.cn/zhengce/?gk=5", listing=MotList),
    )
