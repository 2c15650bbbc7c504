"""国家邮政局: a channel behind a shell, as 证监会.

2026-11-24 Created from a directory of 2026-10; how its pages look is not in it, and no page was seen.
"""

from crawler.pages.listings import ChannelSearch
from crawler.platforms import HexPortal
from crawler.portal import Section

LIST = "https://www.spb.gov.cn/gjyzj/c100009/c100010/common_list.shtml"


class Spb(HexPortal):
    slug = issuer = "spb"
    name = "国家邮政局"
    hosts = ("www.spb.gov.cn",)
    sections = (
        Section(slug="gfxwj", name="规范性文件", url=LIST, listing=ChannelSearch, rests_on="unverified"),
    )
