"""Two portals on hosts of one domain, as a city's and its bureau's are.

2026-11-24 Created, to see that the domain's delay is kept between them too.
"""

from __future__ import annotations

import re

from crawler.pages.base import Many
from crawler.pages.listings import StaticList
from crawler.portal import Portal, Section
from crawler.portals.ndrc import NdrcArticle


class TwinList(StaticList):
    rows = Many("ul.u-list > li")


class City(Portal):
    slug = "city"
    name = "某市"
    hosts = ("www.twins.example",)
    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)\.html$")
    articles = (NdrcArticle,)
    sections = (Section(slug="tz", name="通知", url="https://www.twins.example/tz/", listing=TwinList),)


class Bureau(City):
    slug = "bureau"
    name = "某市某局"
    hosts = ("bureau.twins.example",)
    sections = (Section(slug="tz", name="通知", url="https://bureau.twins.example/tz/", listing=TwinList),)
