"""Manuals, blogs and handbooks: texts in sections, with codes, notes and references."""

from __future__ import annotations

import pytest

from crawler.extraction import reread
from policy.records import Article, Payload

URL = "https://manual.example/pump/start.html"
TITLE = "水泵控制器的安装"
PLUG = "先断开电源，再把控制器接到水泵的三号端子上，线序见背面的标签。"
WAIT = "接好之后等待十秒，指示灯由红变绿，说明自检已经通过。"
RESET = "如果一直是红灯，按住复位键五秒，重新上电再试一次。"
ASK = "仍然不行，请联系供应商，并说明机身上的编号。"
STEPS = (("接线", PLUG), ("自检", WAIT), ("复位", RESET))
COPYRIGHT = "<footer><p>本手册由样例水务整理，欢迎来信指正，转载请注明出处。</p></footer>"


def read(body: str, title: str = f"{TITLE} - 样例手册") -> Article:
    html = f"<html><head><title>{title}</title></head><body>{body}{COPYRIGHT}</body></html>"
    return reread(None, [Payload(url=URL, body=html.encode())])


def lines(body: str) -> list[str]:
    return read(f"<div class='main'><h1>{TITLE}</h1><div class='post'>{body}</div></div>").text.split("\n")


def numbered(*code: str) -> str:
    numbers = "".join(f"<span>{n}</span><br>" for n in range(1, len(code) + 1))
    return f"<table><tr><td><pre>{numbers}</pre></td><td><pre>{'<br>'.join(code)}</pre></td></tr></table>"


def items(*links: tuple[str, str]) -> str:
    return f"<ul>{''.join(f'<li><a href={href}>{text}</a></li>' for href, text in links)}</ul>"


SECTIONS = "".join(f"<h2>{head}</h2><p>{line}</p>" for head, line in STEPS)
UNEVEN = tuple((head, line * (5 if head == "自检" else 1)) for head, line in STEPS)
SAID = [line for step in STEPS for line in step]


# ------------------------------------------------------------------ codes


@pytest.mark.parametrize(
    "code", [("pump start",), ("pump init", "pump start", "pump log")], ids=["one", "three"]
)
def test_numbers_of_a_codes_lines_are_no_text(code: tuple[str, ...]) -> None:
    assert lines(f"<p>{PLUG}</p>{numbered(*code)}<p>{WAIT}</p>") == [PLUG, *code, WAIT]


def test_a_table_that_counts_its_rows_keeps_its_numbers() -> None:
    table = f"<table><tr><td>1</td><td>{PLUG}</td></tr><tr><td>2</td><td>{WAIT}</td></tr></table>"
    assert lines(f"<p>{ASK}</p>{table}") == [ASK, "1", PLUG, "2", WAIT]


def test_a_comment_in_a_code_is_text() -> None:
    code = "<pre><span class='comment'># 每天一次</span>\n<span class='k'>pump</span> check</pre>"
    assert lines(f"<p>{PLUG}</p>{code}<p>{WAIT}</p>") == [PLUG, "# 每天一次", "pump check", WAIT]


BUTTON = "<div class='head'><span>bash</span><div>复制代码</div></div>"


@pytest.mark.parametrize(
    "code",
    [
        "<pre><code>pump init\npump start</code><ul><li>1</li><li>2</li></ul></pre>",
        f"<pre>{BUTTON}<code>pump init\npump start</code></pre>",
        "<div>复制代码</div><pre>pump init\npump start</pre>",
        "<div>bash 复制</div><pre>pump init\npump start</pre>",
    ],
    ids=["numbers in a list", "head within", "button above", "language and button"],
)
def test_what_stands_beside_a_code_in_its_frame_is_no_text(code: str) -> None:
    assert lines(f"<p>{PLUG}</p>{code}<p>{WAIT}</p>") == [PLUG, "pump init", "pump start", WAIT]


def test_a_word_in_another_type_is_text_of_a_preformatted_line() -> None:
    assert lines(f"<p>{PLUG}</p><pre>先运行 <code>pump</code> 再 <b>等待</b></pre>") == [
        PLUG,
        "先运行 pump 再 等待",
    ]


def test_codes_of_one_make_are_no_thread() -> None:
    codes = [f"pump set, {n}, on" for n in range(3)]
    blocks = "".join(f"<div class='code'>{numbered(code, 'pump run')}</div><p>{ASK}</p>" for code in codes)
    assert lines(blocks) == [line for code in codes for line in (code, "pump run", ASK)]


# ------------------------------------------------------------------ headings


@pytest.mark.parametrize("sign", ["¶", "#", "§"])
def test_the_sign_of_a_link_to_a_heading_is_no_text(sign: str) -> None:
    link = f"<a class='anchor' href='#x'>{sign}</a>"
    parts = "".join(f"<h2>{head}{link}</h2><p>{line}</p>" for head, line in STEPS)
    found = read(f"<div><h1>{TITLE}{link}</h1>{parts}</div>")
    assert (found.title.value, found.text.split("\n")) == (TITLE, SAID)


def test_a_headline_printed_twice_is_no_text() -> None:
    assert (
        read(f"<div class='print'><h1>{TITLE}</h1></div><div><h1>{TITLE}</h1>{SECTIONS}</div>").text.split(
            "\n"
        )
        == SAID
    )


def test_a_headline_is_not_the_sites_name_that_leads_home() -> None:
    head = "<h1><a href='/'>样例手册</a></h1>"
    found = read(f"{head}<div><h2><a href='/pump'>{TITLE}</a></h2><p>{PLUG}</p></div>", f"样例手册 - {TITLE}")
    assert found.title.value == TITLE


def test_a_headline_may_stand_behind_the_site_in_the_pages_title() -> None:
    home = "<div><a href='/index.zh.html'>样例水务</a></div>"
    found = read(f"{home}<div><h2>{TITLE}</h2><p>{PLUG}</p></div>", f"样例水务 – 人人会用的水泵: {TITLE}")
    assert found.title.value == TITLE


# ------------------------------------------------------------------ sections


def test_sections_within_the_one_of_the_headline_are_read_with_what_stands_above_them() -> None:
    parts = "".join(f"<section><h2>{head}</h2><p>{line}</p></section>" for head, line in UNEVEN)
    found = read(f"<div><section><h1>{TITLE}</h1><p>{ASK}</p>{parts}</section></div>")
    assert found.text.split("\n") == [ASK, *(line for step in UNEVEN for line in step)]


def test_a_line_directly_below_the_headline_is_read_with_the_one_section_that_follows() -> None:
    part = f"<div class='sect'><h3>接线</h3><p>{PLUG * 9}</p></div>"
    page = f"<div class='chapter'><div><h2>{TITLE}</h2></div><p>{ASK}</p>{part}</div>"
    assert read(page).text.split("\n") == [ASK, "接线", PLUG * 9]


def test_blocks_of_any_make_below_the_headline_are_read_together() -> None:
    parts = "".join(f"<div class='c{head}'><h3>{head}</h3><p>{line}</p></div>" for head, line in UNEVEN)
    menu = items(*((f"/m{n}", f"其他章节{n}") for n in range(5)))
    found = read(f"<div id='main'><h2>{TITLE}</h2>{parts}{menu}</div>")
    assert found.text.split("\n") == [line for step in UNEVEN for line in step]


def test_a_short_section_beside_a_long_one_is_read_too() -> None:
    long, short = (f"<div class='s'><h2>{head}</h2><p>{line}</p></div>" for head, line in UNEVEN[1:])
    links = items(*((f"/m{n}", f"其他章节{n}") for n in range(5)))
    page = f"<header><h1>{TITLE}</h1></header><div id='content'>{long}{short}{links}</div>"
    assert read(page).text.split("\n") == [line for step in UNEVEN[1:] for line in step]


def test_a_place_that_is_named_but_never_closed_is_no_link() -> None:
    parts = "".join(
        f"<div class='section'><h2><a id='s{n}'/>{head}</h2><p>{line}</p></div>"
        for n, (head, line) in enumerate(STEPS)
    )
    assert read(f"<div class='chapter'><h1>{TITLE}</h1>{parts}</div>").text.split("\n") == SAID


# ------------------------------------------------------------------ notes


def test_footnotes_are_text() -> None:
    notes = f"<div class='footnotes'><p>[1] {ASK}</p></div>"
    assert lines(f"{SECTIONS}{notes}") == [*SAID, f"[1] {ASK}"]


def test_references_are_text_whatever_site_they_lead_to() -> None:
    listed = items(("/a", "水泵手册"), ("/b", "接线图"))
    assert lines(f"{SECTIONS}<h2>参考资料</h2>{listed}") == [*SAID, "参考资料", "水泵手册", "接线图"]


def test_a_list_of_links_is_text_where_they_lead_to_other_sites() -> None:
    away = items(("https://tools.example.org/x", "串口工具"), ("https://draw.example.net/", "画图工具"))
    here = items(("https://www.manual.example/other", "另一篇文章"), ("/next", "下一章的内容"))
    assert lines(f"{SECTIONS}{away}{here}") == [*SAID, "串口工具", "画图工具"]


VERSES = [
    "月落空山静",
    "风来竹影斜",
    "故人千里外",
    "何处是归家",
    "灯前听夜雨",
    "枕上数寒鸦",
    "旧信无从寄",
    "新愁未肯赊",
    "何当共樽酒",
]


def test_verses_are_preferred_to_the_foot_of_the_site() -> None:
    assert lines(f"<p>{'</p><p>'.join(VERSES)}</p>") == VERSES


def test_verses_are_preferred_to_what_is_said_of_them() -> None:
    said = "".join(f"<div class='comment'><p>{line}</p></div>" for line in (PLUG, WAIT, RESET, ASK))
    share = "<div class='share'><h3>转给朋友</h3></div>"
    assert lines(f"<p>{'</p><p>'.join(VERSES)}</p>{share}</div><div class='comments'>{said}") == VERSES


def test_what_was_written_in_an_editor_is_no_aside_whatever_its_name() -> None:
    short = f"<div><span class='CopyrightRichText-richText'>{ASK}</span></div>"
    assert lines(f"<p>{PLUG * 3}</p>{short}<div class='copyright'>{RESET}</div>") == [PLUG * 3, ASK]


def test_a_link_that_says_when_an_answer_was_given_is_no_text() -> None:
    assert lines(f"<p>{PLUG}</p><p>{WAIT}</p><div><a href='/a/1'>发布于 2026-03-10 10:20</a></div>") == [
        PLUG,
        WAIT,
    ]
