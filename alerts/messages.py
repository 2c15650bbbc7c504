"""A policy as a message: pure, in the subscriber's language, safe for headers."""

from __future__ import annotations

import datetime as dt
import re

from attrs import frozen

_SUBJECT_LENGTH = 120
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@frozen(kw_only=True)
class Source:
    """One portal's page of the policy."""

    portal: str
    url: str


@frozen(kw_only=True)
class Notice:
    """All that a message says."""

    title: str
    sources: tuple[Source, ...]
    query: str
    issuers: tuple[str, ...] = ()
    doc_no: str | None = None
    published: dt.date | None = None
    snippet: str = ""
    warnings: tuple[str, ...] = ()


@frozen(kw_only=True)
class Message:
    """A subject of one line and a body."""

    subject: str
    body: str


def compose(notice: Notice) -> Message:
    """The message about a policy."""
    return Message(subject=_cut(f"【政策】{one_line(notice.title)}", _SUBJECT_LENGTH), body=_body(notice))


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the writing direction."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _body(notice: Notice) -> str:
    lines = [
        one_line(notice.title),
        "",
        *_field("发文机关", "、".join(notice.issuers)),
        *_field("发文字号", notice.doc_no),
        *_field("发布日期", notice.published.isoformat() if notice.published else None),
        *_field("命中", notice.snippet),
        *(f"来源：{one_line(source.portal)}  {one_line(source.url)}" for source in notice.sources),
        *_field("提示", "；".join(notice.warnings)),
        "",
        f"订阅：{one_line(notice.query)}",
    ]
    return "\n".join(lines) + "\n"


def _field(label: str, value: str | None) -> list[str]:
    return [f"{label}：{one_line(value)}"] if value else []


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
