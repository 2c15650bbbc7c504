"""What analysts see of changes: diff and clause."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policy.records.saves import SaveResult
from tests.cli.conftest import Polarchive

Publish = Callable[..., SaveResult]

DRAFT = """第一章 总则
第一条 为了规范储能电站的建设，制定本办法。
第二条 本办法适用于本省行政区域内的储能电站。
第二章 管理
第三条 建设单位可以在30日内备案，具体程序依照本办法第四条办理。
第四条 有下列情形之一的，不予备案：
（一）未取得用地手续的；
（二）未落实消防措施的。
第五条 本办法自2026年1月1日起施行。"""

FINAL = """第一章 总则
第一条 为了规范储能电站的建设，制定本办法。
第二条 本办法适用于本省行政区域内的储能电站。
第三条 省能源主管部门负责储能电站的监督管理。
第二章 管理
第四条 建设单位应当在60日内备案，具体程序依照本办法第五条办理。
第五条 有下列情形之一的,不予备案:
（一）未取得用地手续的；
（二）未落实消防措施的。
第六条 本办法自2026年1月1日起施行。"""


@pytest.fixture
def filled(archived: Polarchive, publish: Publish) -> Polarchive:
    """A regulation in two versions, and another portal's print of its draft."""
    publish(DRAFT, title="储能电站管理办法")
    publish(DRAFT, key="2", portal="nea", title="储能电站管理办法（征求意见稿）")
    publish(FINAL, night=1, title="储能电站管理办法")
    return archived


def test_a_difference_is_told_clause_by_clause_with_why_it_matters(filled: Polarchive) -> None:
    shown = filled("diff", "1").out
    assert "+ [第一章第三条] substantive: 新增" in shown
    assert "~ [第二章第三条 → 第二章第四条] substantive" in shown
    assert "期限 30日 → 60日" in shown
    assert "情态 可以 → 应当" in shown
    assert "建设单位[-可以在30-]{+应当在60+}日内备案" in shown
    assert "= [第二章第四条–第二章第五条 → 第二章第五条–第二章第六条] 2 clauses" in shown
    assert "2 substantive" in shown


def test_a_difference_for_programs_holds_every_change(filled: Polarchive) -> None:
    found = filled("diff", "1", "--json").json
    assert (found["from"]["version"], found["to"]["version"], found["grade"]) == (1, 2, "substantive")
    assert [(one["kind"], one["grade"]) for one in found["changes"]] == [
        ("added", "substantive"),
        ("changed", "substantive"),
        ("renumbered", "cosmetic"),
        ("renumbered", "cosmetic"),
    ]
    assert found["changes"][1]["old"]["path"] == "章2/条3"
    assert {"kind": "deadline", "old": "30日", "new": "60日", "said": "期限 30日 → 60日"} in found["changes"][
        1
    ]["reasons"]


def test_only_what_matters_is_shown_when_asked(filled: Polarchive) -> None:
    found = filled("diff", "1", "--only", "substantive", "--json").json
    assert [one["kind"] for one in found["changes"]] == ["added", "changed"]
    assert "[第二章第四条" not in filled("diff", "1", "--only", "substantive").out


def test_versions_are_compared_either_way(filled: Polarchive) -> None:
    assert filled("diff", "1", "2", "1", "--json").json["changes"][0]["kind"] == "removed"
    assert filled("diff", "1@2", "1@1", "--json").json["from"]["version"] == 2


def test_two_articles_are_compared_and_both_are_named(filled: Polarchive) -> None:
    shown = filled("diff", "nea/2", "ndrc/1").out
    assert "- 储能电站管理办法（征求意见稿）" in shown
    assert "国家能源局" in shown
    assert "国家发展改革委" in shown
    assert "2 substantive" in shown
    same = filled("diff", "2", "1@1", "--json").json
    assert (same["from"]["article_id"], same["to"]["article_id"], same["changes"]) == (2, 1, [])


def test_one_version_cannot_be_compared(filled: Polarchive) -> None:
    answer = filled("diff", "2")
    assert (answer.code, answer.out) == (1, "")
    assert "one version only" in answer.err
    assert filled("diff", "1", "1", "7").code == 1
    assert filled("diff", "1", "first", "2").code == 1
    assert "for versions give two: diff 1 A B" in filled("diff", "1", "99").err


class Page(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_a_redline_is_one_page_that_asks_for_nothing(filled: Polarchive, tmp_path: Path) -> None:
    file = tmp_path / "redline.html"
    assert filled("diff", "1", "--html", str(file)).out == ""
    text = file.read_text("utf-8")
    page = Page(text)
    tags = {tag for tag, _ in page.tags}
    assert {"table", "caption", "thead", "ins", "del", "h1", "main"} <= tags
    assert tags.isdisjoint({"script", "link", "img", "iframe", "form"})
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert dict(page.tags)["html"]["lang"] == "zh-CN"
    assert "建设单位<ins>应当在60</ins>日内备案" in text
    assert "第一条 为了规范储能电站的建设" in text
    only = tmp_path / "only.html"
    filled("diff", "1", "--only", "substantive", "--html", str(only))
    assert "第一条 为了规范储能电站的建设" not in only.read_text("utf-8")


def test_a_redline_shows_a_hostile_text_as_text(
    archived: Polarchive, publish: Publish, tmp_path: Path
) -> None:
    evil = "第一条 <script>alert(1)</script><b onclick='x()'>\u202e0001\x1b[31m {rows} & 结束。"
    publish("第一条 原文。", title="<script>甲</script>")
    publish(evil, night=1, title="<script>甲</script>")
    file = tmp_path / "redline.html"
    archived("diff", "1", "--html", str(file))
    text = file.read_text("utf-8")
    page = Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "b onclick"})
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert not re.search("[\x1b\u202e]", text)
    assert "{rows} &amp; 结束" in text


# ------------------------------------------------------------------ one clause


def ids(polarchive: Polarchive, article: str) -> dict[str, str]:
    return {one["label"]: one["id"] for one in polarchive("clause", article, "--json").json}


def test_a_clause_keeps_its_address_when_it_is_renumbered(filled: Polarchive) -> None:
    clause = ids(filled, "1")["第二章第四条"]
    assert re.fullmatch(r"c-[a-z2-7]{8}", clause)
    found = filled("clause", f"1#{clause}", "--json").json
    assert [stage["clause"]["label"] for stage in found["versions"]] == ["第二章第三条", "第二章第四条"]
    shown = filled("clause", f"ndrc/1#{clause}").out
    assert "第二章第三条" in shown
    assert "[-可以在30-]{+应当在60+}" in shown


def test_a_clause_is_found_by_its_label_too(filled: Polarchive) -> None:
    assert "第二章第四条" in filled("clause", "1#第四条").out
    item = filled("clause", "1#第五条第二项", "--json").json
    assert item["versions"][0]["clause"]["label"] == "第二章第四条第二项"


def test_clauses_are_listed_with_their_ids(filled: Polarchive) -> None:
    shown = filled("clause", "1").out
    assert "第二章第五条第一项" in shown
    assert ids(filled, "1")["第一章第三条"] in shown


def test_a_clause_that_is_not_there_is_an_error(filled: Polarchive) -> None:
    for name in ("1#c-aaaaaaaa", "1#第九十九条", "7#第一条"):
        answer = filled("clause", name)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err
