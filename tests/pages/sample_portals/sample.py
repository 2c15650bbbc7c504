"""A portal that nobody crawls."""

from __future__ import annotations

import re

from crawler.portal import Portal


class Sample(Portal):
    slug = "sample"
    name = "样例"
    hosts = ("sample.example",)
    article_url = re.compile(r"/(?P<key>\d+)\.html$")
    articles = ()
    sections = ()
