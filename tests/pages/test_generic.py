from __future__ import annotations

import json
from contextlib import suppress
from urllib.parse import quote

import pytest

from crawler.extraction import read_saved
from crawler.pages import generic
from policy.errors import NotHtml, PageError, Rejected
from policy.records import Article, Payload

URL = "https://unknown.example/2026/1.html"
WORDS = (
    "样例县今年要建三座加氢站，第一座在北站。",
    "县里说，资金已经到位，工期一年。",
    "居民问，安不安全？答复是，每月检查。",
)
BODY = "".join(f"<p>{line}</p>" for line in WORDS)
MENU = "".join(f'<li><a href="/c{n}">栏目{n}</a></li>' for n in range(30))
FRAME = """<html><head><title>样例县要建加氢站_样例新闻网</title>{head}</head>
<body><ul class="menu">{menu}</ul>
<h1>样例县要建加氢站</h1><div class="info">{info}</div>{body}
<div class="comments"><p>网友甲说，好，很好，非常好，早就该建，赶快建，多建几座。</p></div>
<div class="footer"><p>本站地址，电话，邮编，版权所有，不得转载。</p></div></body></html>"""


def article(body: str = f"<div>{BODY}</div>", info: str = "", head: str = "") -> Article:
    html = FRAME.format(body=body, info=info, head=head, menu=MENU)
    return read_saved([Payload(url=URL, body=html.encode())])


@pytest.mark.parametrize(
    "body",
    [
        f'<div id="zoom">{BODY}</div>',
        f"<div class='x9'>{BODY}</div>",
        f"<table><tr><td>{BODY}</td></tr></table>",
        f"<div>{'<br>'.join(WORDS)}</div>",
        f"<div>{''.join(f'<section><div><p>{line}</p></div></section>' for line in WORDS)}</div>",
        f"<div><h1>样例县要建加氢站</h1><p>2026-03-10 来源：样例日报</p>{BODY}</div>",
        f"<div>{''.join(f'<div>{line}</div>' for line in WORDS)}</div>",
        f"<div>{BODY}<div class='related'><ul><li><a href='/a'>别的新闻，也很好</a></li></ul></div></div>",
        f"</html><div>{BODY}</div>",
    ],
    ids=[
        "known container",
        "any div",
        "table cell",
        "line breaks",
        "sections",
        "headline inside",
        "divs",
        "related inside",
        "stray end",
    ],
)
def test_the_body_is_what_holds_the_prose(body: str) -> None:
    assert article(body).text.split("\n") == list(WORDS)


@pytest.mark.parametrize(
    ("info", "head", "day", "source"),
    [
        ("2026-03-10 09:36 来源：样例日报 字号：大 中 小", "", "2026-03-10 09:36:00+08:00", "样例日报"),
        ("样例日报 2026年3月10日", "", "2026-03-10", "样例日报"),
        ("<span class='source'>样例日报</span> 最后更新：2026-03-11", "", None, "样例日报"),
        ("<p>样例日报</p><p>2026-03-10</p>", "", "2026-03-10", "样例日报"),
        (
            "",
            '<meta name="PubDate" content="2026-03-10 09:36"><meta name="ContentSource" content="样例日报">',
            "2026-03-10 09:36:00+08:00",
            "样例日报",
        ),
        (
            "",
            '<meta property="article:published_time" content="2026-03-10T01:36:00Z">',
            "2026-03-10 09:36:00+08:00",
            None,
        ),
        (
            "",
            '<script type="application/ld+json">{"datePublished": "2026-03-10"}</script>',
            "2026-03-10",
            None,
        ),
        ("浏览 320 次", "", None, None),
        ("首次发布 2026-03-10，更新于 2026-05-01", "", "2026-03-10", None),
        ("更新于 2026-05-01，发布于 2026-03-10", "", "2026-03-10", None),
        ("2026-03-10 · 2026-05-01 更新", "", "2026-03-10", None),
        ("<span>更新时间</span> 2026年3月10日, 北京时间10:41", "", "2026-03-10", None),
        ("<span title='2026-03-10 09:36:00 +08:00'>12 小时前</span>", "", "2026-03-10 09:36:00+08:00", None),
        ("<p>更新时间：2026-05-01</p><p>发布日期：2026-03-10</p>", "", "2026-03-10", None),
    ],
)
def test_day_and_source_stand_near_the_headline_or_in_metas(
    info: str, head: str, day: str | None, source: str | None
) -> None:
    found = article(info=info, head=head)
    assert (found.published and str(found.published.value)) == day
    assert (found.source and found.source.value) == source


def test_a_day_is_said_below_the_buttons_under_the_text() -> None:
    buttons = "".join(f"<li>{said}</li>" for said in ("赞 0", "打赏", "分享", "查看评论", "阅读 539", "隐藏"))
    found = article(f"<div>{BODY}</div><ul>{buttons}</ul><div>发布日期：2026-03-10 分类：头条</div>")
    assert found.published is not None
    assert str(found.published.value) == "2026-03-10"


def test_a_line_of_day_source_and_counts_below_the_headline_is_no_text() -> None:
    line = "发表于<b>2026-03-10 21:30</b>| <i>1164次阅读</i>| 来源<b>样例日报</b>| 0 条评论| 作者<b>魏某</b>"
    found = article(f"<div><h1>样例县要建加氢站</h1><h4><div>{line}</div></h4>{BODY}</div>")
    assert found.text.split("\n") == list(WORDS)
    assert found.published is not None
    assert str(found.published.value) == "2026-03-10 21:30:00+08:00"


def test_a_day_in_the_text_is_not_the_day_of_publication() -> None:
    assert article(f"<div><p>2020年5月1日，县里开了会，定了三件事。</p>{BODY}</div>").published is None


def test_the_headline_is_what_the_title_begins_with() -> None:
    assert article().title.value == "样例县要建加氢站"


def test_a_label_table_is_read_on_any_page() -> None:
    table = """<table>
    <tr><td><b>索 引 号：</b></td><td>X001/2026-00001</td><td>发文机关:</td><td>国家能源局</td></tr>
    <tr><td>发文字号：</td><td>国能发新能〔2026〕3号</td><td>成文日期 ：</td><td>2026年3月1日</td></tr>
    <tr><td>有 效 性：</td><td></td><td>发布日期：</td><td>2026-03-05</td></tr></table>"""
    assert said(article(body=f"{table}<div>{BODY}</div>")) == {
        "index_no": "X001/2026-00001",
        "doc_no": "国能发新能〔2026〕3号",
        "issuers": "nea",
        "written": "2026-03-01",
        "published": "2026-03-05",
    }


def test_labels_in_a_list_are_read_like_a_table() -> None:
    labels = "<ul><li><b>索引号：</b>X001/2026-00001</li><li><b>文号：</b> 国能发新能〔2026〕3号</li></ul>"
    assert said(article(body=f"{labels}<div>{BODY}</div>")) == {
        "index_no": "X001/2026-00001",
        "doc_no": "国能发新能〔2026〕3号",
        "issuers": "nea",
    }


def said(found: Article) -> dict[str, str]:
    names = ("index_no", "doc_no", "issuers", "written", "published", "validity")
    values = {name: getattr(found, name).value for name in names if getattr(found, name)}
    plain = {**values, **({"doc_no": values["doc_no"].norm} if "doc_no" in values else {})}
    if "issuers" in plain:
        plain["issuers"] = " ".join(organ.id for organ in plain["issuers"])
    return {name: str(value) for name, value in plain.items()}


def test_files_beside_the_body_are_attachments() -> None:
    found = article(
        f"<div class='frame'><div>{BODY}</div><p><a href='files/{quote('表')}.pdf'>申报表</a></p></div>"
    )
    assert [(file.name, file.url) for file in found.attachments] == [
        ("申报表", f"https://unknown.example/2026/files/{quote('表')}.pdf")
    ]


def test_an_article_served_as_json_is_read() -> None:
    answer = {
        "rptCode": 200,
        "data": {
            "docTitle": "关于样例的\n批复",
            "docSubtitle": "关于样例的批复",
            "docClob": BODY,
            "documentNo": "金复[2026]1号",
            "publishDate": "2026-03-10 17:32:00",
        },
    }
    found = read_saved([Payload(url=URL, body=json.dumps(answer).encode())])
    assert (found.title.value, found.text) == ("关于样例的批复", "\n".join(WORDS))
    assert said(found)["doc_no"] == "金复〔2026〕1号"


def test_other_json_is_no_page() -> None:
    with pytest.raises(NotHtml, match="JSON without an article"):
        generic.read_page(Payload(url=URL, body=b'{"rows": [1, 2]}'))


@pytest.mark.parametrize("body", [MENU, "<p></p>", "<form><input></form>"], ids=["menu", "nothing", "form"])
def test_a_page_without_prose_is_rejected(body: str) -> None:
    with pytest.raises(Rejected):
        read_saved([Payload(url=URL, body=f"<html><title>首页</title><body>{body}".encode())])


@pytest.mark.parametrize("cut", [40, 200, 1500, 1800])
def test_a_cut_page_is_read_or_refused_but_never_crashes(cut: int) -> None:
    html = FRAME.format(body=f"<div>{BODY}</div>", info="", head="", menu=MENU).encode()[:cut]
    with suppress(PageError):
        assert read_saved([Payload(url=URL, body=html)]).title.value


def test_labels_that_run_together_are_told_apart() -> None:
    keywords = "<span>关键词：<a>氢能</a><a>加氢站</a></span>"
    info = f"<span>2026-03-10 09:36</span><span>来源：样例市人民政府</span>{keywords}"
    read = article(info=info)
    assert read.source is not None
    assert read.source.value == "样例市人民政府"
    assert read.keywords == ("氢能", "加氢站")


def test_a_notice_that_repeats_its_title_keeps_its_head() -> None:
    notice = [
        "样例发〔2026〕7号",
        "样例县要建加氢站",
        "各乡镇：",
        "现将要点印发给你们。",
        "样例县政府",
        "2026年3月1日",
    ]
    body = "".join(f"<p>{line}</p>" for line in notice)
    read = article(body=f"<div>{body}{BODY}</div>", info="2026-03-10 来源：样例日报")
    assert read.text.split("\n") == [*notice, *WORDS]
    assert read.doc_no is not None


def test_files_in_a_block_of_attachments_count_wherever_it_stands() -> None:
    block = '<div><div class="attachment_r"><a href="./P020260302.pdf">样例表</a></div></div>'
    files = article(body=f"<div><div>{BODY}</div></div>{block}").attachments
    assert [(file.name, file.url) for file in files] == [
        ("样例表", "https://unknown.example/2026/P020260302.pdf")
    ]


def test_fields_are_read_where_a_pdf_left_radicals_and_the_text_stays_as_published() -> None:
    printed = (
        "第⼀条　⽀持⻛电项⽬建设，促进⺠营经济参与，⻓期稳定。",
        "第⼆条　本办法⾃2026年12⽉1⽇起施⾏。",
    )
    found = article(f"<div>{''.join(f'<p>{line}</p>' for line in (*printed, *WORDS))}</div>")
    assert found.text.split("\n")[:2] == [*printed]
    assert [heading.label for heading in found.outline.headings] == ["第一条", "第二条"]
    assert found.effective is not None
    assert found.effective.value.isoformat() == "2026-12-01"
