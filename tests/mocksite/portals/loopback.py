"""A portal that lives on loopback addresses itself, one allowed and one not.

2026-11-23 Created, to see that an address is refused after its name was looked up and on redirects.
"""

from __future__ import annotations

import re

from crawler.pages.base import Many
from crawler.pages.listings import StaticList
from crawler.portal import Portal, Section
from crawler.portals.ndrc import NdrcArticle


class LoopbackList(StaticList):
    rows = Many("ul.u-list > li")


class Loopback(Portal):
    slug = "loopback"
    name = "回环"
    hosts = ("127.0.0.1", "127.0.0.2", "localhost")
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)\.html$")
    articles = (NdrcArticle,)
    sections = (Section(slug="tz", name="通知", url="http://127.0.0.1:1/tz/", listing=LoopbackList),)
