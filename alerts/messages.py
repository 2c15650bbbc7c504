"""Messages to people, and the one that notifies a subscriber of a policy, in Chinese. Pure."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

from policy.text.words import single_line

_SUBJECT_LENGTH = 120


@frozen(kw_only=True)
class Message:
    """A subject of one line, safe for mail headers, and a plain text body."""

    subject: str
    body: str


@frozen(kw_only=True)
class Source:
    """A page of the policy: the name of its portal and its address."""

    portal: str
    url: str


@frozen(kw_only=True)
class Notice:
    """The facts that a message contains; absent ones are left out of its body."""

    title: str
    sources: tuple[Source, ...]
    query: str
    issuers: tuple[str, ...] = ()
    doc_no: str | None = None
    published: dt.date | None = None
    snippet: str = ""
    warnings: tuple[str, ...] = ()


def compose(notice: Notice) -> Message:
    """The message about a policy: its subject has at most 120 characters."""
    return Message(subject=_cut(f"【政策】{single_line(notice.title)}", _SUBJECT_LENGTH), body=_body(notice))


def _body(notice: Notice) -> str:
    lines = [
        single_line(notice.title),
        "",
        *_field("发文机关", "、".join(notice.issuers)),
        *_field("发文字号", notice.doc_no),
        *_field("发布日期", notice.published.isoformat() if notice.published else None),
        *_field("命中", notice.snippet),
        *(f"来源：{single_line(source.portal)}  {single_line(source.url)}" for source in notice.sources),
        *_field("提示", "；".join(notice.warnings)),
        "",
        f"订阅：{single_line(notice.query)}",
    ]
    return "\n".join(lines) + "\n"


def _field(label: str, value: str | None) -> list[str]:
    return [f"{label}：{single_line(value)}"] if value else []


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
