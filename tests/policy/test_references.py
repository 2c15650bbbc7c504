"""What a text says of other documents, and what for."""

from __future__ import annotations

import datetime as dt

import pytest

from policy.documents.issuers import split_issuers
from policy.documents.references import MOST, reference_keys, references, title_forms, title_key
from policy.records.content import DocNumber, Reference


def told(text: str, **own: str) -> list[tuple[str, str]]:
    """Kind and title (else number) of each mention."""
    found = references(text.split("\n"), **own)  # type: ignore[arg-type]
    return [(one.kind, one.title or (one.doc_no.norm if one.doc_no else "")) for one in found]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("根据《河湖清淤条例》有关规定，制定本办法。", "basis"),
        ("经营者违反《河湖清淤条例》第九条的，责令改正。", "basis"),
        ("为贯彻落实国务院办公厅印发的《河湖清淤条例》，现通知如下。", "implements"),
        ("现将部里关于印发的文件转发《河湖清淤条例》一并执行。", "forwards"),
        ("对《河湖清淤条例》作如下修改：", "amends"),
        ("将《河湖清淤条例》第三条修改为：", "amends"),
        ("决定修改《河湖清淤条例》。", "amends"),
        ("《河湖清淤条例》同时废止。", "repeals"),
        ("自印发之日起，《河湖清淤条例》（清发〔2019〕3号）停止执行。", "repeals"),
        ("经研究，决定废止《河湖清淤条例》。", "repeals"),
        ("关于《河湖清淤条例》的政策解读", "interprets"),
        ("属于《河湖清淤条例》所称河段的，一并登记。", "cites"),
        ("《河湖清淤条例》未废止的部分仍然有效。", "cites"),
        ("由国务院批准实施的《河湖清淤条例》另有规定。", "cites"),
    ],
)
def test_the_words_around_a_title_say_what_it_is_named_for(text: str, kind: str) -> None:
    assert told(text) == [(kind, "河湖清淤条例")]


def test_titles_in_a_row_are_named_for_the_same() -> None:
    assert told("1999年公布的《甲河管理办法》和2003年8月1日水务局发布的《乙河管理办法》同时废止。") == [
        ("repeals", "甲河管理办法"),
        ("repeals", "乙河管理办法"),
    ]
    assert told("根据《甲法》、《乙法》和《丙条例》等规定，参加《丁大会章程》讨论。") == [
        ("basis", "甲法"),
        ("basis", "乙法"),
        ("basis", "丙条例"),
        ("cites", "丁大会章程"),
    ]


def test_a_number_belongs_to_the_title_before_it_and_stands_alone_elsewhere() -> None:
    line = (
        "按照《关于做好清淤工作的通知》（清发〔2021〕33号，以下简称《通知》）和国发〔2020〕7号文件要求办理。"
    )
    first, second = references([line])
    assert (first.kind, first.doc_no and first.doc_no.norm) == ("basis", "清发〔2021〕33号")
    assert (second.title, second.doc_no and second.doc_no.norm) == ("", "国发〔2020〕7号")
    assert line[second.start : second.end] == "国发〔2020〕7号"


def test_a_title_holds_other_titles() -> None:
    assert told("执行《关于印发〈河湖清淤方案〉的通知》。") == [
        ("implements", "关于印发〈河湖清淤方案〉的通知")
    ]
    assert told("《关于废止《甲办法》等文件的决定》已经公布。") == [
        ("cites", "关于废止《甲办法》等文件的决定")
    ]


def test_a_short_name_stands_for_the_whole_title() -> None:
    lines = [
        "为实施《中华人民共和国清淤法》（以下简称《清淤法》），制定本细则。",
        "依照《清淤法》第二条办理。",
    ]
    whole, short = references(lines)
    assert (whole.kind, short.kind) == ("implements", "basis")
    assert (short.title, short.full) == ("清淤法", "中华人民共和国清淤法")
    assert reference_keys(short) == reference_keys(whole) == ("title:清淤法",)


def test_what_a_document_says_of_itself_is_no_reference() -> None:
    assert told("现将《河湖清淤方案》印发给你们，请认真执行。") == []
    assert told("填写《清淤项目申请表》并交验《排水许可证》。") == []
    own = "关于印发《河湖清淤方案》的通知"
    assert told("《河湖清淤方案》自印发之日起施行。", title=own) == []
    number = DocNumber(raw="清发〔2021〕33号", code="清发", year=2021, number=33)
    assert references(["清发〔2021〕33号"], doc_no=number) == ()


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ("中华人民共和国清淤法", "清淤法"),
        ("清淤条例（2019年修订）", "清淤条例"),
        ("清淤 条例(2020版)", "清淤条例"),
    ],
)
def test_a_title_is_known_in_each_of_its_forms(printed: str, other: str) -> None:
    assert title_key(printed) == title_key(other)


@pytest.mark.parametrize("line", ["《没有结束的标题", "》《", "《" * 10_000, "《》" * 10_000, "号" * 5_000])
def test_broken_titles_are_none(line: str) -> None:
    assert references([line]) == ()


def test_a_catalogue_is_bounded() -> None:
    assert len(references(["《甲办法》、" * 3 * MOST])) == MOST


def test_the_evidence_is_the_sentence() -> None:
    (one,) = references(["第一条　目的。依据《甲条例》，制定本办法。其余从略。"])
    assert one == Reference(
        kind="basis", title="甲条例", sentence="依据《甲条例》，制定本办法。", line=0, start=9, end=14
    )


# ------------------------------------------------------------------ the force of other documents


def acts(text: str, title: str = "") -> list[tuple[str, str]]:
    """Kind and name of each reference that says something about another document's force or words."""
    return [one for one in told(text, title=title) if one[0] not in ("basis", "cites", "implements")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于废止《甲河条例》的决定", [("repeals", "甲河条例")]),
        ("样例省人大常委会关于废止《甲河条例》等三件地方性法规的决定", [("repeals", "甲河条例")]),
        ("关于修改《甲河条例》等二十七件地方性法规的决定", [("amends", "甲河条例")]),
        ("国务院关于修改〈甲河条例〉的决定", [("amends", "甲河条例")]),
        ("关于公布《甲河条例》失效的公告", [("repeals", "甲河条例")]),
        ("关于宣布《甲河办法》《乙河办法》失效的通知", [("repeals", "甲河办法"), ("repeals", "乙河办法")]),
        ("关于停止执行《甲河办法》的通知", [("repeals", "甲河办法")]),
        ("关于暂停执行《甲河办法》的通知", [("suspends", "甲河办法")]),
        ("关于恢复施行《甲河办法》的公告", [("resumes", "甲河办法")]),
        ("关于延长《甲河办法》有效期的通知", [("extends", "甲河办法")]),
        ("关于《甲河办法》继续有效的公告", [("confirms", "甲河办法")]),
        ("关于修改《甲河办法》和废止《乙河办法》的决定", [("amends", "甲河办法"), ("repeals", "乙河办法")]),
        ("关于废止甲河清淤管理办法的通知", [("repeals", "甲河清淤管理办法")]),
        ("关于修改甲河清淤管理办法部分条款的通知", [("amends", "甲河清淤管理办法")]),
        ("关于废止部分规范性文件的决定", []),
        ("关于印发《甲河办法》的通知", []),
        ("关于发布《甲河办法》的公告", []),
        ("《甲河办法》", []),
        ("关于转发《甲河办法》的通知", [("forwards", "甲河办法")]),
        ("《甲河办法》政策解读", [("interprets", "甲河办法")]),
    ],
)
def test_the_title_names_what_the_document_is_about(title: str, expected: list[tuple[str, str]]) -> None:
    assert acts("现予公布，自公布之日起施行。", title) == expected


def test_a_document_that_another_is_about_is_mentioned_in_its_text_too() -> None:
    found = told("根据《甲法》，制定本意见。", title="关于贯彻落实《甲法》的意见")
    assert found == [("implements", "甲法"), ("basis", "甲法")]


@pytest.mark.parametrize(
    "between",
    [
        "，2003年8月1日水务局发布的",
        "、",
        "和",
        "，",
        "以及",
        "（清发〔2019〕3号）和水务局",
        "，原省水利厅、省财政厅2003年8月1日印发的",
        "；",
        "；\u30002003年8月1日省政府发布的",
        "和本局一九五四年十二月所发",
    ],
)
def test_all_titles_of_a_repealing_sentence_are_repealed(between: str) -> None:
    text = f"2001年4月3日农业部、公安部发布的《甲河办法》{between}《乙河办法》同时废止。"
    assert acts(f"本办法自2026年5月1日起施行。{text}") == [("repeals", "甲河办法"), ("repeals", "乙河办法")]


def test_the_basis_before_a_comma_is_not_repealed() -> None:
    assert told("根据《甲法》，《乙河办法》同时废止。") == [("basis", "甲法"), ("repeals", "乙河办法")]
    assert told("按照《甲法》规定，现决定废止《乙河办法》。") == [("basis", "甲法"), ("repeals", "乙河办法")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("《甲河办法》（清发〔2019〕3号）等5件规范性文件自本决定公布之日起予以废止。", "repeals"),
        ("《甲河办法》及其实施细则同时废止。", "repeals"),
        ("原《甲河办法》同时废止。", "repeals"),
        ("《甲河办法》已于2020年3月1日失效。", "repeals"),
        ("决定废止国务院1990年1月2日发布的《甲河办法》。", "repeals"),
        ("《甲河办法》第五条、第六条同时废止。", "repeals_part"),
        ("《甲河办法》中有关收费的规定停止执行。", "repeals_part"),
        ("《甲河办法》与本办法不一致的规定同时废止。", "repeals_part"),
        ("不再执行《甲河办法》中关于收费的规定。", "repeals_part"),
        ("《甲河办法》自2026年5月1日起暂停执行。", "suspends"),
        ("《甲河办法》自2026年5月1日起恢复执行。", "resumes"),
        ("《甲河办法》（清发〔2019〕3号）有效期延长至2027年12月31日。", "extends"),
        ("《甲河办法》继续有效。", "confirms"),
        ("删去《甲河办法》第五条。", "amends"),
        ("将《甲河办法》第三条中的“二十日”修改为“三十日”。", "amends"),
        ("《甲河办法》根据本决定作相应修改，重新公布。", "amends"),
        ("《甲河办法》废止前已经受理的，继续办理。", "cites"),
        ("拟废止《甲河办法》。", "cites"),
        ("建议有关部门适时废止《甲河办法》。", "cites"),
        ("规范性文件的制定、修改、废止，适用《甲河办法》。", "basis"),
        ("提出对《甲河办法》的修订建议。", "cites"),
        ("依照《甲河办法》发给的旧证失效。", "basis"),
        ("《甲河办法》不得擅自修改。", "cites"),
    ],
)
def test_what_a_sentence_does_to_a_document(text: str, kind: str) -> None:
    assert told(text) == [(kind, "甲河办法")]


def test_numbers_without_titles_are_repealed_too() -> None:
    assert acts("清发〔2019〕3号、清发〔2020〕4号文件同时废止。") == [
        ("repeals", "清发〔2019〕3号"),
        ("repeals", "清发〔2020〕4号"),
    ]


def test_an_act_on_the_above_is_on_the_titles_before_it() -> None:
    assert acts("涉及《甲河办法》《乙河办法》。上述文件自2026年1月1日起废止。") == [
        ("repeals", "甲河办法"),
        ("repeals", "乙河办法"),
    ]


def test_a_reference_has_the_day_of_the_act_and_of_the_document() -> None:
    (one,) = references(["2001年4月3日农业部发布的《甲河办法》自2026年5月1日起废止。"])
    assert (one.issued, one.day) == (dt.date(2001, 4, 3), dt.date(2026, 5, 1))
    (longer,) = references(["《甲河办法》有效期延长至2027年12月31日。"])
    assert longer.day == dt.date(2027, 12, 31)


def test_a_document_repeals_an_earlier_one_of_its_name_but_not_itself() -> None:
    assert acts("1995年10月28日国务院发布的《甲河条例》同时废止。", "甲河条例") == [("repeals", "甲河条例")]
    assert acts("《甲河条例》自2026年1月1日起施行，有效期满后自动失效。", "甲河条例") == []


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("《乙河条例》解读", ""),
        ("《乙河条例》答记者问", ""),
        ("关于公开征求《乙河条例（草案）》意见的公告", ""),
        ("乙河条例", "乙河条例（征求意见稿）\n"),
    ],
)
def test_drafts_and_interpretations_only_cite(title: str, first: str) -> None:
    assert ("cites", "甲河条例") in told(f"{first}《甲河条例》同时废止。", title=title)


LIST = """为了清理规章，市政府决定：
一、废止下列规章：
1.《甲河办法》（1999年1月1日市人民政府令第5号发布）；
2.乙河疏浚管理规定（2001年2月3日市人民政府令第6号发布）
二、修改下列规章
（一）将《丙河办法》第三条修改为：“各区按照第九条办理。
“前款所称各区，见第十条。”
（二）删去《丁河办法》第五条第二款、第六条。
三、下列规章继续有效：
《戊河办法》
本决定自公布之日起施行。"""


def test_lists_take_the_act_of_their_heading() -> None:
    assert acts(LIST) == [
        ("repeals", "甲河办法"),
        ("repeals", "乙河疏浚管理规定"),
        ("amends", "丙河办法"),
        ("amends", "丁河办法"),
        ("confirms", "戊河办法"),
    ]


def test_amended_documents_have_the_clauses_outside_quotations() -> None:
    amended = [one for one in references(LIST.split("\n")) if one.kind == "amends"]
    assert [one.clauses for one in amended] == [("第三条",), ("第五条第二款", "第六条")]


def test_the_items_below_an_amended_document_are_its_clauses() -> None:
    lines = [
        "决定对《甲河办法》作如下修改：",
        "一、将第二条第一款修改为：“略。”",
        "二、增加一条，作为第九条：“略。”",
    ]
    (one,) = references(lines)
    assert one.clauses == ("第二条第一款", "第九条")
    (part,) = references(["《甲河办法》第五条、第六条第二款同时废止。"])
    assert part.clauses == ("第五条", "第六条第二款")


def test_evidence_of_a_row_has_its_heading() -> None:
    second = references(LIST.split("\n"))[1]
    assert second.sentence == ("一、废止下列规章： … 2.乙河疏浚管理规定（2001年2月3日市人民政府令第6号发布）")
    assert second.issued == dt.date(2001, 2, 3)


ROWS = [("关于加强清淤工作的通知", "甲府〔2010〕1号"), ("甲市疏浚管理办法（试行）", "甲府〔2011〕2号")]


@pytest.mark.parametrize("columns", ["序号 文件名称 文号", "文件名称 发文字号", "序号 文号 文件名称"])
def test_a_table_below_a_heading_is_a_list(columns: str) -> None:
    cells = columns.split()
    lines = ["附件", "宣布失效的规范性文件目录", *cells]
    for count, (name, number) in enumerate(ROWS, 1):
        row = {"序号": str(count), "文件名称": name, "文号": number, "发文字号": number}
        lines += [row[cell] for cell in cells]
    found = references(lines)
    assert [(one.kind, one.title, one.doc_no and one.doc_no.norm) for one in found] == [
        ("repeals", *row) for row in ROWS
    ]
    assert "宣布失效的规范性文件目录" in found[0].sentence
    assert all(word in found[0].sentence for word in ROWS[0])


def test_a_column_says_what_holds_for_its_row() -> None:
    head = ["序号", "文件名称", "文号", "有效性", "失效日期"]
    rows = ["1", *ROWS[0], "已废止", "2024-05-01", "2", *ROWS[1], "有效", "3", "丙市规定", "修改"]
    found = references([*head, *rows], title="甲市行政规范性文件目录")
    assert [(one.kind, one.title, one.day) for one in found] == [
        ("repeals", ROWS[0][0], dt.date(2024, 5, 1)),
        ("confirms", ROWS[1][0], None),
        ("amends", "丙市规定", None),
    ]


def test_each_annex_has_its_own_act_and_a_plan_has_none() -> None:
    lines = [
        "附件1",
        "继续有效的规范性文件目录",
        "1．甲市清淤管理办法（甲府〔2011〕2号）",
        "附件2",
        "废止的规范性文件目录",
        "1．甲市疏浚管理办法",
        "附件3",
        "拟修改的规范性文件目录",
        "1．甲市采砂管理办法",
    ]
    assert acts("\n".join(lines)) == [("confirms", "甲市清淤管理办法"), ("repeals", "甲市疏浚管理办法")]


def test_a_catalogue_is_known_by_its_title() -> None:
    lines = ["1．甲市清淤管理办法（甲府〔2011〕2号）", "2．《甲市疏浚管理办法》"]
    for title, kind in (("甲市已废止规范性文件目录", "repeals"), ("甲市现行有效规范性文件目录", "confirms")):
        assert acts("\n".join(lines), title) == [(kind, "甲市清淤管理办法"), (kind, "甲市疏浚管理办法")]


def test_five_thousand_repealed_titles_are_all_read() -> None:
    names = [f"第{number}号河道清淤管理办法" for number in range(5000)]
    for lines in (
        [f"决定废止{'、'.join(f'《{name}》' for name in names)}。"],
        [f"{'、'.join(f'《{name}》' for name in names)}同时废止。"],
        ["决定废止下列规章：", *(f"{count}．{name}" for count, name in enumerate(names, 1))],
    ):
        found = references(lines)
        assert [one.title for one in found] == names
        assert {one.kind for one in found} == {"repeals"}
        assert all(len(one.sentence) <= 310 and one.title in one.sentence for one in found)


def test_a_title_of_two_thousand_characters_does_no_harm() -> None:
    long = "长" * 2000
    assert references([f"废止《{long}》。", f"废止{long}办法。"], title=f"关于废止《{long}》的决定") == ()


def test_numbered_titles_in_one_sentence_and_names_with_their_day() -> None:
    listed = (
        "现决定废止以下文件：（1）《甲河办法》；（2）《乙河办法》（样发〔2001〕2号）；（3）《丙河办法》。"
    )
    assert acts(listed) == [("repeals", f"{name}河办法") for name in "甲乙丙"]
    lines = ["决定废止的行政法规目录", "1．甲河管理条例（1981年2月3日发布）", "2．乙河管理条例（2001年修订）"]
    assert acts("\n".join(lines)) == [("repeals", "甲河管理条例"), ("repeals", "乙河管理条例（2001年修订）")]


def test_a_title_is_cited_in_several_forms() -> None:
    organ = split_issuers("国家发展和改革委员会")
    assert [*title_forms("关于加强清淤工作的通知", organ)] == ["国家发展和改革委员会关于加强清淤工作的通知"]
    assert [*title_forms("国家发展和改革委员会关于加强清淤工作的通知", organ)] == ["关于加强清淤工作的通知"]
    assert [*title_forms("甲河清淤办法", organ)] == [
        "关于印发甲河清淤办法的通知",
        "国家发展和改革委员会关于印发甲河清淤办法的通知",
    ]
    assert "甲河清淤办法（试行）" in title_forms("某市关于印发甲河清淤办法（试行）的通知")
    assert [*title_forms("甲河新闻")] == []


@pytest.mark.parametrize("mark", ["|", " | ", "\t", " "])
def test_a_row_of_a_table_may_be_printed_on_one_line(mark: str) -> None:
    cells = [["序号", "文件名称", "文号"], *([str(at), *row] for at, row in enumerate(ROWS, 1))]
    lines = ["废止的规范性文件目录", *(mark.join(row) for row in cells)]
    found = references(lines)
    assert [(one.kind, one.title, one.doc_no and one.doc_no.norm) for one in found] == [
        ("repeals", *row) for row in ROWS
    ]


def test_a_number_may_follow_a_name_behind_a_comma() -> None:
    (one,) = references(["废止的规范性文件目录", "1．关于甲市消防工作的意见，甲府〔2016〕8号"])
    assert (one.title, one.doc_no and one.doc_no.norm) == ("关于甲市消防工作的意见", "甲府〔2016〕8号")


def test_a_table_without_a_heading_takes_its_act_from_the_title() -> None:
    lines = ["现予公布。", "序号", "文件名称", "1", "关于加强清淤工作的通知"]
    assert acts("\n".join(lines), "关于废止部分文件的通知") == [("repeals", "关于加强清淤工作的通知")]
