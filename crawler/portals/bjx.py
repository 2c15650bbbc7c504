"""北极星: industry media that reprints policy; a long article has several pages.

2026-11-23 Created. The numeric id is the article's key on the main site, the channels and the mobile
           site, whatever the page: ``<id>-2.shtml`` is page 2 of ``<id>.shtml``. Pager links have
           numeric text, the current page has none. The body ends where ``.cc-article-source-title``
           begins (投稿, 特别声明). Days in the side rail are other articles'. Pages of 2017–2020 have
           another template, in GBK. The whole domain may answer with an Alibaba WAF challenge
           (HTTP 200): blocked, back off; no way around it is tried. The mobile site's template is
           not known: its pages are read generically, under the same key.
           The template of 2021–2026 and the lists are from dated notes, none from a served page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from attrs import evolve

from crawler.pages import generic
from crawler.pages.base import ArticlePage, Document, First, Many, Node, One, attribute, inner_html, text_in
from crawler.pages.government import attachments, breadcrumb
from crawler.pages.listings import StaticList, canonical
from crawler.portal import Portal, Section
from policy.records import Label, Page

_ADDRESS = re.compile(r"^(?P<article>.*/(?P<id>\d+))(?:-(?P<n>\d{1,3}))?\.shtml$")
_WHEN = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_SAID = re.compile(r"(来源|作者)\s*[:：]\s*(\S+)")
_NAMES = {"来源": "source", "作者": "author"}
PAGER = ".cc-paging"


class BjxList(StaticList):
    rows = Many(".cc-layout-3 .cc-list-content ul > li")
    page_url = r"(?P<n>\d{1,4})/"


class BjxPage(ArticlePage):
    """What both templates share: a headline with a line below it, a body, numbered pages."""

    headline: ClassVar[One]
    body: ClassVar[One | First]
    label_lines: ClassVar[str]
    """Where time, source and author are printed."""
    pager: ClassVar[str]
    after: ClassVar[str] = ".cc-article-source-title"
    """What begins the block behind the body."""

    def matches(self, page: Document) -> bool:
        """Whether the page has this template's headline."""
        return page.root.css_first(self.headline.css) is not None

    def read(self, page: Document) -> Page:
        """The body up to the portal's own words, and what the headline block prints."""
        title, body, others = text_in(self.headline.on(page)), self.body.on(page), _others(page, self.pager)
        for pager in body.css(PAGER):
            pager.decompose()
        return Page(
            url=page.url,
            number=_number(page.url),
            body=self._until(body),
            labels=(
                Label(name="title", value=title, rule="masthead"),
                *_printed(text_in(node) for node in page.root.css(self.label_lines)),
                *(
                    Label(name="keyword", value=text_in(a), rule="masthead")
                    for a in page.root.css("#key_word a")
                ),
                *breadcrumb(page.root.css(".cc-crumbs em")),
            ),
            attachments=attachments(page, [body]),
            others=others,
        )

    def _until(self, body: Node) -> str:
        html, after = inner_html([body]), body.css_first(self.after)
        return html.partition(after.html or html)[0] if after is not None else html


class BjxArticle(BjxPage):
    """The template of 2021–2026."""

    headline = One(".cc-headline h1")
    body = One("#article_cont .cc-article")
    label_lines = ".cc-headline p > span"
    pager = f"#article_cont {PAGER} a"


class BjxOldArticle(BjxPage):
    """The template of 2017–2020."""

    headline = One("div.list_detail > h1, div.details_title > h2, div.hdm_left_content > h1")
    body = First("div#content, div.details")
    label_lines = "div.list_copy"
    pager = "a[href]"


class BjxMobileArticle(ArticlePage):
    """A page of the mobile site, whose template is not known."""

    def matches(self, page: Document) -> bool:
        """Whether the page is the mobile site's."""
        return (urlsplit(page.url).hostname or "").startswith("m.")

    def read(self, page: Document) -> Page:
        """The generic reading, as a page of the article its address names."""
        others = _others(page, "a[href]")
        return evolve(generic.read_parsed(page), number=_number(page.url), others=others)


def _others(page: Document, pager: str) -> tuple[str, ...]:
    """The article's other pages in order: every number up to the last one linked, printed or its own.

    A pager may link another host or scheme; what it leaves out is sought beside this page.
    """
    own = _ADDRESS.match(canonical(page.url))
    if own is None:
        return ()
    links = page.root.css(pager)
    found = (_ADDRESS.match(canonical(page.absolute(attribute(a, "href")))) for a in links)
    linked = {int(one["n"] or 1): one[0] for one in found if one and one["id"] == own["id"]}
    printed = (re.fullmatch(r"\d{1,2}", text_in(a)) for a in page.root.css(f"{PAGER} a"))
    here = _number(page.url)
    last = max([here, *linked, *(int(one[0]) for one in printed if one)])
    numbers = (n for n in range(1, last + 1) if n != here)
    return tuple(linked.get(n, f"{own['article']}{f'-{n}' if n > 1 else ''}.shtml") for n in numbers)


def _number(url: str) -> int:
    """The number of the article's page at this address."""
    found = _ADDRESS.match(canonical(url))
    return int(found["n"] or 1) if found else 1


def _printed(texts: Iterator[str]) -> Iterator[Label]:
    for text in texts:
        if when := _WHEN.search(text):
            yield Label(name="published", value=when[0], rule="masthead")
        for name, value in _SAID.findall(text):
            yield Label(name=_NAMES[name], value=value, rule="masthead")


class Bjx(Portal):
    slug = "bjx"
    name = "北极星"
    hosts = ("*.bjx.com.cn", "bjx.com.cn")
    article_url = re.compile(r"/(?:html|news|mnews)/\d{8}/(?P<key>\d+)(?:-\d+)?\.shtml$")
    articles = (BjxArticle, BjxOldArticle, BjxMobileArticle)
    sections = (
        Section(
            slug="zc", name="政策", url="https://news.bjx.com.cn/zc/", listing=BjxList, rests_on="unverified"
        ),
        Section(slug="guangfu-zc", name="光伏政策", url="https://guangfu.bjx.com.cn/zc/", listing=BjxList),
        Section(slug="fd-zc", name="风电政策", url="https://fd.bjx.com.cn/zc/", listing=BjxList),
        Section(slug="qn-zq", name="制氢", url="https://qn.bjx.com.cn/zq/", listing=BjxList),
        Section(slug="huanbao-yw", name="环保要闻", url="https://huanbao.bjx.com.cn/yw/", listing=BjxList),
    )
