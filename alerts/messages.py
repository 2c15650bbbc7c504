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


@frozen(kw_only=True)
class Digest:
    """The policies that a digest lists: new ones, older or undated ones, and those that were sent as two."""

    query: str
    new: tuple[Notice, ...] = ()
    older: tuple[Notice, ...] = ()
    corrected: tuple[Notice, ...] = ()


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


# ------------------------------------------------------------------ digests


def compose_digest(digest: Digest) -> Message:
    """The message that lists the policies of a digest, one source each."""
    parts = {
        "新政策": digest.new,
        "较早发布或未注明日期的政策": digest.older,
        "更正：以下政策曾按两项分别发送，实为同一项": digest.corrected,
    }
    counts = len(digest.new) + len(digest.older), len(digest.corrected)
    subject = "，".join(
        f"{count} 项{what}" for count, what in zip(counts, ("", "更正"), strict=True) if count
    )
    lines = [line for heading, notices in parts.items() if notices for line in _part(heading, notices)]
    body = "\n".join([*lines, f"订阅：{single_line(digest.query)}"]) + "\n"
    return Message(
        subject=_cut(f"【政策汇总】{subject}：{single_line(digest.query)}", _SUBJECT_LENGTH), body=body
    )


def _part(heading: str, notices: tuple[Notice, ...]) -> list[str]:
    listed = [line for number, notice in enumerate(notices, start=1) for line in _listed(number, notice)]
    return [f"{heading}（{len(notices)} 项）", "", *listed, ""]


def _listed(number: int, notice: Notice) -> list[str]:
    marks = [notice.doc_no, notice.published.isoformat() if notice.published else None]
    known = "，".join(single_line(mark) for mark in marks if mark)
    more = f"（共 {len(notice.sources)} 个来源）" if len(notice.sources) > 1 else ""
    source = notice.sources[0]
    return [
        f"{number}. {single_line(notice.title)}{f'（{known}）' if known else ''}",
        f"   {single_line(source.portal)}  {single_line(source.url)}{more}",
    ]
