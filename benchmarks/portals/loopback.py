"""A government-shaped portal on loopback, once with few articles and once with many.

The difference between the two is what a page costs; what both share is the start of a process.
"""

from __future__ import annotations

import re

from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import JsonList
from crawler.portal import Portal, Section


class LoopbackArticle(GovernmentArticle):
    tables = "table.bd1"


class BenchFew(Portal):
    slug = "bench-few"
    name = "测量（少）"
    hosts = ("bench.example",)
    article_url = re.compile(r"/few/content_(?P<key>\d+)\.htm$")
    articles = (LoopbackArticle,)
    sections = (Section(slug="all", name="全部", url="http://bench.example/few/list.json", listing=JsonList),)


class BenchMany(Portal):
    slug = "bench-many"
    name = "测量（多）"
    hosts = ("bench.example",)
    article_url = re.compile(r"/many/content_(?P<key>\d+)\.htm$")
    articles = (LoopbackArticle,)
    sections = (
        Section(slug="all", name="全部", url="http://bench.example/many/list.json", listing=JsonList),
    )
