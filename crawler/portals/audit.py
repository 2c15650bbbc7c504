"""审计署: numbered from the oldest page, as 国资委.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import ReverseList
from crawler.platforms import ContentPortal
from crawler.portal import Section

ROOT = "https://www.audit.gov.cn/"


class Audit(ContentPortal):
    slug, issuer = "audit", "nao"
    name = "审计署"
    hosts = ("www.audit.gov.cn",)
    sections = (
        Section(
            slug="zcfg",
            name="法规",
            url=f"{ROOT}n6/n36/index.html",
            listing=ReverseList,
            rests_on="unverified",
        ),
        Section(
            slug="gg", name="公告", url=f"{ROOT}n5/n25/index.html", listing=ReverseList, rests_on="unverified"
        ),
    )
