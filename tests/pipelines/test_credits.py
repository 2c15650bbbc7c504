from __future__ import annotations

import pytest

from pipelines.credits import credits_in


def named(text: str) -> list[tuple[str, str, str]]:
    return [(label.name, label.value, label.rule) for label in credits_in([text], "tail")]


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
        ("总编辑：甲乙", []),
        ("责任编辑：管理员", []),
        ("编辑部设在样例大厦。", []),
        ("责任编辑：", []),
        ("责任编辑：甲乙" + "，" * 200, []),
    ],
)
def test_author_and_editor_are_told_apart(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert named(text) == expected
