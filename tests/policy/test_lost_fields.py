"""Whether a field was lost by the document or by its extraction."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from policy.records import Article, Attachment, FieldValue, Moment
from policy.records.content import DocNumber
from policy.rules.drift import is_certain, lost_fields
from policy.text.words import fold

LINES = (
    "为做好湿地修复工作，现就第三批试点有关事项通知如下。",
    "一、总体要求",
    "坚持因地制宜、分类施策，到二〇二九年底，第三批试点基本完成，修复水平明显提高。",
    "二、各试点单位应当在三个月内完成普查，建立台账，逐项登记。",
)
DAY: Moment = dt.date(2026, 11, 2)


def article(*lines: str, **fields: object) -> Article:
    title = FieldValue(value="关于湿地修复的通知", raw="关于湿地修复的通知", rule="meta:ArticleTitle")
    made = Article(
        portal="ndrc",
        key="1",
        url="https://www.example.cn/1.html",
        title=title,
        text="\n".join(lines or LINES),
        source=FieldValue(value="规划司", raw="规划司", rule="masthead"),
        published=FieldValue(value=DAY, raw="2026-11-02", rule="meta:PubDate"),
    )
    return evolve(made, **fields)  # type: ignore[arg-type]


def lost(before: Article, after: Article) -> list[str]:
    return [loss.field for loss in lost_fields(before, after)]


def test_the_same_article_has_lost_nothing() -> None:
    assert lost_fields(article(), article()) == ()


def test_a_field_and_most_of_the_text_can_be_lost() -> None:
    assert lost(article(), article(source=None)) == ["source"]
    assert lost(article(), article(LINES[1])) == ["text"]
    assert lost(article(), article(*LINES[:-1])) == [], "a clause may go"
    assert lost(article(), article(*LINES, source=None, published=None)) == ["published", "source"]


def test_files_can_be_lost() -> None:
    files = (Attachment(url="https://www.example.cn/a.pdf", name="附件：湿地修复试点名单"),)
    assert lost(article(attachments=files), article()) == ["attachments"]


def test_a_field_that_was_read_in_the_text_goes_with_the_text() -> None:
    number = DocNumber(raw="林湿发〔2026〕3号", code="林湿发", year=2026, number=3)
    before = article(doc_no=FieldValue(value=number, raw=number.raw, rule="title"))
    assert lost(before, article()) == []


def test_a_body_the_page_still_prints_is_certainly_our_loss() -> None:
    found = lost_fields(article(), article("加载中"))
    assert is_certain(found, fold("导航" + "".join(LINES) + "页脚"))
    assert not is_certain(found, fold("本文件已经废止。"))


@pytest.mark.parametrize("day", ["2026-11-02 10:30", "2026年11月2日", "2026/11/02", "2026.11.2"])
def test_two_fields_that_vanish_together_and_are_both_still_there_are_certainly_our_loss(day: str) -> None:
    found = lost_fields(article(), article(source=None, published=None))
    assert is_certain(found, fold(f"发布时间：{day} 来源：规划司"))
    assert not is_certain(found, fold(f"发布时间：{day}"))
    assert not is_certain(found, fold("来源：规划司 2026-11-21"))


def test_one_field_alone_is_never_certain() -> None:
    found = lost_fields(article(), article(source=None))
    assert not is_certain(found, fold("由规划司负责解释"))


def test_another_title_is_a_loss_but_a_longer_one_is_not() -> None:
    named = FieldValue(value="通知公告", raw="通知公告", rule="masthead")
    assert lost(article(), article(title=named)) == ["title"]
    longer = FieldValue(value="关于湿地修复的通知_发展改革委", raw="", rule="title")
    assert lost(article(), article(title=longer)) == []
