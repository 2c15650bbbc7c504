"""Readings made by hand: articles of our own words and captures that nobody fetched."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import select
from sqlalchemy.orm import Session

from policy.records import Article, Attachment, Capture, Fetched, FieldValue
from policy.records.content import Completeness, FileStatus, FileText
from policy.records.runs import Finding
from policy.records.saves import Candidate, Decision
from storage.rows import capture_record
from storage.tables import CaptureRow

NO_ROWS = Finding(
    portal="ndrc",
    section="tz",
    kind="zero_entries",
    severity="broken",
    sentence="0 rows, 10 promised",
    advice="mend it",
    examples=("https://www.example.cn/tz/",),
)
"""A listing that is empty, as it is judged."""
NIGHT = dt.datetime(2026, 3, 1, 18, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WORDS = (
    "各省、自治区、直辖市发展改革委：为推进储能规模化应用，经研究，现就有关事项通知如下。"
    "一、总体要求。坚持安全第一，统筹电源、电网、负荷与储能。二、本通知自印发之日起施行。"
)
PAGES = (
    "https://www.example.cn/1.html",
    "https://www.example.cn/1-2.html",
    "https://www.example.cn/1-3.html",
)


def an_article(
    text: str = WORDS,
    *,
    portal: str = "ndrc",
    key: str = "1",
    title: str = "关于推进储能应用的通知",
    pages: int = 1,
    missing: Sequence[int] = (),
    gaps: Sequence[str] = (),
) -> Article:
    """An article of ``pages`` pages, those in ``missing`` (from 1) not read."""
    return Article(
        portal=portal,
        key=key,
        url=PAGES[0],
        page_urls=PAGES[:pages],
        title=FieldValue(value=title, raw=title, rule="title"),
        text=text,
        completeness=Completeness(
            pages=pages, missing_pages=tuple(PAGES[number - 1] for number in missing), gaps=tuple(gaps)
        ),
    )


def a_capture(payload: str, *, at: dt.datetime = NIGHT, page: int = 1, record: str | None = None) -> Capture:
    """A fetch of one page; another time or payload is another record."""
    digest = hashlib.sha1(payload.encode()).hexdigest()
    return Capture(
        url=PAGES[page - 1],
        at=at,
        status=200,
        file="2026/03/ndrc.warc.gz",
        offset=0,
        length=100,
        digest=f"sha1:{digest}",
        record_id=record or f"<urn:test:{digest}:{at.isoformat()}:{page}>",
        mime="text/html",
    )


PLAN = Attachment(url="https://www.example.cn/plan.pdf", name="附件：实施方案.pdf")


def a_file(
    text: str = "",
    *,
    at: dt.datetime = NIGHT + dt.timedelta(minutes=1),
    of: Attachment = PLAN,
    payload: str = "",
    status: FileStatus = "read",
    reader: str = "reader-1",
    failed: str | None = None,
    before: FileText | None = None,
) -> Fetched:
    """A file as a run brought it, or the reason why it did not."""
    if failed:
        return Fetched(attachment=of, at=at, failed=failed)
    capture = evolve(a_capture(payload or text or status, at=at), url=of.url)
    content = FileText(kind="pdf", status=status, text=text, pages=1, reader=reader)
    return Fetched(attachment=of, at=at, capture=capture, content=content, before=before)


def a_new_policy(_article: Article, _candidates: Sequence[Candidate]) -> Decision:
    """Every new article is a policy of its own."""
    return Decision(policy_id=None, evidence="always apart")


def the_known_policy(_article: Article, candidates: Sequence[Candidate]) -> Decision:
    """The first policy known under a key, else a new one."""
    known = [candidate.policy_id for candidate in candidates]
    return Decision(policy_id=known[0] if known else None, evidence="same words")


def captures_of(session: Session, url: str) -> list[Capture]:
    """The captures of a URL, the newest first."""
    query = select(CaptureRow).where(CaptureRow.url == url)
    rows = session.scalars(query.order_by(CaptureRow.at.desc(), CaptureRow.id.desc()))
    return [capture_record(row) for row in rows]
