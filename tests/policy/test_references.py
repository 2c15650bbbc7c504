"""What a text says of other documents, and what for."""

from __future__ import annotations

import pytest

from policy.documents.references import MOST, reference_keys, references, title_key
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
