"""风向能源网（示例）: a trade medium with the template of 北极星, pages in ``samples/hosts/reprints.py``.

2026-11-23 Created; column lists without pager, long articles in several pages.
"""

from __future__ import annotations

import re

from crawler.portal import Portal, Section
from crawler.portals.bjx import BjxArticle, BjxList

ROOT = "https://news.reprints.example/"


class SampleReprints(Portal):
    slug = "sample-reprints"
    name = "风向能源网（示例）"
    hosts = ("news.reprints.example",)
    article_url = re.compile(r"/html/\d{8}/(?P<key>\d+)(?:-\d+)?\.shtml$")
    articles = (BjxArticle,)
    sections = (
        Section(slug="zc", name="政策", url=f"{ROOT}zc/", listing=BjxList),
        Section(slug="qn", name="氢能", url=f"{ROOT}qn/", listing=BjxList),
    )
