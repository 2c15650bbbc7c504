"""One list made by a script, one as it should be.

2026-11-24 Created, to see a browser render the first under the rules of all pages.
"""

from __future__ import annotations

import re

from crawler.pages.base import Many
from crawler.pages.listings import StaticList
from crawler.portal import Portal, Section
from crawler.portals.ndrc import NdrcArticle

ROOT = "https://scripted.example/"


class MadeList(StaticList):
    rows = Many("ul.u-list > li")


class Scripted(Portal):
    slug = "scripted"
    name = "脚本"
    hosts = ("scripted.example",)
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)\.html$")
    articles = (NdrcArticle,)
    sections = (
        Section(slug="made", name="最新", url=f"{ROOT}made/", listing=MadeList, at_least=3, browser=True),
        Section(slug="plain", name="通知", url=f"{ROOT}plain/", listing=MadeList),
    )
