"""What recurs around a portal's texts goes, whatever its words; what documents say themselves stays."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.boilerplate.learning import (
    FROM,
    LEAST,
    SETTLED,
    forget_block,
    learn_blocks,
    learned_lines,
    mark_as_text,
    record_sighting,
)
from pipelines.boilerplate.removal import strip_boilerplate
from pipelines.html.cleaning import Cleaned, clean_html
from policy.records.content import Block, BoilerplateSet, PageEdges

NOW = dt.datetime(2026, 3, 1, 18, 30, tzinfo=dt.UTC)
NAMES = ("林一", "王小二", "张三丰", "赵四", "陈五", "周小六", "孙七", "吴八", "郑九")


def text(number: int) -> list[str]:
    """A document of its own words, with what documents say."""
    return [
        f"关于开展第{number}批储能试点的通知",
        f"江能发〔2026〕{number}号",
        "各市、县人民政府，省直各单位：",
        f"为推进第{number}批储能试点，经研究，现将有关事项通知如下。",
        f"一、第{number}批试点由各市择优推荐，{'优' * (number % 7 + 1)}先支持老旧电厂改造。",
        "请认真贯彻执行。",
        "特此通知。",
        "江南省能源局",
        f"2026年3月{number % 28 + 1}日",
        "（此件公开发布）",
        "附件：1.试点推荐表.docx",
    ]


def page(number: int, *tail: str, head: Sequence[str] = ()) -> Cleaned:
    """A page of a text of its own with boilerplate around it; ``{n}`` and ``{name}`` differ by page."""
    varied = [
        line.format(n=number, name=NAMES[number % len(NAMES)]) for line in (*head, *text(number), *tail)
    ]
    return Cleaned(lines=tuple(varied))


def seen(pages: Sequence[Cleaned], layout: str = "Article") -> list[PageEdges]:
    return [
        record_sighting(
            [each], article=str(number), layout=layout, at=NOW, digests=[str(number)], code="code-1"
        )
        for number, each in enumerate(pages)
    ]


def learned(pages: Sequence[Cleaned]) -> tuple[Block, ...]:
    return learn_blocks(seen(pages), (), NOW)


def rest(one: Cleaned, blocks: Sequence[Block], layout: str = "Article") -> list[str]:
    """The lines of a page under what was learned."""
    known = BoilerplateSet(id=1, portal="jn", at=NOW, blocks=tuple(blocks))
    return list(strip_boilerplate(one.lines, learned_lines(one, known.of(layout))).lines)


ODD = (
    ["江潮融媒出品，翻版必究"],
    ["本栏目由江南省大数据中心提供技术保障。", "数据每日零点更新，仅作展示之用。"],
    ["守夜小编／{name}", "江潮矩阵"],
    ["今日当值：{name}"],
    ["阅览 {n} 人 · 留言 {n} 条"],
    ["传给好友", "微信", "微博"],
    ["江潮小程序上线啦！点我围观"],
    ["公众号：江潮政务"],
    ["本页最近一次改动在2026年3月{n}日 10:{n}"],
)


@pytest.mark.parametrize("tail", ODD, ids=lambda tail: tail[0])
def test_odd_words_at_the_end_of_all_pages_go(tail: list[str]) -> None:
    blocks = learned([page(number, *tail) for number in range(10, 10 + FROM)])
    fresh = page(99, *tail)
    assert strip_boilerplate(fresh.lines).lines != tuple(text(99)), "the rules do not know it"
    assert rest(fresh, blocks) == text(99)


@pytest.mark.parametrize(
    "head", [["江潮政务 · 第{n}期"], ["江潮号外", "今日{n}次翻阅"]], ids=["bar", "two bars"]
)
def test_odd_words_before_all_texts_go(head: list[str]) -> None:
    blocks = learned([page(number, head=head) for number in range(10, 30)])
    assert rest(page(99, head=head), blocks) == text(99)


def test_the_first_pages_teach_nothing() -> None:
    assert learned([page(number, "江潮出品") for number in range(FROM - 1)]) == ()
    assert [block.key for block in learned([page(number, "江潮出品") for number in range(FROM)])] == [
        "江潮出品"
    ]


def test_what_stands_on_few_pages_is_not_learned() -> None:
    pages = [page(number, *(["江潮出品"] if number < LEAST - 1 else [])) for number in range(FROM)]
    assert learned(pages) == ()
    assert learned([page(number, *(["江潮出品"] if number % 3 == 0 else [])) for number in range(30)]) == ()


def test_what_every_document_of_a_portal_says_stays() -> None:
    """Salutation, closing, organ, note and list of files stand on each of these pages."""
    pages = [page(number) for number in range(30)]
    assert learned(pages) == ()
    blocks = learned([page(number, "江潮出品") for number in range(30)])
    assert [block.key for block in blocks] == ["江潮出品"]


OWN = [
    "国家发展改革委",
    "国家发展改革委 国家能源局 财政部",
    "江南省人民政府办公厅",
    "江南省能源局 2026年3月2日",
    "2026年3月2日",
    "二〇二六年三月二日",
    "局长 林一",
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
    "各有关单位：",
    "江能发〔2026〕7号",
    "江南省能源局文件",
    "中华人民共和国国家发展和改革委员会公告",
    "第一章 总则",
    "目 录",
    "（此件公开发布）",
    "（2026年3月2日江南省人民政府第9次常务会议通过）",
    "2001年6月15日中华人民共和国国务院令第306号公布",
    "特此通知。",
    "以上意见，请遵照执行。",
    "请各地认真贯彻执行。",
    "本办法自发布之日起施行，有效期五年。",
    "本规定由江南省能源局负责解释。",
    "以上意见如无不妥，请批转各地执行。",
    "如不服本决定，可以自收到之日起六十日内申请行政复议。",
    "公众可在意见征集期内将反馈意见寄至下列地址。",
    "联系人：林一",
    "联系电话：010-12345678",
    "附件：1.分时电价表",
    "抄送：省委办公厅",
    "单位：万元",
    "注：本表数据由各市报送。",
    "1．本表一式两份。",
    "详见附件。",
    "合计",
]


@pytest.mark.parametrize("line", OWN)
def test_what_documents_say_is_not_learned_though_it_ends_every_page(line: str) -> None:
    pages = [
        Cleaned(lines=(f"第{number}批试点情况如下。", f"共有{'甲乙丙丁戊'[number % 5]}类。", line))
        for number in range(30)
    ]
    assert learned(pages) == ()
    behind = [Cleaned(lines=(*each.lines, "江潮出品")) for each in pages]
    assert [block.key for block in learned(behind)] == ["江潮出品"]
    assert rest(behind[0], learned(behind)) == list(pages[0].lines)


def test_cells_of_tables_that_recur_are_not_boilerplate() -> None:
    pages = [
        Cleaned(lines=("现公布电价如下。", "品种", "价格", "备用容量", f"{'大' * number}工业", f"{number}.5"))
        for number in range(1, 30)
    ]
    assert learned(pages) == ()
    assert [block.key for block in learned([Cleaned(lines=(*each.lines, "江潮出品")) for each in pages])] == [
        "江潮出品"
    ]


def test_a_line_of_another_layout_stays() -> None:
    blocks = learned([page(number, "江潮出品") for number in range(20)])
    assert rest(page(99, "江潮出品"), blocks, layout="Other") == [*text(99), "江潮出品"]


def test_a_list_of_other_pages_goes_with_its_learned_heading() -> None:
    def html(number: int, items: str) -> Cleaned:
        paragraphs = "".join(f"<p>{line}</p>" for line in text(number))
        return clean_html(f"{paragraphs}<h4>大伙都在翻</h4><ul>{items}</ul>")

    def listed(number: int) -> str:
        return "".join(
            f'<li><a href="/{number}{each}.html">{"储" * each}能讯{number}</a><span>03-{each:02d}</span></li>'
            "<li>2026-03-02</li>"
            for each in range(1, 6)
        )

    def plain(number: int) -> str:
        return "".join(f"<li>入选企业{number}{'甲' * each}</li>" for each in range(1, 6))

    blocks = learned([html(number, listed(number)) for number in range(20)])
    assert [block.key for block in blocks] == ["大伙都在翻"]
    assert rest(html(99, listed(99)), blocks) == text(99)
    assert len(rest(html(99, plain(99)), blocks)) == len(text(99)) + 6, (
        "a list that leads nowhere may be the text"
    )
    assert learned([html(number, plain(number)) for number in range(20)]) == ()


def test_a_label_before_a_link_is_known_without_the_link() -> None:
    def html(number: int) -> Cleaned:
        paragraphs = "".join(f"<p>{line}</p>" for line in text(number))
        return clean_html(
            f'{paragraphs}<p>前情回顾：<a href="/{number}.html">{"又" * number}一批储能试点上新</a></p>'
        )

    blocks = learned([html(number) for number in range(20)])
    assert [block.key for block in blocks] == ["前情回顾：…"]
    assert rest(html(99), blocks) == text(99)


def test_a_link_that_is_never_closed_makes_no_list_of_the_text() -> None:
    def html(number: int) -> Cleaned:
        paragraphs = "".join(f"<p>{line}</p>" for line in text(number))
        return clean_html(f'<p>江潮出品</p><p><a href="/">江潮首页</p>{paragraphs}<p>江潮出品</p>')

    blocks = learned([html(number) for number in range(20)])
    assert rest(html(99), blocks)[-len(text(99)) :] == text(99)


def test_a_sentence_that_is_a_link_is_no_entry_of_a_list() -> None:
    def html(number: int) -> Cleaned:
        return clean_html(
            f'<p>试点{number}批。</p><p>江潮出品</p><p><a href="/x">第{number}批名单已由省局公布。</a></p>'
        )

    assert learned([html(number) for number in range(20)]) == ()


def test_what_a_known_label_introduces_is_text_unless_it_is_a_name() -> None:
    blocks = learned([page(number, "今日当值：{name}") for number in range(20)])
    assert [block.key for block in blocks] == ["今日当值：…"]
    line = "今日当值：请各值班室于每日八时前将检修情况报送调度"
    assert rest(page(99, line), blocks) == [*text(99), line]


def test_a_page_without_prose_is_read_by_the_rules_alone() -> None:
    blocks = learned([page(number, "点此获取全文") for number in range(20)])
    short = Cleaned(lines=("分时电价表", "点此获取全文"))
    assert rest(short, blocks) == list(short.lines)


def test_new_words_are_learned_beside_the_old_ones() -> None:
    """Old captures are compared under the same set: it must know what stood on them."""
    first = learned([page(number, "江潮出品") for number in range(20)])
    both = learn_blocks(seen([page(number, "江海出品") for number in range(20)]), first, NOW)
    assert {block.key for block in both} == {"江潮出品", "江海出品"}
    assert rest(page(99, "江潮出品"), both) == rest(page(99, "江海出品"), both) == text(99)


def test_what_was_learned_from_a_few_pages_and_turns_out_rare_goes_again() -> None:
    first = learned([page(number, "江潮出品") for number in range(FROM)])
    later = [page(number, *(["江潮出品"] if number < 2 else [])) for number in range(SETTLED)]
    assert learn_blocks(seen(later), first, NOW) == ()


def test_a_line_ops_keep_is_never_removed() -> None:
    [block] = learned([page(number, "江潮出品") for number in range(20)])
    again = learn_blocks(
        seen([page(number, "江潮出品") for number in range(20)]), mark_as_text([block], block.id), NOW
    )
    assert [each.kept for each in again] == [True]
    assert rest(page(99, "江潮出品"), again) == [*text(99), "江潮出品"]


def test_what_ops_forget_is_learned_again_where_it_still_recurs() -> None:
    pages = [page(number, "江潮出品") for number in range(20)]
    [block] = learned(pages)
    left = forget_block(mark_as_text([block], block.id), block.id)
    assert left == ()
    assert learn_blocks(seen(pages), left, NOW) == (block,)
    with pytest.raises(KeyError):
        mark_as_text([block], "nothing")


def test_a_line_below_a_new_one_is_still_counted() -> None:
    first = learned([page(number, "江潮出品") for number in range(20)])
    both = learn_blocks(seen([page(number, "江潮出品", "江海承印") for number in range(20)]), first, NOW)
    assert {block.key: (block.pages, block.of) for block in both} == {
        "江潮出品": (20, 20),
        "江海承印": (20, 20),
    }


def test_names_and_phones_are_in_no_key() -> None:
    tails = [["守夜小编：林一"], ["夜间热线请拨13800000000"], ["致信bianji#jiangnan.com"]]
    keys = [block.key for tail in tails for block in learned([page(number, *tail) for number in range(20)])]
    assert len(keys) == len(tails)
    assert not [key for key in keys if "林一" in key or "13800000000" in key or "bianji" in key]


def test_characters_that_no_database_stores_are_in_no_key() -> None:
    [block] = learned([page(number, "江潮\ud800出\x00品\udfff") for number in range(20)])
    assert block.key == "江潮出品"


def test_what_heads_every_document_stays() -> None:
    """A red head, a title of a series, a number, whom it speaks to: behind a bar of the page's own."""
    for top in (["江南省能源局文件"], ["全国电力市场交易周报（第{n}期）"], ["公 告"], ["（征求意见稿）"]):
        pages = [page(number, head=["江潮政务矩阵", *top]) for number in range(20)]
        blocks = learned(pages)
        assert [block.key for block in blocks] == ["江潮政务矩阵"]
        assert rest(page(99, head=["江潮政务矩阵", *top]), blocks)[0] == top[0].format(n=99)


REPORT = (
    "2026年3月{n}日，江南省发电{n}亿千瓦时，其中水电占三成。",
    "猪肉：{n}.4元",
    "用电量 {n}5 千瓦时",
    "较前一日上涨{n}.2%。",
    "走势：{name}",
)


def test_figures_of_a_daily_report_are_text_however_alike_the_days_are() -> None:
    pages = [
        Cleaned(lines=tuple(line.format(n=n, name=NAMES[n % 9][:2]) for line in REPORT)) for n in range(1, 30)
    ]
    assert learned(pages) == ()
    shown = [Cleaned(lines=(*each.lines, "江潮出品")) for each in pages]
    assert [rest(each, learned(shown)) for each in shown] == [list(each.lines) for each in pages]


def test_what_a_form_says_on_every_page_is_text() -> None:
    form = (
        "准予江南第{n}电厂并网。",
        "许可事项：机组并网",
        "许可期限：长期有效",
        "审批结果：同意",
        "许可机关：江南省能源局",
    )
    pages = [Cleaned(lines=tuple(line.format(n=n) for line in form)) for n in range(30)]
    assert learned(pages) == ()


@pytest.mark.parametrize("frame", ["{}", "<table><tr><td>{}</td></tr></table>"], ids=["plain", "in a frame"])
def test_cells_of_a_data_table_are_never_boilerplate(frame: str) -> None:
    def html(number: int) -> Cleaned:
        rows = f"<tr><td>机组</td><td>{number}号机</td></tr><tr><td>结果</td><td>并网合格</td></tr>"
        return clean_html(
            f"<p>第{number}次检查情况如下。</p>{frame.format(f'<table>{rows}</table>')}<p>江潮出品</p>"
        )

    blocks = learned([html(number) for number in range(20)])
    assert [block.key for block in blocks] == ["江潮出品"]
    assert rest(html(99), blocks)[-2:] == ["结果", "并网合格"]


PROSE = st.sampled_from(["各地要抓好落实工作。", "会议指出，储能很重要。", "江南省今年新增装机一百万千瓦。"])
FILLING = st.sampled_from(
    [
        "江潮出品",
        "大伙都在翻",
        "今日当值：林一",
        "江南省能源局",
        "打印本页",
        "微信",
        "2026-03-02",
        "附件：表.xls",
        "甲",
        "数据每日更新。",
    ]
)
KNOWN = learned(
    [
        page(number, "大伙都在翻", "数据每日更新。", "今日当值：{name}", "江潮出品", head=["江潮出品"])
        for number in range(20)
    ]
)


@given(
    st.lists(FILLING, max_size=6), PROSE, st.lists(FILLING, max_size=6), PROSE, st.lists(FILLING, max_size=6)
)
def test_what_stands_between_two_lines_of_prose_is_never_removed(
    before: list[str], first: str, between: list[str], second: str, after: list[str]
) -> None:
    assert len({block.edge for block in KNOWN}) == 2
    lines = rest(Cleaned(lines=(*before, first, *between, second, *after)), KNOWN)
    start = lines.index(first)
    assert lines[start : start + len(between) + 2] == [first, *between, second]


@given(st.lists(FILLING | PROSE, max_size=14))
def test_nothing_is_lost_between_kept_and_removed(lines: list[str]) -> None:
    one = Cleaned(lines=tuple(lines))
    known = BoilerplateSet(id=1, portal="jn", at=NOW, blocks=KNOWN)
    stripped = strip_boilerplate(one.lines, learned_lines(one, known.of("Article")))
    assert sorted([*stripped.lines, *stripped.removed]) == sorted(lines)


@pytest.mark.parametrize(
    "piece", ["【", "责任编辑：", "请望各", "（", " ", "12 ", "自起", "一", "、", "a／", "各：", "林一、"]
)
def test_any_line_takes_linear_time(piece: str) -> None:
    start = time.process_time()
    one = Cleaned(lines=(*[piece * 200_000] * 5, *[piece * 900] * 20, *[piece * 20] * 20))
    record_sighting([one], article="1", layout="Article", at=NOW, digests=["1"], code="code-1")
    rest(one, KNOWN)
    assert time.process_time() - start < 5


def test_applying_a_set_costs_next_to_nothing() -> None:
    known = BoilerplateSet(id=1, portal="jn", at=NOW, blocks=KNOWN).of("Article")
    one = page(99, "大伙都在翻", "数据每日更新。", "今日当值：林一", "江潮出品", head=["江潮出品"])
    start = time.process_time()
    for _ in range(100):
        learned_lines(one, known)
    assert (time.process_time() - start) / 100 < 0.003
