"""Two texts clause by clause: what was added, removed, changed, moved, renumbered, and whether it matters."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import pytest
from attrs import evolve

from benchmarks.diff.edits import edited, regulation, sentence, text
from pipelines.diff import text_diff as lines_of
from pipelines.diff.comparison import (
    ClauseChange,
    Materiality,
    apply_clause_changes,
    compare_fields,
    compare_texts,
    grade_change,
)
from policy.records import Article, FieldValue
from policy.text.numerals import format_numeral

REGULATION = [
    "第一章 总则",
    "第一条 为了规范储能电站的建设，制定本办法。",
    "第二条 本办法适用于本省行政区域内的储能电站。",
    "第二章 管理",
    "第三条 建设单位可以在30日内备案，有效期五年。",
    "第四条 有下列情形之一的，不予备案：",
    "（一）未取得用地手续的；",
    "（二）未落实消防措施的；",
    "（三）不符合本办法第二条规定的。",
    "第五条 投资1.5亿元以上的项目，由省能源主管部门备案。",
    "第三章 附则",
    "第六条 本办法第三条所称备案，在网上办理。",
    "第七条 本办法自2026年1月1日起施行。",
]


def changes(old: Sequence[str], new: Sequence[str]) -> tuple[ClauseChange, ...]:
    found = compare_texts(old, new).changes
    assert apply_clause_changes(found, old) == tuple(new)
    return found


def told(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.grade, change.label) for change in changes(old, new)]


def replaced(words: str, by: str) -> list[str]:
    new = "\n".join(REGULATION).replace(words, by)
    assert new != "\n".join(REGULATION)
    return new.split("\n")


def inserted() -> list[str]:
    """An article more behind the second: all that follow have the next number."""
    new = [*REGULATION[:3], "第三条 省能源主管部门负责监督管理。", *REGULATION[3:]]
    for number in range(7, 2, -1):
        new = [
            line.replace(f"第{format_numeral(number)}条", f"第{format_numeral(number + 1)}条")
            if at != 3 and (line.startswith(f"第{format_numeral(number)}条") or number == 3)
            else line
            for at, line in enumerate(new)
        ]
    return new


# ------------------------------------------------------------------ which change it is


def test_an_article_put_in_renumbers_those_behind_it_and_changes_none() -> None:
    found = told(REGULATION, inserted())
    assert found[0] == ("added", "substantive", "第一章第三条")
    assert {(kind, grade) for kind, grade, _ in found[1:]} == {("renumbered", "cosmetic")}
    assert [label for _, _, label in found[1:]] == [
        "第二章第三条 → 第二章第四条",
        "第二章第四条 → 第二章第五条",
        "第二章第五条 → 第二章第六条",
        "第三章第六条 → 第三章第七条",
        "第三章第七条 → 第三章第八条",
    ]


def test_a_reference_that_follows_the_renumbering_is_no_change_of_words() -> None:
    (change,) = (
        change for change in changes(REGULATION, inserted()) if change.label.startswith("第三章第六条")
    )
    assert [reason.kind for reason in change.reasons] == ["following", "renumbered"]


def test_a_reference_that_does_not_follow_means_another_article_now() -> None:
    new = [line.replace("本办法第四条所称", "本办法第三条所称") for line in inserted()]
    assert new != inserted()
    (change,) = (change for change in changes(REGULATION, new) if change.label.startswith("第三章第六条"))
    assert (change.grade, change.reasons[0].kind) == ("substantive", "stale")


def test_a_reference_to_another_law_is_one() -> None:
    old = [*REGULATION, "第八条 依照《电力法》第三条处罚。"]
    new = [*inserted(), "第九条 依照《电力法》第四条处罚。"]
    assert told(old, new)[-1] == ("changed", "substantive", "第三章第八条 → 第三章第九条")


def test_an_article_taken_out_is_removed_where_it_was() -> None:
    found = told(REGULATION, [line for line in REGULATION if not line.startswith("第五条")])
    assert found == [("removed", "substantive", "第二章第五条")]


def test_an_article_that_stands_elsewhere_is_moved() -> None:
    new = [REGULATION[0], *REGULATION[2:-1], REGULATION[1], REGULATION[-1]]
    assert told(REGULATION, new) == [("moved", "substantive", "第一章第一条 → 第三章第一条")]


def test_a_moved_article_that_changed_is_marked_inside() -> None:
    article = REGULATION[4].replace("30日", "60日")
    new = [*REGULATION[:4], *REGULATION[5:-1], article, REGULATION[-1]]
    (change,) = changes(REGULATION, new)
    assert (change.kind, change.grade) == ("moved", "substantive")
    assert "期限 30日 → 60日" in map(str, change.reasons)


def test_within_its_chapter_a_move_alone_is_cosmetic() -> None:
    new = [*REGULATION[:4], *REGULATION[5:10], REGULATION[4], *REGULATION[10:]]
    assert told(REGULATION, new) == [("moved", "cosmetic", "第二章第三条")]


def test_a_point_of_a_plan_moved_under_another_matters() -> None:
    plan = [
        *("一、总体要求", "（一）坚持安全第一的原则。", "（二）坚持市场导向的原则。"),
        *("二、重点任务", "（一）加快电源侧储能建设。", "（二）完善容量电价机制。"),
    ]
    within = [*plan[:4], "（一）完善容量电价机制。", "（二）加快电源侧储能建设。"]
    assert {(change.kind, change.grade) for change in changes(plan, within)} == {
        ("moved", "cosmetic"),
        ("renumbered", "cosmetic"),
    }
    across = [plan[0], plan[1], plan[3], plan[4], plan[5], "（三）坚持市场导向的原则。"]
    assert ("moved", "substantive", "一、（二） → 二、（三）") in told(plan, across)


def test_an_item_put_in_changes_its_article_only() -> None:
    new = [
        *REGULATION[:7],
        "（二）未通过验收的；",
        "（三）未落实消防措施的；",
        "（四）不符合本办法第二条规定的。",
        *REGULATION[9:],
    ]
    (change,) = changes(REGULATION, new)
    assert (change.kind, change.label) == ("changed", "第二章第四条")
    assert [(line.kind, line.words) for line in change.lines] == [
        ("added", True),
        ("changed", False),
        ("changed", False),
    ]


def test_a_title_of_a_chapter_is_a_clause() -> None:
    assert told(REGULATION, replaced("第二章 管理", "第二章 监督管理")) == [
        ("changed", "substantive", "第二章")
    ]


def test_a_text_does_not_differ_from_itself() -> None:
    assert compare_texts(REGULATION, REGULATION).grade is None


# ------------------------------------------------------------------ whether it matters


@pytest.mark.parametrize(
    ("words", "by", "reason"),
    [
        ("30日", "60日", "期限 30日 → 60日"),
        ("30日", "30个工作日", "期限 30日 → 30个工作日"),
        ("可以", "应当", "情态 可以 → 应当"),
        ("不予备案", "予备案", "情态 －不予"),
        ("未取得", "取得", "否定 －未"),
        ("1.5亿元", "15亿元", "金额 1.5亿元 → 15亿元"),
        ("2026年1月1日", "2027年1月1日", "日期 2026年1月1日 → 2027年1月1日"),
        ("建设单位", "运营单位", "文字 建设 → 运营"),
        ("第三条所称", "第四条所称", "引用 第三条 → 第四条"),
    ],
)
def test_a_change_of_meaning_is_substantive_and_says_why(words: str, by: str, reason: str) -> None:
    (change,) = changes(REGULATION, replaced(words, by))
    assert change.grade == "substantive"
    assert reason in map(str, change.reasons)


def test_another_way_of_writing_a_sum_is_no_reason_beside_one_that_matters() -> None:
    old = ["第一条 自2025年1月1日起，可以处10000元罚款，按百分之五加收。"]
    new = ["第一条 自二〇二五年一月一日起，应当处1万元罚款，按5%加收。"]
    (change,) = changes(old, new)
    assert (change.grade, list(map(str, change.reasons))) == ("substantive", ["情态 可以 → 应当"])


PARAGRAPHS = [
    "第一条 为了规范储能电站的建设运行，制定本办法。",
    "第二条 建设单位应当在三十日内备案。",
    "备案材料不齐的，主管部门应当一次告知。",
    "第三条 电网企业应当公平接入储能电站。",
    "第四条 本办法自公布之日起施行。",
]


def test_a_paragraph_that_went_into_another_article_is_announced_as_moved() -> None:
    new = [*PARAGRAPHS[:2], PARAGRAPHS[3], PARAGRAPHS[2], PARAGRAPHS[4]]
    gone, come = changes(PARAGRAPHS, new)
    assert (gone.label, gone.grade, list(map(str, gone.reasons))) == (
        "第二条",
        "substantive",
        ["移至 第三条"],
    )
    assert (come.label, come.grade, list(map(str, come.reasons))) == (
        "第三条",
        "substantive",
        ["移自 第二条"],
    )


def test_a_paragraph_that_became_an_article_says_where_it_came_from() -> None:
    new = [*PARAGRAPHS[:2], PARAGRAPHS[3], f"第四条 {PARAGRAPHS[2]}", PARAGRAPHS[4].replace("四", "五")]
    assert [(each.kind, each.label, str(each.reasons[0])) for each in changes(PARAGRAPHS, new)] == [
        ("changed", "第二条", "移至 第四条"),
        ("added", "第四条", "移自 第二条"),
        ("renumbered", "第四条 → 第五条", "条文序号"),
    ]


def test_a_paragraph_that_two_articles_gained_was_not_moved() -> None:
    new = [*PARAGRAPHS[:2], PARAGRAPHS[3], PARAGRAPHS[2], PARAGRAPHS[4], PARAGRAPHS[2]]
    assert not any(reason.kind == "moved" for change in changes(PARAGRAPHS, new) for reason in change.reasons)


@pytest.mark.parametrize(
    ("words", "by", "reason"),
    [
        ("，有效期", ",有效期", "全半角"),
        ("储能电站的建设", "储能电站的建 设", "空白"),
        ("项目，由", "项目由", "标点"),
        ("2026年1月1日", "二〇二六年一月一日", "数字写法"),
        ("五年", "5年", "数字写法"),
        ("第五条 投资", "第5条　投资", "数字写法"),
        ("1.5亿元", "15000万元", "数字写法"),
        ("2026年1月1日", "2026年01月01日", "数字写法"),
        ("；\n（二）", "；（二）", "分段"),
        ("第一条 为了", "第一条　为了", "空白"),
    ],
)
def test_typography_is_cosmetic_and_says_which(words: str, by: str, reason: str) -> None:
    (change,) = changes(REGULATION, replaced(words, by))
    assert (change.grade, [str(reason) for reason in change.reasons][:1]) == ("cosmetic", [reason])


SPELLED = (
    "第二条 企业应当在银行开立账户，账目公开，并按照其他有关规定作出说明。",
    "第三条 主管部门部分撤销登记的，应当核对申请人的身份，唯一对象除外。",
    "第四条 图像资料坐落于档案馆，每月份清点三份，无须另行给予报酬。",
)


@pytest.mark.parametrize(
    ("words", "by"),
    [
        *(("账户", "帐户"), ("账目", "帐目"), ("其他", "其它"), ("作出", "做出"), ("部分", "部份")),
        *(("撤销", "撤消"), ("身份", "身分"), ("唯一", "惟一"), ("对象", "对像"), ("图像", "图象")),
        *(("坐落", "座落"), ("月份", "月分"), ("无须", "无需"), ("给予", "给与"), ("企业", "企业")),
    ],
)
def test_another_spelling_of_a_word_is_cosmetic(words: str, by: str) -> None:
    new = [line.replace(words, by) for line in SPELLED]
    assert {change.grade for change in changes(SPELLED, new)} <= {"cosmetic"}
    assert {str(reason) for change in changes(SPELLED, new) for reason in change.reasons} <= {"用字"}


def test_another_spelling_beside_a_change_that_matters_is_no_reason() -> None:
    new = [line.replace("其他", "其它").replace("应当在银行", "可以在银行") for line in SPELLED]
    (change,) = changes(SPELLED, new)
    assert [*map(str, change.reasons)] == ["情态 应当 → 可以"]


@pytest.mark.parametrize(
    ("words", "by"),
    [("三份", "三分"), ("登记", "登录"), ("应当", "可以"), ("除外", ""), ("三份", "四份"), ("每月", "每年")],
)
def test_a_change_that_looks_like_a_spelling_is_substantive(words: str, by: str) -> None:
    assert "substantive" in {
        change.grade for change in changes(SPELLED, [line.replace(words, by) for line in SPELLED])
    }


# ------------------------------------------------------------------ line breaks


DIVIDED = [
    "渔港码头管理规定",
    "第一章 总则",
    "第一条 为了加强渔港码头的管理，保障渔业生产安全，制定本规定。",
    "第二条 本规定适用于沿海渔港码头的建设、使用和维护。",
    "第二章 使用",
    "第三条 使用渔港码头的，应当提交下列材料：",
    "（一）渔业船舶登记证书；",
    "（二）最近三十日内的检验记录。",
    "材料不齐的，渔港管理机构应当一次告知。",
    "第四条 渔港管理机构应当在五日内答复。",
]


def joined(*places: int, between: str = "", lines: Sequence[str] = DIVIDED) -> list[str]:
    """The text with the lines behind these places in one line with them."""
    new = [*lines]
    for at in sorted(places, reverse=True):
        new[at : at + 2] = [f"{new[at]}{between}{new[at + 1]}"]
    return new


@pytest.mark.parametrize("between", ["", " ", "　"])
@pytest.mark.parametrize(
    "places",
    [
        pytest.param((1,), id="a heading with its first article"),
        pytest.param((3,), id="a heading behind the article before"),
        pytest.param((4,), id="a heading with an article that has items"),
        pytest.param((2,), id="two articles"),
        pytest.param((5, 6), id="items"),
        pytest.param((1, 3, 4, 7), id="everywhere"),
        pytest.param(tuple(range(9)), id="all in one line"),
    ],
)
def test_lines_that_are_glued_together_or_broken_are_cosmetic(places: tuple[int, ...], between: str) -> None:
    new = joined(*places, between=between)
    for found in (changes(DIVIDED, new), changes(new, DIVIDED)):
        assert {change.grade for change in found} == {"cosmetic"}
        assert {reason.kind for change in found for reason in change.reasons} <= {"paragraphs", "white space"}


@pytest.mark.parametrize("places", [(1,), (3,), (4,), (1, 3, 4, 7), tuple(range(9))])
def test_a_change_beside_a_glued_heading_is_the_only_reason(places: tuple[int, ...]) -> None:
    new = [line.replace("三十日", "六十日").replace("五日", "十日") for line in joined(*places)]
    reasons = [str(reason) for change in changes(DIVIDED, new) for reason in change.reasons]
    told = [reason for reason in reasons if reason not in ("分段", "空白")]
    assert sorted(told) == ["期限 三十日 → 六十日", "期限 五日 → 十日"]


def test_a_break_that_is_in_both_texts_is_no_other_one_of_the_same_words() -> None:
    filed = "渔业船舶所有人的住所变更的，应当及时办理登记手续。渔业船舶所有人的姓名变更的，应当公告。"
    old = [*DIVIDED, "第五条 船名变更的，应当及时办理登记手续。", filed, "第六条 本规定自公布之日起施行。"]
    broken = [*old[:-2], *(f"{sentence}。" for sentence in filed.split("。") if sentence), old[-1]]
    assert {change.grade for change in changes(old, broken)} == {"cosmetic"}
    assert {change.grade for change in changes(broken, old)} == {"cosmetic"}


def test_paragraphs_that_run_together_in_a_notice_are_cosmetic() -> None:
    notice = ["各有关单位：", *(f"{sentence(random.Random(at), 12, 20)}" for at in range(8)), "特此通知。"]
    assert {change.grade for change in changes(notice, joined(1, 3, 4, lines=notice))} == {"cosmetic"}


# ------------------------------------------------------------------ numbering


@pytest.mark.parametrize(
    "numbered",
    [
        pytest.param(
            [line.replace("第三条", "第3条").replace("第二章", "第2章") for line in DIVIDED], id="figures"
        ),
        pytest.param(
            [line.replace("（一）", "1.").replace("（二）", "2.") for line in DIVIDED], id="other numbers"
        ),
        pytest.param(
            [line.replace("（一）", "(1)").replace("（二）", "(2)") for line in DIVIDED], id="in figures"
        ),
    ],
)
def test_numbers_written_in_another_way_are_cosmetic(numbered: list[str]) -> None:
    assert {change.grade for change in changes(DIVIDED, numbered)} == {"cosmetic"}


def test_a_reference_to_an_article_whose_number_is_in_figures_now_is_not_stale() -> None:
    old = [*REGULATION[:-1], "第七条 违反本办法第三条规定的，责令改正。"]
    new = [line.replace("第三条 ", "第3条 ") for line in old]
    assert {change.grade for change in changes(old, new)} == {"cosmetic"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("投资1.5亿元。", "投资1,5亿元。"),
        ("温度-5℃。", "温度5℃。"),
        ("2021—2025年。", "2021、2025年。"),
        ("第（一）项、第（二）项。", "第（一）项。"),
        ("装机100MW。", "装机100mW。"),
        ("10、20元。", "20、20元。"),
    ],
)
def test_a_sign_that_means_something_is_no_typography(old: str, new: str) -> None:
    assert [change.grade for change in changes([old], [new])] == ["substantive"]


def test_boilerplate_and_contents_are_cosmetic() -> None:
    (change,) = changes(REGULATION, [*REGULATION, "责任编辑：甲乙"])
    assert (change.grade, [str(reason) for reason in change.reasons]) == ("cosmetic", ["网页附属文字"])
    contents = ["储能办法", "目录", "第一章 总则", "第二章 管理", "第三章 附则"]
    assert told([*contents, *REGULATION], [*contents[:-1], *REGULATION]) == [("changed", "cosmetic", "目录")]


@pytest.fixture
def article() -> Article:
    return Article(
        portal="ndrc",
        key="1",
        url="https://www.example.cn/1.html",
        title=FieldValue(value="储能电站管理办法", raw="", rule="title"),
        text="\n".join(REGULATION),
    )


def grade_versions(old: Article, new: Article) -> Materiality:
    return grade_change(compare_texts(old.text.split("\n"), new.text.split("\n")), compare_fields(old, new))


def test_a_new_version_matters_when_its_words_do(article: Article) -> None:
    assert grade_versions(article, article).grade is None
    loose = evolve(article, text=article.text.replace("，", ","))
    assert grade_versions(article, loose).grade == "cosmetic"
    other = grade_versions(article, evolve(article, text=article.text.replace("30日", "60日")))
    assert (other.grade, [str(reason) for reason in other.reasons]) == ("substantive", ["期限 30日 → 60日"])


def test_a_field_of_the_document_matters_one_of_the_page_does_not(article: Article) -> None:
    day = FieldValue(value=dt.date(2026, 3, 2), raw="", rule="meta")
    assert grade_versions(article, evolve(article, effective=day)).grade == "substantive"
    assert grade_versions(article, evolve(article, published=day)).grade == "cosmetic"


# ------------------------------------------------------------------ whatever the text


def test_the_changes_applied_to_the_old_text_give_the_new() -> None:
    for seed in range(400):
        chance = random.Random(seed)
        old = text(chance)
        new = edited(chance, old) if chance.random() < 0.9 else text(chance)
        found = compare_texts(old, new)
        assert apply_clause_changes(found.changes, old) == tuple(new), seed
        assert lines_of.apply_line_changes(lines_of.diff_lines(old, new), old) == tuple(new), seed
        assert (old == new) == (not found.changes), seed


def test_applying_to_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="begin"):
        apply_clause_changes(compare_texts(REGULATION, inserted()).changes, REGULATION[::-1])


def test_all_articles_moved_are_all_told() -> None:
    chance = random.Random(1)
    old = [f"第{format_numeral(number)}条 {sentence(chance, 10, 20)}" for number in range(1, 60)]
    new = chance.sample(old, len(old))
    assert {change.kind for change in changes(old, new)} == {"moved"}


@pytest.mark.parametrize(
    "kind",
    [
        "dashes",
        "a line of dashes",
        "one long line",
        "other words",
        "empty",
        "many paragraphs",
        "many moved",
        "figures",
    ],
)
def test_a_hostile_text_is_compared_too(kind: str) -> None:
    old, new = _hostile(kind)
    assert apply_clause_changes(compare_texts(old, new).changes, old) == tuple(new)


def _hostile(kind: str) -> tuple[list[str], list[str]]:
    chance = random.Random(1)
    match kind:
        case "dashes":
            return ["-"] * 200_000, ["-"] * 90_000 + ["—"] + ["-"] * 100_000
        case "a line of dashes":
            return ["-" * 1_000_000], ["-" * 999_000 + "—"]
        case "one long line":
            line = "".join(sentence(chance) for _ in range(4_000))
            return [line], [line.replace("储能", "光伏")]
        case "other words":
            return regulation(chance, 150), regulation(chance, 150)
        case "empty":
            return [""], []
        case "figures":
            lines = [sign * 40_000 for sign in ("一", "十", "1", "1,", "百分之", "第一条", "1x-")]
            return lines, [f"{line[:30_000]}应当5日{line[30_000:]}" for line in lines]
        case "many moved":
            lines = [f"段落{number}，内容{chance.random()}。" for number in range(5_000)]
            return lines, lines[::-1]
        case _:
            lines = [f"段落{number}，内容如下。" for number in range(5_000)]
            return lines, [line.replace("如下", "如上") for line in lines]
