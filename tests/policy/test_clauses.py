"""A text as clauses: what people cite."""

from __future__ import annotations

import random

import pytest

from benchmarks.diff.edits import edited, text
from policy.text.clauses import Clause, line_positions, split_clauses

REGULATION = [
    "储能电站管理办法",
    "（2026年3月2日公布）",
    "目录",
    "第一章 总则",
    "第二章 附则",
    "第一章 总则",
    "第一条 为了规范储能，制定本办法。",
    "第二条 本办法所称储能，包括：",
    "（一）电化学储能；",
    "（二）抽水蓄能。",
    "前款所称储能，不含试验装置。",
    "第二章 附则",
    "第二条之一 省能源主管部门可以制定细则。",
    "第三条 本办法自公布之日起施行。",
    "某省能源局",
    "2026年3月2日",
    "附件1",
    "储能电站名录",
    "第一条 名录每年公布。",
]

PLAN = [
    "关于推进储能的通知",
    "各有关单位：",
    "一、总体要求",
    "坚持安全第一。",
    "坚持市场导向。",
    "二、重点任务",
    "（一）加快建设。完善价格机制。",
    "1.开展试点。",
    "附件：1.实施方案",
    "2.任务清单",
    "某省能源局",
    "二〇二六年三月二日",
]


def by_label(lines: list[str]) -> dict[str, Clause]:
    return {clause.label: clause for clause in split_clauses(lines)}


def test_an_article_is_named_by_its_chapter_and_number() -> None:
    found = by_label(REGULATION)
    assert found["第一章第二条"].path == "章1/条2"
    assert found["第二章第二条之一"].path == "章2/条2-一"
    assert (found["第一章"].kind, found["第一章"].words) == ("heading", "总则")


def test_an_article_holds_its_paragraphs_and_items() -> None:
    clause = by_label(REGULATION)["第一章第二条"]
    assert [(place.label, place.path) for place in line_positions(clause).values()] == [
        ("第一款", "款1"),
        ("第一款第一项", "款1/项1"),
        ("第一款第二项", "款1/项2"),
        ("第二款", "款2"),
    ]


def test_an_only_paragraph_has_no_number() -> None:
    clause = by_label(["第一条 有下列情形之一的，不予备案：", "（一）甲；", "（二）乙。"])["第一条"]
    assert [place.label for place in line_positions(clause).values()] == ["", "第一项", "第二项"]


def test_what_is_no_article_is_a_clause_too() -> None:
    kinds = [clause.kind for clause in split_clauses(REGULATION)]
    assert kinds[:3] == ["paragraph", "paragraph", "contents"]
    signature = by_label(REGULATION)["落款"]
    assert signature.text == "某省能源局\n2026年3月2日"
    appendix = by_label(REGULATION)["附件1第一条"]
    assert (appendix.kind, appendix.path) == ("article", "附件1/条1")


def test_a_plan_is_cited_by_its_numbers_and_paragraphs() -> None:
    found = by_label(PLAN)
    assert found["二、（一）1."].path == "2/1/1"
    assert [place.label for place in line_positions(found["一、"]).values()] == ["", "第一段", "第二段"]
    assert found["附件"].lines == ("附件：1.实施方案", "2.任务清单")
    assert found["落款"].text.startswith("某省能源局")


def test_the_words_are_without_numbers() -> None:
    assert by_label(REGULATION)["第一章第二条"].words == (
        "本办法所称储能，包括：\n电化学储能；\n抽水蓄能。\n前款所称储能，不含试验装置。"
    )


def test_figures_at_the_head_of_a_line_are_words() -> None:
    (clause,) = split_clauses(["第一条 罚款如下：", "10、20、30元三档。"])
    assert "10、20、30元" in clause.words


def test_a_text_without_numbers_is_paragraphs() -> None:
    assert [clause.label for clause in split_clauses(["甲省发布储能政策。", "", "记者获悉，电价已定。"])] == [
        "第一段",
        "第二段",
    ]


@pytest.mark.parametrize("lines", [[""], ["", "  "], ["第"], ["第一条"], ["附件"], ["目录", "第一章 甲"]])
def test_no_line_is_lost_in_odd_texts(lines: list[str]) -> None:
    assert [line for clause in split_clauses(lines) for line in clause.lines] == lines


def test_clauses_are_all_lines_and_no_two_have_one_path() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        lines = edited(chance, text(chance))
        found = split_clauses(lines)
        assert [line for clause in found for line in clause.lines] == lines
        assert len({clause.path for clause in found}) == len(found)
        assert all(set(line_positions(clause)) <= set(range(len(clause.lines))) for clause in found)


def test_no_lines_are_no_clauses() -> None:
    assert split_clauses([]) == ()


def test_a_radical_in_a_number_counts_like_its_character() -> None:
    printed = split_clauses(["第⼀条　⽀持⻛电。", "第⼆条　⾃2026年起施⾏。"])
    assert [(clause.path, clause.words) for clause in printed] == [
        ("条1", "⽀持⻛电。"),
        ("条2", "⾃2026年起施⾏。"),
    ]
