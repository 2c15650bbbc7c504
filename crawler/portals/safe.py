"""国家外汇管理局: a static list.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

import re

from crawler.pages.listings import HubList
from crawler.pages.templates import CommonArticle
from crawler.portal import Portal, Section

LIST = "https://www.safe.gov.cn/safe/zcfg/index.html"


class Safe(Portal):
    slug = issuer = "safe"
    name = "国家外汇管理局"
    hosts = ("www.safe.gov.cn",)
    article_url = re.compile(r"/safe/\d{4}/\d{4}/(?P<key>\d+)\.html$")
    articles = (CommonArticle,)
    sections = (Section(slug="zcfg", name="政策法规", url=LIST, listing=HubList, rests_on="unverified"),)
