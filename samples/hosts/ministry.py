"""东澜省发展和改革委员会: static lists paged by a script, the document number in the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from samples.hosts.html import Answer, meta, page, paragraphs
from samples.pdf import pdf
from samples.stock import ROOT, Text, find, shelf

HOST = "www.ministry.example"
NAME = "东澜省发展和改革委员会"
SECTIONS = {"tz": "通知", "gg": "公告"}
ROWS = 5
FOOT = f'<div class="footer">主办单位：{NAME} 示例网站 网页文字均为虚构</div>'
LISTING = re.compile(r"^/xxgk/zcfb/(?P<section>tz|gg)/(?:index(?:_(?P<page>\d+))?\.html)?$")
FILE = re.compile(r"^/xxgk/zcfb/(?:tz|gg)/\d{6}/(?P<name>P\d+)\.pdf$")
ARTICLE = re.compile(r"^/xxgk/zcfb/(?P<section>tz|gg)/\d{6}/(?P<name>t\d{8}_\d+)\.html$")


def answer(path: str, night: int) -> Answer | None:
    """The answer to a GET; None: not found."""
    if asked := LISTING.match(path):
        return listing(asked["section"], int(asked["page"] or 0), night)
    if asked := ARTICLE.match(path):
        text = find("ministry", asked["name"], night)
        return article(text) if text and asked["section"] in text.sections else None
    if asked := FILE.match(path):
        return file(asked["name"])
    return None


def headline(text: Text) -> str:
    """The title as printed: with the document number, except for announcements."""
    number = text.fields["doc_no"]
    return f"{text.title}({number})" if "〔" in number else f"{text.title} {number.removeprefix(NAME)}"


def listing(section: str, number: int, night: int) -> Answer | None:
    """One page of a list; page 0 is ``index.html``."""
    texts = [text for text in shelf("ministry", night) if section in text.sections]
    shown = texts[number * ROWS : (number + 1) * ROWS]
    total = -(-len(texts) // ROWS)
    return _listing_page(section, number, total, shown) if shown else None


def _listing_page(section: str, number: int, total: int, shown: Sequence[Text]) -> Answer:
    rows = "\n".join(_row(text) for text in shown)
    return page(
        f"<title>{SECTIONS[section]}-{NAME}</title>\n" + meta(SiteName=NAME, ColumnName=SECTIONS[section]),
        '<div class="path">当前位置：<a href="/">首页</a> &gt; 政策发布</div>\n'
        f'<ul class="u-list">\n{rows}\n<li class="empty"></li>\n</ul>\n'
        '<div class="page"><ul><script><!--\n'
        f'createPageHTML({total}, {number}, "index", "html");\n//--></script></ul></div>\n{FOOT}',
    )


def _row(text: Text) -> str:
    title = escape(headline(text), quote=True)
    return (
        f'<li><a href="./{text.day:%Y%m}/{text.name}.html" target="_blank" title="{title}">{title}</a>'
        f"<script>var jdFlag=0;</script><span>{text.day:%Y/%m/%d}</span></li>"
    )


def article(text: Text) -> Answer:
    """The page of one document."""
    head = f"<title>{escape(headline(text))}-{NAME}</title>\n" + meta(
        SiteName=NAME,
        ColumnName=SECTIONS[text.sections[0]],
        ArticleTitle=headline(text),
        PubDate=f"{text.published}:00",
        ContentSource=NAME,
        Keywords=text.fields["keywords"],
    )
    body = (
        '<div class="path">当前位置：<a href="/">首页</a> &gt; <a class="CurrChnlCls">通知</a></div>\n'
        f'<h2 class="article_title">{escape(headline(text))}</h2>\n'
        f'<div class="time">发布时间：{text.day:%Y/%m/%d}</div>\n'
        f'<div class="ly laiyuantext">来源：<span>{NAME}</span></div>\n'
        '<div class="tools">[ 打印 ] 字体：大 中 小</div>\n'
        f'<div class="article_con"><div class="TRS_Editor">\n{paragraphs(text.pages[0])}\n</div></div>\n'
        f"{_attachment(text)}"
        '<div class="xgwz"><h3>相关文章</h3><ul><li><a href="/xxgk/jd/">政策解读</a></li></ul></div>\n' + FOOT
    )
    return page(head, body)


def file(name: str) -> Answer | None:
    """An attachment, generated from its text."""
    words = ROOT / "files" / f"{name}.txt"
    if not words.is_file():
        return None
    title, *lines = words.read_text("utf-8").splitlines()
    return Answer(body=pdf(title, lines), content_type="application/pdf")


def _attachment(text: Text) -> str:
    href, _, name = text.fields.get("attachment", "").partition(" ")
    return (
        f'<div class="attachment"><div class="attachment_l">附件：</div><div class="attachment_r">'
        f'<p><a href="{href}">{escape(name)}</a></p></div></div>\n'
        if href
        else ""
    )
