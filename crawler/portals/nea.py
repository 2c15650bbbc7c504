"""国家能源局: each list page is a shell, its rows are in a JSON file beside it.

2026-11-24 Created. ``ul#showData0`` names ``ds_<32 hex>.json``, newest first, a thousand rows; a row of
           type Link has its address in the title. Pages of articles have the standard metas; the
           body's place has one source only. Old addresses were ``/YYYY-MM-DD/c_<id>.htm``.
           Rests on dated notes of 2026-05, on no saved page.
"""

from __future__ import annotations

import re

from crawler.pages.base import Ranked
from crawler.pages.government import GovernmentArticle
from crawler.pages.listings import NeaList
from crawler.pages.templates import BODIES
from crawler.portal import Portal, Section

ROOT = "https://www.nea.gov.cn/policy/"


class NeaArticle(GovernmentArticle):
    body = Ranked("#detailContent", *BODIES)
    printed = {"title": "h1, .titles"}


class Nea(Portal):
    slug = "nea"
    name = "国家能源局"
    hosts = ("www.nea.gov.cn",)
    issuer = "nea"
    article_url = re.compile(r"/\d{8}/(?P<key>[0-9a-f]{32})/c\.html$")
    articles = (NeaArticle,)
    sections = (
        Section(slug="zxwj", name="最新文件", url=f"{ROOT}zxwj.htm", listing=NeaList, at_least=20),
        Section(slug="tz", name="通知", url=f"{ROOT}tz.htm", listing=NeaList),
        Section(slug="gg", name="公告", url=f"{ROOT}gg.htm", listing=NeaList),
        Section(slug="jd", name="解读", url=f"{ROOT}jd.htm", listing=NeaList),
    )
