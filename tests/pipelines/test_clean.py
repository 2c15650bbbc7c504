"""A body's HTML becomes lines: as a browser shows them, nothing lost, nothing invented."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.html.cleaning import clean_html
from pipelines.html.markup import BLOCKS, REMOVED
from policy.errors import TooDeep
from policy.records import Attachment
from policy.records.content import SUFFIXES

HAN = re.compile(r"[\u4e00-\u9fff]")


def lines(fragment: str) -> list[str]:
    return list(clean_html(fragment).lines)


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<h2>一、总则</h2><p>为了用电。</p>", ["一、总则", "为了用电。"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
        ("<p>甲<br>乙<br/>丙</p>", ["甲", "乙", "丙"]),
        ("<p>甲</p>尾巴<div>乙</div>", ["甲", "尾巴", "乙"]),
        ("<div>头<p>身</p>尾</div>", ["头", "身", "尾"]),
        ("<pre>第一行\n第二行</pre>", ["第一行", "第二行"]),
    ],
    ids=["heading", "unclosed items", "breaks", "text between blocks", "text around a block", "preformatted"],
)
def test_each_block_and_each_break_gives_a_line(fragment: str, expected: list[str]) -> None:
    assert lines(fragment) == expected


def test_inline_elements_join_without_invented_spaces() -> None:
    assert lines("<p>储<b>能</b><span>电<font>站</font></span></p>") == ["储能电站"]


def test_white_space_collapses_as_a_browser_shows_it() -> None:
    assert lines("<p>\n  200 \t kW\n级 </p>") == ["200 kW 级"]


def test_indents_go_and_ideographic_spaces_inside_stay() -> None:
    assert lines("<p>&nbsp;\u3000\u3000第一条\u3000为了用电。&nbsp;</p>") == ["第一条\u3000为了用电。"]


def test_the_text_is_as_published() -> None:
    assert lines("<p>①１００㎡，ＡＢ…</p>") == ["①１００㎡，ＡＢ…"]


def test_characters_that_show_nothing_are_dropped() -> None:
    assert lines("<p>储\u200b能\ufeff</p><p>\u200b</p>") == ["储能"]


def test_escapes_are_read_once() -> None:
    assert lines("<p>a &lt; b &amp;&amp; c &gt; d &amp;lt;</p>") == ["a < b && c > d &lt;"]


def test_a_bracket_that_begins_no_tag_is_text() -> None:
    assert lines("<p>若 x < 5，则 y <3。</p>") == ["若 x < 5，则 y <3。"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>隐</script>",
        "<style>隐</style>",
        "<!-- 隐 -->",
        "<noscript>隐</noscript>",
        "<template>隐</template>",
        "<button>隐</button>",
        "<iframe>隐</iframe>",
        '<div style="color:red; DISPLAY : none">隐<div>藏</div></div>',
        "<span hidden>隐<span>藏</span></span>",
        '<p style="visibility:hidden">隐</p>',
        '<div class="share-substr big">隐</div>',
        "<script>if (a < b) { '</p>' } 隐</script>",
    ],
)
def test_what_no_reader_sees_is_removed(hidden: str) -> None:
    assert lines(f"<div><p>前</p>{hidden}<p>后</p></div>") == ["前", "后"]


def test_a_class_named_like_hiding_hides_nothing() -> None:
    assert lines('<p class="overflow-hidden" title="display">见</p>') == ["见"]


# ------------------------------------------------------------------ tables


def test_a_data_table_keeps_its_rows_and_each_cell_is_a_line() -> None:
    cleaned = clean_html(
        "<table><tr><th>地区</th><th>电价</th></tr><tr><td>东部</td><td>0.4</td></tr>"
        "<tr><td>西部</td><td></td></tr></table>"
    )
    assert cleaned.lines == ("地区", "电价", "东部", "0.4", "西部")
    assert cleaned.tables[0].rows == (("地区", "电价"), ("东部", "0.4"), ("西部", ""))


def test_spans_are_resolved_in_rows_and_said_once_in_lines() -> None:
    cleaned = clean_html(
        "<table><tr><th rowspan=2>类</th><th colspan=2>电价</th></tr>"
        "<tr><td>峰</td><td>谷</td></tr><tr><td>工业</td><td>1.0</td><td>0.3</td></tr></table>"
    )
    assert cleaned.lines == ("类", "电价", "峰", "谷", "工业", "1.0", "0.3")
    assert cleaned.tables[0].rows == (("类", "电价", "电价"), ("类", "峰", "谷"), ("工业", "1.0", "0.3"))


def test_a_span_wider_than_the_table_adds_no_columns() -> None:
    cleaned = clean_html("<table><tr><td colspan=999999>表</td></tr><tr><td>甲</td><td>乙</td></tr></table>")
    assert cleaned.tables[0].rows == (("表", "表"), ("甲", "乙"))


def test_a_rowspan_of_zero_reaches_to_the_last_row() -> None:
    cleaned = clean_html(
        "<table><tr><td rowspan=0>省</td><td>甲</td></tr><tr><td>乙</td></tr><tr><td>丙</td></tr></table>"
    )
    assert [row[0] for row in cleaned.tables[0].rows] == ["省"] * 3


def test_breaks_in_a_cell_do_not_split_it_but_sentences_do() -> None:
    cleaned = clean_html(
        "<table><tr><td>发布<br>日期</td><td>说明</td></tr>"
        "<tr><td>今日</td><td><p>按月统计。</p><p>由企业填报。</p></td></tr></table>"
    )
    assert cleaned.lines == ("发布 日期", "说明", "今日", "按月统计。", "由企业填报。")
    assert cleaned.tables[0].rows[1] == ("今日", "按月统计。 由企业填报。")


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>甲</td></tr><tr><td>乙</td></tr></table>",
        "<table><tr><td>甲</td><td>乙</td></tr></table>",
        "<table><tr><td>甲</td><td></td></tr><tr><td>乙</td><td></td></tr></table>",
        f"<table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td><td><p>{'长文' * 150}</p></td></tr></table>",
    ],
    ids=["one column", "one row", "one filled column", "an article in a frame"],
)
def test_a_layout_table_dissolves_into_paragraphs(table: str) -> None:
    cleaned = clean_html(table)
    assert cleaned.tables == ()
    assert cleaned.lines[:2] == ("甲", "乙")


def test_a_data_table_within_a_layout_table_is_kept() -> None:
    inner = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
    cleaned = clean_html(
        f"<table><tr><td>标题</td></tr><tr><td><p>正文</p>{inner}<p>落款</p></td></tr></table>"
    )
    assert cleaned.lines == ("标题", "正文", "1", "2", "3", "4", "落款")
    assert [table.rows for table in cleaned.tables] == [(("1", "2"), ("3", "4"))]


def test_a_caption_keeps_its_place_before_the_cells() -> None:
    cleaned = clean_html("<table><caption>表1</caption><tr><td>1<td>2<tr><td>3<td>4</table>")
    assert cleaned.lines == ("表1", "1", "2", "3", "4")


# ------------------------------------------------------------------ links


def test_links_to_files_are_attachments_and_others_are_not() -> None:
    cleaned = clean_html(
        '<p>附件：<a href="./P0202\n6.pdf"><b>目录</b>.pdf</a><a href="/a.html">首页</a>'
        '<a href="/d?id=1&amp;f=x.DOCX" title="表">　</a><a href="/f/%E8%A1%A8.xls?v=2"></a></p>'
    )
    assert cleaned.links == (
        Attachment(url="./P02026.pdf", name="目录.pdf"),
        Attachment(url="/d?id=1&f=x.DOCX", name="表"),
        Attachment(url="/f/%E8%A1%A8.xls?v=2", name="表.xls"),
    )
    assert cleaned.lines == ("附件：目录.pdf首页",)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_link_to_a_file_of_each_kind_is_an_attachment(suffix: str) -> None:
    cleaned = clean_html(f'<p><a href="/P1.{suffix.upper()}">目录</a><a href="/P2.{suffix}x.html">页</a></p>')
    assert cleaned.links == (Attachment(url=f"/P1.{suffix.upper()}", name="目录"),)


# ------------------------------------------------------------------ properties


_WORDS = st.text("电力储能，。 <>&\"'\u3000\xa0\u200bab1\n\t", max_size=12)
_TAGS = st.sampled_from([*sorted(BLOCKS - {"pre"}), "b", "span", "a", "br", "font"])


@st.composite
def fragments(draw: st.DrawFn) -> str:
    """Well- and ill-nested tags around escaped words."""
    pieces = draw(
        st.lists(
            st.one_of(
                _WORDS.map(html.escape),
                _TAGS.map("<{}>".format),
                _TAGS.map("</{}>".format),
                st.sampled_from(["<td rowspan=3>", "<td colspan='2'>", "<div hidden>", "<tr>", "<table>"]),
            ),
            max_size=40,
        )
    )
    return "".join(pieces)


@given(fragments())
def test_cleaning_the_lines_again_changes_nothing(fragment: str) -> None:
    once = clean_html(fragment).lines
    assert clean_html("".join(f"<p>{html.escape(line)}</p>" for line in once)).lines == once


@given(fragments())
def test_no_han_character_is_lost_where_nothing_is_hidden(fragment: str) -> None:
    fragment = fragment.replace("<div hidden>", "<div>")
    for name in REMOVED:
        fragment = fragment.replace(f"<{name}>", "")
    seen = HAN.findall(html.unescape(re.sub(r"<[^<>]*>", "", fragment)))
    assert sorted(HAN.findall("".join(clean_html(fragment).lines))) == sorted(seen)


@given(fragments())
def test_every_row_of_a_table_has_the_same_width(fragment: str) -> None:
    for table in clean_html(fragment).tables:
        assert len(table.rows) > 1
        assert len({len(row) for row in table.rows}) == 1


_SPANS = st.sampled_from(
    ["", " rowspan=2", ' colspan="3"', " ROWSPAN='0' class='a > b'", ' data-rowspan="9"']
)


def _table(rows: list[list[tuple[str, str]]]) -> str:
    cells = ("".join(f"<td{spans}>{words}</td>" for spans, words in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


_TABLES = st.recursive(
    st.sampled_from(
        ["储能", "<p>甲。</p><p>乙</p>", "1<br>2", "", "<a href='x.pdf'>件</a>", "<pre>a\nb</pre>"]
    ),
    lambda inner: st.lists(st.lists(st.tuples(_SPANS, inner), max_size=3), max_size=3).map(_table),
    max_leaves=12,
)


@given(_TABLES)
def test_a_hidden_row_elsewhere_does_not_change_how_a_table_is_read(table: str) -> None:
    assert clean_html(f"{table}<table><tr hidden><td>隐</td></tr></table>") == clean_html(table)


@given(st.text(max_size=200))
def test_any_text_can_be_cleaned(text: str) -> None:
    assert all(line.strip() for line in clean_html(text).lines)


# ------------------------------------------------------------------ hostile input


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 1_000_000, "<table><tr><td>" * 330_000, "<table><tr>" + "<td>1</td>" * 100_000],
    ids=["divs", "tables", "cells"],
)
def test_a_bomb_of_tags_is_refused_at_once(bomb: str) -> None:
    start = time.process_time()
    with pytest.raises(TooDeep):
        clean_html(bomb)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a ",
        "</p>",
        '<br a="',
        "<br>",
        "&#",
        "&lt;",
        "<span>",
        "<p></p>",
        "<!",
        "<![",
        "<?",
        "<script>",
    ],
)
def test_broken_markup_takes_linear_time(piece: str) -> None:
    start = time.process_time()
    clean_html(f"<p>前</p>{piece * (200_000 // len(piece))}")
    assert time.process_time() - start < 5


def test_spans_of_thousands_are_capped() -> None:
    cell = "<td colspan=999999 rowspan=999999>甲</td>"
    start = time.process_time()
    assert len(clean_html(f"<table>{'<tr>' + cell * 100}{'</tr><tr>' + cell * 100}</table>").lines) == 200
    assert time.process_time() - start < 5


def test_the_hidden_pages_of_a_long_text_are_text() -> None:
    shown = '<div class="manuscriptPage" id="manuscriptPage_1"><p>一</p></div>'
    hidden = '<div class="manuscriptPage" id="manuscriptPage_2" style="display:none"><p>二</p></div>'
    other = '<div class="share-substr" style="display:none">摘要</div>'
    assert clean_html(shown + hidden + other).lines == ("一", "二")
