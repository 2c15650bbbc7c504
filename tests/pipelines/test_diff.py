"""What changed between two versions, and where in the line."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff.comparison import FieldChange, compare_fields
from pipelines.diff.text_diff import (
    LineChange,
    apply_line_changes,
    diff_lines,
    diff_parts,
    rebroken_lines,
)
from pipelines.diff.typography import line_key
from policy.records import Article, Attachment, FieldValue
from policy.records.content import Completeness, DocNumber, Issuer

CLAUSES = (
    "一、总体要求",
    "到2027年，全国新型储能装机规模达到1.8亿千瓦以上。",
    "二、重点任务",
    "（一）加快电源侧储能建设，鼓励新能源电站合理配置储能。",
    "（二）完善容量电价机制。",
    "本办法自2026年1月1日起施行，有效期五年。",
)

LINES = st.lists(st.text("储能电价0123，。 \n", max_size=6) | st.sampled_from(CLAUSES), max_size=14)


def kinds(changes: Sequence[LineChange]) -> list[tuple[str, int, int]]:
    return [(change.kind, change.old_line, change.new_line) for change in changes]


def marked(change: LineChange) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[part.kind].format(part.text) for part in change.parts)


@given(LINES, LINES)
def test_the_changes_applied_to_the_old_lines_give_the_new(old: list[str], new: list[str]) -> None:
    assert apply_line_changes(diff_lines(old, new), old) == tuple(new)


@given(LINES)
def test_a_text_does_not_differ_from_itself(lines: list[str]) -> None:
    assert diff_lines(lines, lines) == ()


@given(st.text("储能电价1234，。ab ", max_size=60), st.text("储能电价1234，。ab ", max_size=60))
def test_the_parts_of_a_line_are_both_lines(old: str, new: str) -> None:
    pieces = diff_parts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


def test_a_space_inside_a_word_is_no_change_of_words() -> None:
    scarred = [line.replace("储能装机", "储能装 机").replace("建设，", "建设， ") for line in CLAUSES]
    changes = diff_lines(CLAUSES, scarred)
    assert [change.old_line for change in changes] == [1, 3]
    assert not any(change.words for change in changes)


def test_a_changed_clause_is_marked_where_it_changed_and_numbers_stay_whole() -> None:
    new = [*CLAUSES]
    new[1] = "到2030年，全国新型储能装机规模达到3亿千瓦以上。"
    (change,) = diff_lines(CLAUSES, new)
    assert (change.kind, change.old_line, change.new_line, change.words) == ("changed", 1, 1, True)
    assert marked(change) == "到[-2027-][+2030+]年，全国新型储能装机规模达到[-1.8-][+3+]亿千瓦以上。"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("依照有关规定执行。", "依照有关规范执行。", "依照有关[-规定-][+规范+]执行。"),
        ("加强监督。", "加强监管。", "加强[-监督-][+监管+]。"),
        ("给予抚恤待遇。", "给予抚恤金待遇。", "给予[-抚恤-][+抚恤金+]待遇。"),
        ("由人民政府部门负责。", "由人民政府民政部门负责。", "由人民政府[+民政+]部门负责。"),
        ("遵循公平、择优原则。", "遵循公开、公平、择优原则。", "遵循[+公开、+]公平、择优原则。"),
        ("不得伪造记录。", "不得伪造、变造记录。", "不得伪造[+、变造+]记录。"),
        (
            "2025年起，三十日内备案。",
            "2026年起，六十日内备案。",
            "[-2025-][+2026+]年起，[-三十-][+六十+]日内备案。",
        ),
        ("一般由县级负责。", "一律由县级负责。", "[-一般-][+一律+]由县级负责。"),
        ("其它人员参加。", "其他人员参加。", "[-其它-][+其他+]人员参加。"),
    ],
)
def test_marks_do_not_cut_words_and_numbers(old: str, new: str, shown: str) -> None:
    (change,) = diff_lines([old], [new])
    assert marked(change) == shown


def test_a_change_of_rebroken_lines_has_all_of_them() -> None:
    old, new = ["第一章 总则", "为了规范管理，制定本规定。"], ["第一章 总则 为了规范管理，制定本规定。"]
    whole = [(slice(0, 2), slice(0, 1))]
    (change,) = diff_lines(old, new, rebroken=whole)
    assert (change.old, change.new, change.old_count, change.words) == ("\n".join(old), new[0], 2, False)
    assert apply_line_changes([change], old) == tuple(new)
    assert rebroken_lines([*map(line_key, old)], [*map(line_key, new)]) == whole


def test_added_and_removed_lines_stand_where_they_belong() -> None:
    new = [*CLAUSES[:3], "（零）规范市场准入。", *CLAUSES[3:4], *CLAUSES[5:]]
    assert kinds(diff_lines(CLAUSES, new)) == [("added", 3, 3), ("removed", 4, 5)]


def test_a_line_is_compared_with_the_one_it_became_not_with_its_neighbour() -> None:
    old = ["完善容量电价机制。", "加强安全管理。"]
    new = ["建立考核制度，定期通报。", "进一步完善容量电价机制。", "全面加强安全管理。"]
    assert kinds(diff_lines(old, new)) == [("added", 0, 0), ("changed", 0, 1), ("changed", 1, 2)]


def test_lines_without_anything_in_common_are_not_one_changed_line() -> None:
    assert [change.kind for change in diff_lines(["总体要求"], ["保障措施到位"])] == ["removed", "added"]


def test_a_moved_line_is_removed_and_added() -> None:
    moved = [CLAUSES[4], *CLAUSES[:4], CLAUSES[5]]
    assert [change.kind for change in diff_lines(CLAUSES, moved)] == ["added", "removed"]


@pytest.mark.parametrize(
    "new",
    [
        pytest.param("（二）完善 容量电价机制。", id="white space"),
        pytest.param("(二)完善容量电价机制", id="punctuation"),
        pytest.param("（二）完善容量电价机制;", id="another mark"),
    ],
)
def test_a_change_of_punctuation_is_told_from_one_of_words(new: str) -> None:
    (change,) = diff_lines(CLAUSES[4:5], [new])
    assert (change.kind, change.words) == ("changed", False)


def test_a_decimal_point_is_a_word() -> None:
    (change,) = diff_lines(["投资3.5亿元。"], ["投资35亿元。"])
    assert change.words
    assert marked(change) == "投资[-3.5-][+35+]亿元。"


def test_applying_to_other_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1 is not"):
        apply_line_changes(diff_lines(CLAUSES, CLAUSES[:1]), CLAUSES[::-1])


@pytest.mark.parametrize("kind", ["dashes", "scattered", "all other words", "one long line", "long lines"])
def test_a_huge_text_takes_no_minutes(kind: str) -> None:
    old, new = _huge(kind)
    begun = time.process_time()
    changes = diff_lines(old, new)
    assert time.process_time() - begun < 10
    assert apply_line_changes(changes, old) == tuple(new)


def _huge(kind: str) -> tuple[list[str], list[str]]:
    chance = random.Random(1)
    match kind:
        case "dashes":
            old = [chance.choice("—无是否12") for _ in range(30_000)]
            return old, [cell for cell in old if chance.random() > 0.05]
        case "scattered":
            old = [f"第{number}条 {chance.random()}" for number in range(20_000)]
            return old, [line if chance.random() > 0.1 else line + "，修订" for line in old]
        case "all other words":
            return [f"旧{chance.random()}" for _ in range(5_000)], [
                f"新{chance.random()}" for _ in range(4_000)
            ]
        case "one long line":
            text = "".join(chance.choices("储能电价市场机制容量，。的了和及0123456789", k=100_000))
            return [text], [text.replace("容量", "电量").replace("市", "城市")]
        case _:
            lines = ["".join(chance.choices("储能电价市场机制容量，。的", k=5_000)) for _ in range(80)]
            return lines, [line[::-1] for line in lines[10:]]


# ------------------------------------------------------------------ fields


@pytest.fixture
def article() -> Article:
    number = DocNumber(raw="发改价格〔2026〕15号", code="发改价格", year=2026, number=15)
    return Article(
        portal="ndrc",
        key="1",
        url="https://www.example.cn/1.html",
        title=FieldValue(value="关于完善价格机制的通知", raw="", rule="title"),
        text="甲",
        doc_no=FieldValue(value=number, raw="", rule="cell:发文字号"),
        published=FieldValue(value=dt.date(2026, 3, 1), raw="", rule="meta:PubDate"),
    )


def test_equal_fields_do_not_differ_however_they_are_written(article: Article) -> None:
    number = DocNumber(raw="发改价格 [2026] 15 号", code="发改价格", year=2026, number=15)
    clock = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    other = evolve(
        article,
        doc_no=FieldValue(value=number, raw="", rule="masthead"),
        published=FieldValue(value=clock, raw="", rule="masthead"),
    )
    assert compare_fields(article, other) == ()


def test_changed_fields_are_named_with_both_values(article: Article) -> None:
    issuers = (Issuer(printed="国家发展改革委"), Issuer(printed="国家能源局", id="nea"))
    other = evolve(
        article,
        issuers=FieldValue(value=issuers, raw="", rule="cell:发布机构"),
        published=None,
        validity=FieldValue(value="已废止", raw="", rule="cell:有效性"),
        attachments=(Attachment(url="https://www.example.cn/1.pdf", name="附件1"),),
        completeness=Completeness(pages=2, missing_pages=("https://www.example.cn/1_1.html",)),
    )
    assert compare_fields(article, other) == (
        FieldChange(name="issuers", old=None, new="国家发展改革委、国家能源局"),
        FieldChange(name="published", old="2026-03-01", new=None),
        FieldChange(name="validity", old=None, new="已废止"),
        FieldChange(name="attachments", old=None, new="附件1"),
        FieldChange(name="missing_pages", old=None, new="https://www.example.cn/1_1.html"),
    )
