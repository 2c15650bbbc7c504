"""金融监管总局: lists and articles are JSON; readers see them through scripts.

2026-11-24 Created. A static list has ``data.rows``, the live service ``data.lists``; a row has a ``docId``
           and no address. An article's text is ``docClob`` (Word's HTML), its name ``docSubtitle``
           (``docTitle`` is broken into lines), its number in square brackets.
           Parser checked on saved answers of 2026-04; the static addresses are from notes.
"""

from __future__ import annotations

import re

from crawler.pages.listings import SearchList
from crawler.portal import Portal, Section

ROOT = "https://www.nfra.gov.cn/cn/"
DATA = f"{ROOT}static/data/DocInfo/"


class NfraList(SearchList):
    rows = ("data.rows", "data.lists")
    title = "docSubtitle|docTitle"
    day = "publishDate"
    link = f"{ROOT}view/pages/ItemDetail.html?docId={{docId}}"
    page = "pageIndex"
    size = 18


class Nfra(Portal):
    slug = "nfra"
    name = "国家金融监督管理总局"
    hosts = ("www.nfra.gov.cn",)
    issuer = "nfra"
    article_url = re.compile(r"docId=(?P<key>\d+)")
    data_url = f"{DATA}SelectByDocId/data_docId={{key}}.json"
    page_url = f"{ROOT}view/pages/ItemDetail.html?docId={{key}}"
    articles = ()
    sections = (
        Section(
            slug="xxgk",
            name="信息公开",
            url=f"{DATA}SelectDocByItemIdAndChild/data_itemId=861,pageIndex=1,pageSize=18.json",
            listing=NfraList,
        ),
    )
