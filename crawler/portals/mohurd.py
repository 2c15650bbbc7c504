"""住房和城乡建设部: jpaas.

2026-11-24 Created from notes of 2026-10, which name its unit but not its columns; POST is refused. Pages of
           articles are not known.
"""

from crawler.pages.listings import JpaasList
from crawler.platforms import HanwebPortal
from crawler.portal import Section

LIST = "https://www.mohurd.gov.cn/gongkai/fdzdgknr/index.html"


class Mohurd(HanwebPortal):
    slug = issuer = "mohurd"
    name = "住房和城乡建设部"
    hosts = ("www.mohurd.gov.cn",)
    sections = (
        Section(slug="gknr", name="法定主动公开", url=LIST, listing=JpaasList, rests_on="unverified"),
    )
