from __future__ import annotations

import pytest

from pipelines.boilerplate.removal import strip_boilerplate
from pipelines.metadata.authorship import find_credits, is_credits


def named(text: str) -> list[tuple[str, str, str]]:
    return [(label.name, label.value, label.rule) for label in find_credits([text], "tail")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【责任编辑：甲乙丙】", [("editor", "甲乙丙", "tail:责任编辑")]),
        ("(责编: 甲乙、丙丁)", [("editor", "甲乙、丙丁", "tail:责编")]),
        ("编辑：甲乙 审核：丙丁", [("editor", "甲乙", "tail:编辑")]),
        (
            "来源：样例网 作者：丁戊 责任编辑：甲乙",
            [("editor", "甲乙", "tail:责任编辑"), ("author", "丁戊", "tail:作者")],
        ),
        ("样例科供稿  摄影/丁戊  编辑/甲乙", [("editor", "甲乙", "tail:编辑")]),
        ("文/图 丁戊", [("author", "丁戊", "tail:文/图")]),
        ("（记者 丁戊 通讯员 甲乙）", [("author", "丁戊", "tail:记者")]),
        ("记者 丁戊昨日到现场。", []),
        ("总编辑：甲乙", []),
        ("责任编辑：管理员", []),
        ("编辑部设在样例大厦。", []),
        ("责任编辑：", []),
        ("责任编辑：甲乙" + "，" * 200, []),
    ],
)
def test_author_and_editor_are_told_apart(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "样例科、样例室供稿  摄影/林一  编辑/林二",
        "文/图 林一",
        "文/林一 图/林二",
        "撰稿：林一 审核：林二",
        "（记者 林一 通讯员 林二）",
        "记者 林一 林二 通讯员 林三",
        "供稿：样例县水务局",
        "编辑/林一",
    ],
)
def test_a_line_of_credits_below_the_text_is_boilerplate(line: str) -> None:
    assert strip_boilerplate(["会议部署了工作。", line]).lines == ("会议部署了工作。",)


@pytest.mark.parametrize(
    "line",
    [
        "记者 林一",
        "摄影：林一",
        "样例晚报记者 林一",
        "编制：林一 审核：林二 批准：林三",
        "审核人：林一 填表人：林二",
        "联系人：林一 电话：12345678",
        "图书 资料",
        "图 位置图",
        "编辑部 主任",
        "供稿人员要认真审核文字。",
        "记者了解到，文字 编辑 林一已经到岗。",
    ],
)
def test_a_form_a_caption_an_author_and_prose_are_no_line_of_credits(line: str) -> None:
    assert not is_credits(line)
