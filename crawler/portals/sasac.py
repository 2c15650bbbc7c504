"""国资委: lists numbered from the oldest page, so that old pages never move.

2026-11-24 Created. The newest page is ``index.html``; ``index_2603340_15.html`` to ``_1`` hold nothing but
           ``<li>`` (a thin line every five rows), and only ``index.html`` and the top file change.
           An article prints its name as bare text, source and day in a ``p`` below it; the meta
           ``publishdate`` says the day; 相关文章 and a QR code stand inside the body's frame.
           List and articles checked on saved pages of 2026-04.
"""

from __future__ import annotations

import re

from crawler.pages.base import First, Many
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import ReverseList
from crawler.portal import Portal, Section


class SasacList(ReverseList):
    rows = Many(".zsy_conlist li, body > li")


class SasacArticle(GovernmentArticle):
    body = First(".zsy_comain")
    label_lines = ".zsy_cotitle p"
    printed = {"title": ".zsy_cotitle"}
    crumbs = ".sjw-mnav a"
    boilerplate = "#qr_container, #div_div, .related, [class^=jiathis]"


class Sasac(Portal):
    slug = "sasac"
    name = "国务院国资委"
    hosts = ("www.sasac.gov.cn", "wap.sasac.gov.cn")
    issuer = "sasac"
    article_url = re.compile(r"/(?P<key>c\d+)/content\.html$")
    articles = (SasacArticle,)
    sections = (
        Section(
            slug="zcfb",
            name="政策发布",
            url="http://www.sasac.gov.cn/n2588035/n2588320/n2588335/index.html",
            listing=SasacList,
            at_least=10,
            rests_on="real page",
        ),
    )
