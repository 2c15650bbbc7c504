"""国家法律法规数据库: a search asked with POST, laws as trees of articles.

2026-11-24 Created from notes of 2026-10: all keys must be in the question, ``orderByParam`` must be an
           object. How a node of the tree is made is not in the notes, nor is the address of its page for
           readers.
"""

import re

from crawler.pages.listings import SearchList, posting
from crawler.portal import Portal, Section

ROOT = "https://flk.npc.gov.cn/"
BODY = (
    '{"searchRange":1,"sxrq":[],"gbrq":[],"searchType":2,"sxx":[],"gbrqYear":[],"flfgCodeId":[],"zdjgCodeId":[],'
    '"searchContent":"","orderByParam":{"order":"-1","sort":""},"pageNum":1,"pageSize":20}'
)


class FlkList(SearchList):
    rows = ("rows",)
    day = "gbrq"
    link = f"{ROOT}detail?bbbs={{bbbs}}"
    page, total = "pageNum", ("total",)


class Flk(Portal):
    slug = "flk"
    name = "国家法律法规数据库"
    hosts = ("flk.npc.gov.cn",)
    issuer = "npcsc"
    article_url = re.compile(r"bbbs=(?P<key>[0-9a-f]{32})")
    data_url = f"{ROOT}law-search/search/flfgDetails?bbbs={{key}}"
    page_url = f"{ROOT}detail?bbbs={{key}}"
    articles = ()
    sections = (
        Section(
            slug="all",
            name="法律法规",
            url=posting(f"{ROOT}law-search/search/list", BODY),
            listing=FlkList,
            rests_on="unverified",
        ),
    )
