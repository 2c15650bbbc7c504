from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.documents.outline import completeness, outline
from policy.records.content import Heading
from policy.text.numerals import format_numeral, parse_numeral

PROSE = "围绕新型储能和虚拟电厂，完善市场机制，健全价格政策，推动示范工程尽快落地见效。"


def levels(headings: tuple[Heading, ...]) -> list[tuple[int, str]]:
    return [(heading.level, heading.label) for heading in headings]


def paths(*lines: str) -> list[str]:
    return [heading.path for heading in outline(lines).headings]


PLAN = (
    "四、建设清洁能源基地",
    PROSE,
    "(一)做强风电基地",
    PROSE,
    "1、推进海上风电",
    f"{PROSE}重点任务:(1)建设送出工程,提升消纳水平。(2)开展漂浮式示范;(3) 完善运维体系。",
    "2、更新老旧风电场",
    PROSE,
    "建设海上综合试验场",
    PROSE,
    "主要任务:(1)选定海域。(2)布设平台。",
    "（二）做优光伏基地",
    "1．发展光热发电",
    PROSE,
    "五、保障措施",
    "（一）加强领导。各地要高度重视，压实责任。",
)


def test_a_plan_has_levels_inline_items_and_boxes() -> None:
    found = outline(PLAN)
    assert [(heading.path, heading.title) for heading in found.headings] == [
        ("4", "建设清洁能源基地"),
        ("4/1", "做强风电基地"),
        ("4/1/1", "推进海上风电"),
        ("4/1/2", "更新老旧风电场"),
        ("4/2", "做优光伏基地"),
        ("4/2/1", "发展光热发电"),
        ("5", "保障措施"),
        ("5/1", "加强领导"),
    ]
    assert [(item.path, item.label, item.line) for item in found.inline] == [
        ("4/1/1/1", "(1)", 5),
        ("4/1/1/2", "(2)", 5),
        ("4/1/1/3", "(3)", 5),
        ("4/1/2/box1/1", "(1)", 10),
        ("4/1/2/box1/2", "(2)", 10),
    ]
    assert [(box.title, box.line) for box in found.boxes] == [("建设海上综合试验场", 8)]
    assert found.gaps == ("一、", "二、", "三、")


def test_what_the_headline_promises_and_the_body_lacks() -> None:
    headline = "某市海上风电规划:研发200kW级电解制氢系统 推进老旧风电场改造"
    found = completeness(
        outline(PLAN), headline, (headline, *PLAN), pages=2, missing_pages=("https://example.cn/1",)
    )
    assert found.headline_terms_missing == ("200kW", "电解", "制氢")
    assert found.gaps == ("一、", "二、", "三、")
    assert (found.pages, found.missing_pages, found.complete) == (2, ("https://example.cn/1",), False)


def test_a_term_broken_by_a_space_is_not_missing() -> None:
    lines = ("一、总体要求", "推广 应用虚拟 电厂。")
    assert completeness(outline(lines), "虚拟电厂办法", lines).headline_terms_missing == ()


LAW = (
    "某某管理条例",
    "目　　录",
    "第一章　总则",
    "第二章　管理",
    "第一章　总　　则",
    "第一条　为了规范管理，制定本条例。",
    "第二条　本条例适用于下列活动：",
    "（一）生产；",
    "（二）经营。",
    "第二条第一款所称生产，不包括试验。",
    "第二章　管　　理",
    "第三条　有下列情形之一的，依照第一条、第二条处理：",
    "（一）未经许可；",
    "（二）超出许可。",
    "第三条之一　前款规定自公布之日起适用。",
    "第四条本条例由主管部门解释。",
)


def test_a_regulation_nests_chapters_articles_and_items() -> None:
    found = outline(LAW)
    assert levels(found.headings) == [
        (1, "第一章"),
        (2, "第一条"),
        (2, "第二条"),
        (3, "（一）"),
        (3, "（二）"),
        (1, "第二章"),
        (2, "第三条"),
        (3, "（一）"),
        (3, "（二）"),
        (2, "第三条之一"),
        (2, "第四条"),
    ]
    assert [heading.title for heading in found.headings if heading.level == 1] == ["总　　则", "管　　理"]
    assert found.gaps == ()
    assert found.inline == ()


def test_an_item_cited_in_prose_is_no_heading_and_no_inline_item() -> None:
    found = outline(["一、总体要求", "有本条例第三条第（一）项情形的，依照（二）项处理。第十条规定除外。"])
    assert levels(found.headings) == [(1, "一、")]
    assert found.inline == ()


def test_the_document_s_own_nesting_counts() -> None:
    assert paths("第一条 甲", "一、子", "二、丑", "第二条 乙", "一、寅") == ["1", "1/1", "1/2", "2", "2/1"]
    assert paths("一、总则", "第一条 甲", "第二条 乙", "二、分则", "第三条 丙") == [
        "1",
        "1/1",
        "1/2",
        "2",
        "2/3",
    ]
    assert paths("1.甲", "（一）子", "（二）丑", "2.乙", "（一）寅") == ["1", "1/1", "1/2", "2", "2/1"]


def test_a_second_level_may_run_through_the_document() -> None:
    found = outline(
        ["一、甲", "（一）子", "（二）丑", "二、乙", "（三）寅", "（四）卯", "三、丙", "（五）辰"]
    )
    assert [heading.path for heading in found.headings] == ["1", "1/1", "1/2", "2", "2/3", "2/4", "3", "3/5"]
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("lines", "gaps"),
    [
        pytest.param(["一、甲", "三、丙"], ("二、",), id="between neighbours"),
        pytest.param(["（三）寅", "（四）卯"], ("（一）", "（二）"), id="at the head"),
        pytest.param(["第一条 甲", "第四条 丁"], ("第二条", "第三条"), id="articles"),
        pytest.param(
            ["第一章 甲", "第一条 子", "第三章 丙", "第四条 丑"], ("第二章", "第二条", "第三条"), id="a law"
        ),
        pytest.param(["1.甲", "2.乙", "4.丁"], ("3.",), id="digits"),
        pytest.param(["①甲", "③丙"], ("②",), id="circles"),
        pytest.param(
            ["一、甲", "（一）子", "（二）丑", "二、乙", "（四）寅"],
            ("（一）", "（二）", "（三）"),
            id="neither",
        ),
        pytest.param(["一、甲", "乙乙。二、丙", "三、丁"], (), id="a heading fused with the line above"),
        pytest.param(["一、甲", "二、乙", "一、丙", "二、丁"], (), id="an attachment begins again"),
        pytest.param(["一、甲", PROSE, "附件：1.名单", "2.目录", "3.样表"], (), id="names of attachments"),
        pytest.param(["注：1.含税", "2.不含税"], (), id="notes"),
        pytest.param(["一、甲", "2021.5亿元", "12.5%", "120、号机组", "1.5万千瓦"], (), id="figures"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_gaps(lines: list[str], gaps: tuple[str, ...]) -> None:
    assert outline(lines).gaps == gaps


def test_articles_beyond_a_thousand_are_counted() -> None:
    printed = [f"第{format_numeral(number)}条　{PROSE}" for number in range(1, 1261)]
    lost = {"第九百九十九条", "第一千零一条", "第一千二百条"}
    whole = outline([line for line in printed if line.partition("\u3000")[0] not in lost])
    assert {*whole.gaps} == lost


def test_a_numeral_is_read_as_it_is_written() -> None:
    assert all(parse_numeral(format_numeral(number)) == number for number in range(10_050))
    assert [format_numeral(number) for number in (10, 110, 1001, 1010)] == [
        "十",
        "一百一十",
        "一千零一",
        "一千零一十",
    ]


@given(st.integers(3, 60), st.data())
def test_a_lost_article_is_always_named(articles: int, data: st.DataObject) -> None:
    lines = [f"第{format_numeral(number)}条　{PROSE}" for number in range(1, articles + 1)]
    lost = data.draw(st.integers(1, articles - 1))
    assert outline(lines).gaps == ()
    assert outline(lines[: lost - 1] + lines[lost:]).gaps == (f"第{format_numeral(lost)}条",)


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        pytest.param(PROSE, "国家能源局", "2026年3月1日", id="signature"),
        pytest.param(PROSE, "国家发展改革委 国家能源局", PROSE, id="issuers"),
        pytest.param(PROSE, "2026年3月1日", PROSE, id="date"),
        pytest.param(PROSE, "附件一工作方案", PROSE, id="attachment"),
        pytest.param(PROSE, "各有关单位：", PROSE, id="salutation"),
        pytest.param("指标", "装机规模", "单位", id="table cells"),
        pytest.param(PROSE, "推进示范工程，强化保障", PROSE, id="a clause"),
        pytest.param(PROSE, "二、保障措施", PROSE, id="a numbered heading"),
        pytest.param(PROSE, "主要指标一览表", PROSE, id="a table's title"),
        pytest.param(PROSE, "试点", PROSE, id="too short"),
        pytest.param(PROSE, "某某管理条例", f"（{PROSE}）", id="the title of an attached regulation"),
    ],
)
def test_what_is_no_box(before: str, line: str, after: str) -> None:
    assert outline(["一、总体要求", before, line, after]).boxes == ()


def test_the_title_lines_at_the_head_are_no_boxes() -> None:
    assert outline([PROSE, "新型储能试点工作方案", PROSE, "一、总体要求", PROSE]).boxes == ()


def test_a_long_heading_keeps_its_first_words_as_title() -> None:
    (heading,) = outline([f"（一）指导思想。{PROSE}"]).headings
    assert heading.title == "指导思想"
    (article,) = outline(["第一条 【立法目的】为了规范管理，制定本办法。"]).headings
    assert article.title == "立法目的"


LINES = st.lists(
    st.text(alphabet="一二三（）()1234、.．第条章节①②附件：:目录 。；甲乙丙国", max_size=16), max_size=20
)


@given(LINES)
def test_every_heading_stands_on_its_line(lines: list[str]) -> None:
    found = outline(lines)
    for heading in (*found.headings, *found.inline):
        assert heading.label in lines[heading.line]
        assert heading.title in lines[heading.line]
    for heading in found.headings:
        assert heading.path.split("/")[-1] == str(heading.number)
        assert heading.path.count("/") == heading.level - 1
    order = [heading.line for heading in found.headings]
    assert order == sorted(set(order))


@pytest.mark.parametrize(
    "lines",
    [
        ["附件" + " " * 900_000 + "甲"],
        ["第" + "一" * 900_000 + "条"],
        ["(1)" * 100_000],
        ["第99999999条 甲", "第五百条 乙", "第九千条 丙"],
        ["一、甲", "九、乙"] * 10_000,
        ["甲" * 30 + "。", "标题甲乙", "甲" * 30 + "。"] * 5_000,
    ],
    ids=["spaces", "numerals", "items", "numbers", "gaps", "boxes"],
)
def test_a_megabyte_of_nonsense_is_outlined_all_the_same(lines: list[str]) -> None:
    assert len(outline(lines).gaps) < 600
