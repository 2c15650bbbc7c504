"""风向能源网: a trade medium that reprints policies; long articles run over several pages."""

from __future__ import annotations

import re
from html import escape

from samples.hosts.html import Answer, meta, page, paragraphs
from samples.stock import Text, find, shelf

HOST = "news.reprints.example"
NAME = "风向能源网"
SECTIONS = {"zc": "政策", "qn": "氢能"}
ARTICLE = re.compile(r"^/html/(?P<day>\d{8})/(?P<id>\d+?)(?:-(?P<page>\d+))?\.shtml$")
LISTING = re.compile(r"^/(?P<section>zc|qn)/$")


def answer(path: str, night: int) -> Answer | None:
    """The answer to a GET; None: not found."""
    if listed := LISTING.match(path):
        return listing(listed["section"], night)
    if asked := ARTICLE.match(path):
        text = find("reprints", asked["id"], night)
        number = int(asked["page"] or 1)
        return article(text, number) if text and number <= len(text.pages) else None
    return None


def url(text: Text, number: int = 1) -> str:
    """The path of an article's page."""
    suffix = f"-{number}" if number > 1 else ""
    return f"/html/{text.day:%Y%m%d}/{text.name}{suffix}.shtml"


def listing(section: str, night: int) -> Answer:
    """One column's newest headlines."""
    rows = "\n".join(
        f'<li><a href="https://{HOST}{url(text)}" title="{escape(text.title, quote=True)}">'
        f"{escape(text.title)}</a><span>{text.day}</span></li>"
        for text in shelf("reprints", night)
        if section in text.sections
    )
    name = SECTIONS[section]
    return page(
        f"<title>{name}-{NAME}</title>",
        f'<div class="box2">您的位置：<em><a href="/">首页</a></em><em>{name}</em></div>\n'
        f'<div class="cc-layout-3"><div class="box"><div class="cc-list-content"><ul>\n{rows}\n</ul></div>'
        f'</div></div>\n<div class="footer">{NAME} 示例网站 网页文字均为虚构</div>',
    )


def article(text: Text, number: int) -> Answer:
    """One page of an article, with the usual boilerplate."""
    head = f"<title>{escape(text.title)}-{NAME}</title>\n" + meta(Keywords=text.fields["keywords"])
    return page(head, "\n".join([_headline(text), _middle(text, number), _rail(text), _foot(text)]))


def _headline(text: Text) -> str:
    words = " ".join(f"<a>{escape(word)}</a>" for word in text.fields["keywords"].split())
    author = text.fields.get("author")
    spans = [text.published, f"来源：{text.fields['source']}", *([f"作者：{author}"] if author else [])]
    return (
        '<div class="search"><p>搜索历史<a>清空</a></p></div>\n'
        '<div class="cc-crumbs">您的位置：<em><a>能源</a></em><em><a>政策</a></em><em>正文</em></div>\n'
        f'<div class="cc-headline"><div class="box"><h1>{escape(text.title)}</h1><p>'
        + "".join(f"<span>{escape(span)}</span>" for span in spans)
        + f'<span id="key_word">关键词：{words}</span></p><p class="tools">收藏 点赞</p></div></div>'
    )


def _middle(text: Text, number: int) -> str:
    contact = "编辑甲" if not text.refurnished else "编辑乙"
    share = '<p class="share">分享到 微信 微博 QQ空间</p>' if text.refurnished else ""
    return (
        '<div class="cc-layout-3"><div class="box"><div class="center js-detail-center">\n'
        '<div id="article_cont"><div class="cc-article">\n'
        f"{paragraphs(text.pages[number - 1])}\n"
        f'<div class="cc-article-source-title"><p>投稿与新闻线索：{contact} 微信/手机：13800000000 '
        "邮箱：editor#reprints.example（请将#改成@）</p>"
        f"<p>特别声明：{NAME}转载其他网站内容，出于传递更多信息而非盈利之目的，"
        "同时并不代表赞成其观点或证实其描述，内容仅供参考。</p>"
        f"<p>凡来源注明{NAME}的内容为{NAME}原创，转载需获授权。</p></div>\n"
        f"</div>{_pager(text)}</div>\n{share}</div>"
    )


def _pager(text: Text) -> str:
    if len(text.pages) == 1:
        return ""
    links = "".join(f'<a href="{url(text, n)}">{n}</a>' for n in range(1, len(text.pages) + 1))
    return f'<div class="cc-paging">{links}</div>'


def _rail(text: Text) -> str:
    """The side bar: headlines of other articles, with newer dates."""
    newest = [other for other in shelf("reprints", 1 + text.refurnished) if other.name != text.name][:4]
    rows = "".join(
        f'<li><a href="{url(other)}"><div>{escape(other.title)}<small>{other.day}</small></div></a></li>'
        for other in newest
    )
    return f'<div class="right"><h3>热点排行</h3><ul>{rows}</ul></div></div></div>'


def _foot(text: Text) -> str:
    reads = 2718 if text.refurnished else 314
    return f'<div class="footer">阅读 {reads} 返回顶部 关于我们 {NAME} 示例网站 网页文字均为虚构</div>'
