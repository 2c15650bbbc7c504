"""What changed inside a line, as a reader would mark it."""

from __future__ import annotations

import pytest

from pipelines.diff.text_diff import diff_parts


def marked(old: str, new: str) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[part.kind].format(part.text) for part in diff_parts(old, new))


@pytest.mark.parametrize(
    ("old", "new", "marks"),
    [
        ("投资3.5亿元。", "投资35亿元。", "投资[-3.5-][+35+]亿元。"),
        ("装机100MW。", "装机100GW。", "装机[-100MW-][+100GW+]。"),
        ("三十日内报告。", "六十日内报告。", "[-三十-][+六十+]日内报告。"),
        ("公布三项制度。", "公布五项制度。", "公布[-三-][+五+]项制度。"),
        ("抽查两次。", "抽查三次。", "抽查[-两-][+三+]次。"),
        ("降低5.5%以上。", "降低15.5%以上。", "降低[-5.5%-][+15.5%+]以上。"),
    ],
)
def test_a_number_is_never_cut(old: str, new: str, marks: str) -> None:
    assert marked(old, new) == marks


def test_a_word_that_begins_like_a_number_is_not_cut() -> None:
    assert marked("一般管理。", "一律管理。") == "[-一般-][+一律+]管理。"


def test_the_number_of_an_article_is_one_piece() -> None:
    assert marked("第二十一条 略。", "第二十二条 略。") == "[-第二十一条-][+第二十二条+] 略。"
    assert marked("（二）用地。", "（三）用地手续。") == "[-（二）-][+（三）+]用地[+手续+]。"


def test_what_was_put_in_is_marked_from_comma_to_comma() -> None:
    old = "电网企业应当配合，电源企业应当落实。"
    new = "电网企业应当配合，电池企业应当配合，电源企业应当落实。"
    assert marked(old, new) == "电网企业应当配合，[+电池企业应当配合，+]电源企业应当落实。"


def test_crumbs_between_differences_are_left_out() -> None:
    assert marked("甲乙丙丁戊己", "子丑丙寅卯辰") == "[-甲乙丙丁戊己-][+子丑丙寅卯辰+]"


def test_a_long_line_is_marked_where_it_changed() -> None:
    line = "，".join(f"第{number}项任务由主管部门负责" for number in range(2_000))
    new = line.replace("第1500项任务", "第1500项重点任务")
    assert [part.text for part in diff_parts(line, new) if part.kind != "same"] == ["重点"]
