"""Pages in the shapes of real portals, with words of our own: each function is one kind of page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from attrs import frozen

CHALLENGE = (
    '<html><head><meta name="aliyun_waf_aa" content="1"><title>Verification</title></head><body>'
    "<script>var arg1='9F3A0C';document.cookie='acw_sc__v2=1';</script>"
    '<textarea id="renderData" style="display:none">{}</textarea></body></html>'
)
SOFT_404 = (
    "<html><head><title>页面不存在</title></head><body><p>抱歉，您访问的页面不存在</p>"
    '<p><a href="/">返回首页</a></p></body></html>'
)


@frozen(kw_only=True)
class Paper:
    """A policy as we invent it."""

    id: int
    title: str
    clauses: tuple[str, ...]
    day: dt.date
    doc_no: str = ""
    boilerplate: str = "扫一扫在手机打开当前页"

    @property
    def stem(self) -> str:
        """The file name of a TRS site: ``202611/t20261102_1407001``."""
        return f"{self.day:%Y%m}/t{self.day:%Y%m%d}_{self.id}"


def paper(number: int, day: dt.date, *, doc_no: str = "", topic: str = "城市绿地养护") -> Paper:
    """A policy of a few clauses, different for every number."""
    clauses = (
        f"为做好{topic}工作，现就第{number}批试点有关事项通知如下。",
        "一、总体要求",
        f"坚持因地制宜、分类施策，到{day.year + 3}年底，第{number}批试点基本完成，养护水平明显提高。",
        "二、重点任务",
        f"（一）摸清底数。各试点单位应当在{number}个月内完成普查，建立台账，逐项登记。",
        "（二）落实责任。养护责任人名单每季度公布一次，接受社会监督。",
        "三、组织实施",
        "本通知自印发之日起施行，有效期三年。",
    )
    title = f"关于开展{topic}第{number}批试点工作的通知"
    return Paper(id=1_407_000 + number, title=title, clauses=clauses, day=day, doc_no=doc_no)


def paragraphs(clauses: Sequence[str]) -> str:
    """Clauses as the paragraphs of a body."""
    return "\n".join(f"<p>{clause}</p>" for clause in clauses)


# ------------------------------------------------------------------ 发改委: a TRS list and its articles


def ndrc_list(papers: Sequence[Paper], *, total: int = 1, current: int = 0) -> str:
    """``createPageHTML``, pop-up lists inside rows, spacers between groups of five."""
    rows = []
    for index, each in enumerate(papers):
        if index and index % 5 == 0:
            rows.append('<li class="empty"></li>')
        rows.append(
            f'<li><a href="./{each.stem}.html" title="{each.title}" target="_blank">{each.title}</a>'
            '<div class="popbox"><ul><li><a href="./jd/t20260101_1.html">解读一则</a></li></ul></div>'
            f"<span>{each.day:%Y/%m/%d}</span></li>"
        )
    return (
        '<html><head><meta charset="utf-8"><meta name="ColumnName"content="通知"></head><body>'
        f'<ul class="u-list">{"".join(rows)}</ul><div class="page"><ul><script>'
        f'createPageHTML({total}, {current}, "index", "html");</script></ul></div></body></html>'
    )


def ndrc_article(each: Paper) -> str:
    """Metas without a label table; the number stands at the end of the title."""
    title = f"{each.title}({each.doc_no})" if each.doc_no else each.title
    return (
        f'<html><head><meta charset="utf-8"><title>{title}-国家发展和改革委员会</title>'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{each.day} 10:30:00">'
        '<meta name="ContentSource" content="规划司"></head><body>'
        '<div class="path"><a>首页</a> > <a class="CurrChnlCls">通知</a></div>'
        f'<h2 class="article_title">{title}</h2>'
        f'<div class="shezhi"><div class="time">发布时间：{each.day:%Y/%m/%d}</div>'
        '<div class="ly laiyuantext">来源：<span>规划司</span></div></div>'
        f'<div class="article_con"><div class="TRS_Editor">{paragraphs(each.clauses)}'
        f"<p>国家发展改革委</p><p>{each.day.year}年{each.day.month}月{each.day.day}日</p></div></div>"
        f'<div class="xgwz"><ul><li><a href="/x.html">{each.boilerplate}</a></li></ul></div>'
        f"<p>{each.boilerplate}</p></body></html>"
    )


# ------------------------------------------------------------------ 北极星: static list, numbered pages


def bjx_list(papers: Sequence[Paper], *, host: str = "news") -> str:
    """The list of the current template."""
    rows = "".join(
        f'<li><a href="{bjx_url(each, host=host)}" title="{each.title}">{each.title}</a>'
        f"<span>{each.day}</span></li>"
        for each in papers
    )
    return (
        '<html><head><meta charset="utf-8"><title>政策-北极星</title></head><body><div class="cc-layout-3">'
        f'<div class="cc-list-content"><ul>{rows}</ul></div></div></body></html>'
    )


def bjx_url(each: Paper, number: int = 1, *, host: str = "news") -> str:
    """Page ``number`` of an article."""
    suffix = f"-{number}" if number > 1 else ""
    folder = "html" if host == "news" else "news"
    return f"https://{host}.bjx.com.cn/{folder}/{each.day:%Y%m%d}/{each.id}{suffix}.shtml"


def bjx_article(each: Paper, number: int = 1, pages: int = 1, *, charset: str = "utf-8") -> str:
    """Page ``number`` of ``pages`` of a reprint: an equal share of its clauses."""
    share = -(-len(each.clauses) // pages)
    clauses = each.clauses[(number - 1) * share : number * share]
    links = "".join(
        f"<span>{n}</span>" if n == number else f'<a href="{bjx_url(each, n)}">{n}</a>'
        for n in range(1, pages + 1)
    )
    pager = f'<div class="cc-paging">{links}</div>' if pages > 1 else ""
    return (
        f'<html><head><meta charset="{charset}"><title>{each.title}-北极星电力新闻网</title></head><body>'
        '<div class="cc-crumbs"><em>电力</em><em>政策</em><em>正文</em></div>'
        f'<div class="cc-headline"><div class="box"><h1>{each.title}</h1>'
        f"<p><span>{each.day} 09:36</span><span>来源：某市人民政府</span>"
        '<span id="key_word">关键词：<a>绿地</a><a>养护</a></span></p></div></div>'
        '<div class="cc-layout-3"><div class="box"><div class="center js-detail-center">'
        f'<div id="article_cont"><div class="cc-article">{paragraphs(clauses)}</div>{pager}</div>'
        "</div></div></div>"
        f'<div class="right"><ul><li><a><div><small>2026-12-31</small></div></a></li></ul></div>'
        f"<p>{each.boilerplate}</p></body></html>"
    )


# ------------------------------------------------------------------ gov.cn: a JSON list, a label table


def govcn_list(papers: Sequence[Paper]) -> str:
    """The JSON file beside a list page."""
    rows = [
        {"TITLE": each.title, "SUB_TITLE": "", "URL": govcn_url(each), "DOCRELPUBTIME": str(each.day)}
        for each in papers
    ]
    return json.dumps(rows, ensure_ascii=False)


def govcn_url(each: Paper) -> str:
    """An article of the policy library."""
    return f"https://www.gov.cn/zhengce/zhengceku/{each.day:%Y%m}/content_{each.id}.htm"


def govcn_article(each: Paper) -> str:
    """A label table, a stray early ``</html>``, and the body printed twice."""
    cells = {
        "标　　题：": each.title,
        "发文机关：": "国家发展改革委",
        "发文字号：": each.doc_no,
        "来　　源：": "国家发展改革委网站",
        "成文日期：": f"{each.day.year}年{each.day.month:02d}月{each.day.day:02d}日",
        "发布日期：": f"{each.day.year}年{each.day.month:02d}月{each.day.day:02d}日",
    }
    rows = "".join(f"<tr><td><b>{name}</b></td><td>{value}</td></tr>" for name, value in cells.items())
    body = f'<div class="pages_content">{paragraphs(each.clauses)}</div>'
    return (
        f'<html><head><meta charset="utf-8"><title>{each.title}_国务院部门文件_中国政府网</title></head>'
        "<body>"
        f'<table class="bd1">{rows}</table></html>'
        f'<div id="UCAP-CONTENT">{body}</div><div class="mobile">{body}</div>'
        f'<div class="editor">【我要纠错】责任编辑：某某</div><p>{each.boilerplate}</p></body></html>'
    )


def ndrc_redesigned(each: Paper) -> str:
    """The same article after an invented redesign: no metas, and the headline block is another."""
    title = f"{each.title}({each.doc_no})" if each.doc_no else each.title
    return (
        '<html><head><meta charset="utf-8"><title>国家发展和改革委员会</title></head><body>'
        f'<div class="headline"><h1 class="name">{title}</h1>'
        f'<b class="day">{each.day.year}年{each.day.month}月{each.day.day}日</b>'
        '<i class="from">来源：规划司</i></div>'
        f'<div class="article_con">{paragraphs(each.clauses)}'
        f"<p>国家发展改革委</p><p>{each.day.year}年{each.day.month}月{each.day.day}日</p></div>"
        f"<p>{each.boilerplate}</p></body></html>"
    )
