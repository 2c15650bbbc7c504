"""Labels as government pages print them: in pairs, in lists, in one line."""

from __future__ import annotations

import pytest

from crawler.pages.base import fragment
from crawler.pages.government import boxed, pairs, run_on


def said(html: str) -> dict[str, str]:
    return {label.name: label.value for label in boxed(fragment(html).css("ul, dl"))}


def test_a_label_without_a_value_takes_nothing_from_the_next() -> None:
    printed = ["废止日期：", "发布日期：2026-03-05", "文　　号：", "有效性", "有效"]
    assert {label.name: label.value for label in pairs(printed)} == {
        "published": "2026-03-05",
        "validity": "有效",
    }


def test_lists_print_labels_in_items_or_in_turn() -> None:
    items = "<ul><li>索 引 号：000014349/2026-00071</li><li>成文日期：<span>2026年3月1日</span></li></ul>"
    assert said(items) == {"index_no": "000014349/2026-00071", "written": "2026年3月1日"}
    assert said("<dl><dt>发文机关：</dt><dd>样例局</dd><dt>主题分类：</dt><dd></dd></dl>") == {
        "issuer": "样例局"
    }


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("文章来源：规划局 　　发布时间：2025-06-06", {"source": "规划局", "published": "2025-06-06"}),
        ("2026-03-06 17:20 来源：样例司 | 作者：", {"source": "样例司"}),
        ("2026-03-06 09:30", {}),
        ("本文来源很多：无", {}),
    ],
)
def test_labels_follow_one_another_in_a_line(line: str, labels: dict[str, str]) -> None:
    assert {label.name: label.value for label in run_on(line)} == labels
