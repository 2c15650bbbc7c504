"""国家网信办: first pages in HTML, all pages by a service asked with POST.

2026-11-24 Created from code of 2026 that is said to work; the page of 政策法规 was 404 while the service
           answered. The names of its rows are not in the notes. Attributes are unquoted (``<DIV
           id=BodyLabel>``). No page was seen.
"""

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import HubList, SearchList, posting
from crawler.portal import Portal, Section

ROOT = "https://www.cac.gov.cn/"
FORM = "channelCode=A093703&perPage=20&pageno=1"


class CacList(HubList):
    rows = Many("#loadingInfoPage li")


class CacService(SearchList):
    rows = ("", "list", "*", "data.*")
    title, url, day = "topic|title|infoTitle", "infourl|url|link", "pubtime|pubTime|publishTime|date"
    page, total = "pageno", ("total", "totalCount", "count")


class CacArticle(GovernmentArticle):
    body = First("#BodyLabel")
    printed = {"title": "h1.title", "published": "#pubtime", "source": "#source"}


class Cac(Portal):
    slug = issuer = "cac"
    name = "国家网信办"
    hosts = ("www.cac.gov.cn",)
    article_url = re.compile(r"/(?P<key>c_\d+)\.htm$")
    articles = (CacArticle,)
    sections = (
        Section(slug="wxfb", name="网信发布", url=f"{ROOT}wxzw/wxfb/A093702index_1.htm", listing=CacList),
        Section(
            slug="zcfg",
            name="政策法规",
            url=posting(f"{ROOT}cms/JsonList", FORM),
            listing=CacService,
            rests_on="unverified",
        ),
    )
