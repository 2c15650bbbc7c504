"""A portal of services: a list behind a shell, one asked with POST, articles as JSON.

2026-11-24 Created, to see that shells, bodies and articles at other addresses are asked for.
"""

from __future__ import annotations

import re

from crawler.pages.listings import NeaList, SearchList, posting
from crawler.portal import Portal, Section

ROOT = "https://services.example/"
PAGE = f"{ROOT}view.html?docId={{key}}"
BODY = '{"pageNum":1,"pageSize":2}'


class ServiceList(SearchList):
    rows = ("rows",)
    link = f"{ROOT}view.html?docId={{id}}"
    day = "day"
    page, size, total = "pageNum", 2, ("total",)


class Services(Portal):
    slug = "services"
    name = "服务"
    hosts = ("services.example",)
    article_url = re.compile(r"docId=(?P<key>\d+)")
    data_url = f"{ROOT}data/docId={{key}}.json"
    page_url = PAGE
    articles = ()
    sections = (
        Section(
            slug="posted", name="检索", url=posting(f"{ROOT}list", BODY), listing=ServiceList, at_least=2
        ),
        Section(slug="shell", name="最新", url=f"{ROOT}zxwj.htm", listing=NeaList, at_least=2),
    )
