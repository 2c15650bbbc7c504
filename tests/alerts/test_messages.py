"""What a message says, and what it cannot be made to say."""

from __future__ import annotations

import datetime as dt

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from alerts.outbox import Notice, Source, compose
from policy.text.words import single_line

NOTICE = Notice(
    title="关于推进储能应用的通知",
    issuers=("国家发展改革委", "国家能源局"),
    doc_no="发改能源〔2026〕12号",
    published=dt.date(2026, 3, 1),
    sources=(
        Source(portal="国家发展改革委", url="https://www.example.cn/1.html"),
        Source(portal="北极星", url="https://news.example.com/1.shtml"),
    ),
    query="储能 OR 氢能",
    snippet="…统筹电源、电网、负荷与储能…",
)


def test_a_message_says_what_whose_when_where_and_why() -> None:
    message = compose(NOTICE)
    assert message.subject == "【政策】关于推进储能应用的通知"
    assert message.body == (
        "关于推进储能应用的通知\n\n"
        "发文机关：国家发展改革委、国家能源局\n"
        "发文字号：发改能源〔2026〕12号\n"
        "发布日期：2026-03-01\n"
        "命中：…统筹电源、电网、负荷与储能…\n"
        "来源：国家发展改革委  https://www.example.cn/1.html\n"
        "来源：北极星  https://news.example.com/1.shtml\n"
        "\n订阅：储能 OR 氢能\n"
    )


def test_what_is_not_known_has_no_line() -> None:
    body = compose(Notice(title="通知", sources=(), query="储能")).body
    assert "发文" not in body
    assert "None" not in body


def test_a_long_title_is_cut() -> None:
    subject = compose(evolve(NOTICE, title="长" * 500)).subject
    assert len(subject) == 120
    assert subject.endswith("…")


@given(st.text())
def test_no_title_breaks_out_of_its_line(title: str) -> None:
    subject = compose(evolve(NOTICE, title=title)).subject
    assert subject.splitlines() == [subject]
    assert single_line(subject) == subject.strip()
