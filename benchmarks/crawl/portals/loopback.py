"""A government-shaped portal on loopback: a JSON list, articles with a table of fields."""

from __future__ import annotations

import re

from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JsonList
from crawler.portal import Portal, Section


class LoopbackArticle(GovernmentArticle):
    tables = "table.bd1"


class Bench(Portal):
    slug = "bench"
    name = "测量委员会（示例）"
    hosts = ("bench.example",)
    article_url = re.compile(r"/content_(?P<key>\d+)\.htm$")
    articles = (LoopbackArticle,)
    sections = (Section(slug="all", name="全部", url="http://bench.example/list.json", listing=JsonList),)
