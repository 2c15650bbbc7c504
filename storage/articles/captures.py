"""The captures that the archive knows: recorded once, found by record, payload and address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import groupby

from attrs import evolve
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.rows import capture_record
from storage.tables import (
    ArticleRow,
    AttachmentRow,
    CaptureRow,
    FileRow,
    RunRow,
    VersionCaptureRow,
    VersionRow,
)
from storage.writes import insert_unless_there

_RECORDED = select(CaptureRow.id, CaptureRow.digest).where(CaptureRow.record_id == bindparam("record_id"))


def record_captures(
    session: Session, captures: Sequence[Capture], run_id: int | None = None
) -> tuple[Capture, ...]:
    """The captures with their ids, in the same order; one already recorded is not recorded again."""
    return tuple(
        capture if capture.id else evolve(capture, id=_record_capture(session, capture, run_id))
        for capture in captures
    )


def first_capture(session: Session, digest: str) -> Capture | None:
    """The first capture of a payload: the one that later identical ones may refer to."""
    query = select(CaptureRow).where(CaptureRow.digest == digest).order_by(CaptureRow.id).limit(1)
    row = session.scalar(query)
    return capture_record(row) if row else None


def capture_by_record(session: Session, record_id: str, digest: str) -> Capture | None:
    """A capture by the id of its WARC record and its payload."""
    known = CaptureRow.record_id.in_(_record_ids(record_id, digest))
    row = session.scalar(select(CaptureRow).where(known, CaptureRow.digest == digest))
    return capture_record(row) if row else None


def last_captures(session: Session, url: str, *, limit: int = 10) -> list[Capture]:
    """The captures of an address, the newest first."""
    query = (
        select(CaptureRow).where(CaptureRow.url == url).order_by(CaptureRow.at.desc(), CaptureRow.id.desc())
    )
    return [capture_record(row) for row in session.scalars(query.limit(limit))]


def _record_ids(record_id: str, digest: str) -> tuple[str, str]:
    """Under which ids a record may be known: an altered copy of a WARC may have kept the ids of its
    records, and the payload that came second is told apart by its digest."""
    return record_id, f"{record_id} {digest}"


def _record_capture(session: Session, capture: Capture, run_id: int | None) -> int:
    """The id of the capture's row; another payload under the same record id has a row of its own."""
    for record_id in _record_ids(capture.record_id, capture.digest):
        added: int | None = _insert_capture(session, capture, run_id, record_id)
        if added is not None:
            return added
        known, digest = session.execute(_RECORDED, {"record_id": record_id}).one()
        if digest == capture.digest:
            return int(known)
    raise AssertionError("unreachable")


def _insert_capture(session: Session, capture: Capture, run_id: int | None, record_id: str) -> int | None:
    added: int | None = insert_unless_there(
        session,
        CaptureRow,
        record_id=record_id,
        url=capture.url,
        at=capture.at,
        status=capture.status,
        file=capture.file,
        offset=capture.offset,
        length=capture.length,
        digest=capture.digest,
        mime=capture.mime,
        run_id=run_id,
    )
    return added


# ------------------------------------------------------------------ which payloads the archive holds


_NEWEST = (
    CaptureRow.digest == bindparam("digest"),
    ArticleRow.portal == bindparam("portal"),
    VersionRow.number == ArticleRow.newest,
)
_PAGES = (
    select(CaptureRow)
    .join(VersionCaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
    .join(VersionRow, VersionRow.id == VersionCaptureRow.version_id)
    .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
    .where(*_NEWEST)
    .order_by(CaptureRow.id)
    .limit(1)
)
_FILES = (
    select(CaptureRow)
    .join(FileRow, FileRow.capture_id == CaptureRow.id)
    .join(AttachmentRow, AttachmentRow.id == FileRow.attachment_id)
    .join(VersionRow, VersionRow.id == AttachmentRow.version_id)
    .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
    .where(*_NEWEST)
    .order_by(CaptureRow.id)
    .limit(1)
)


def capture_of_payload(session: Session, portal: str, digest: str) -> Capture | None:
    """The capture of this payload that the newest version of an article, or a file of one, was read from."""
    asked = {"portal": portal, "digest": digest}
    row = session.scalar(_PAGES, asked) or session.scalar(_FILES, asked)
    return capture_record(row) if row else None


# -------------------------------------------------- which captures a portal's articles may be read from again


_READ = 200


def captured_urls(session: Session, portal: str, since: dt.datetime | None) -> list[str]:
    """Every address of which the runs of a portal hold an answer."""
    query = (
        select(CaptureRow.url)
        .distinct()
        .join(RunRow, RunRow.id == CaptureRow.run_id)
        .where(RunRow.portal == portal, CaptureRow.status == _READ)
        .order_by(CaptureRow.url)
    )
    return list(session.scalars(query.where(CaptureRow.at >= since) if since else query))


def fetched_together(
    session: Session, urls: Collection[str], *, after: dt.datetime | None, since: dt.datetime | None
) -> list[tuple[Capture, ...]]:
    """The captures of an article's addresses behind a time, run by run, the oldest first; of one that
    was fetched twice in a run the last."""
    query = (
        select(CaptureRow)
        .where(CaptureRow.url.in_(urls), CaptureRow.status == _READ, CaptureRow.run_id.is_not(None))
        .order_by(CaptureRow.run_id, CaptureRow.at, CaptureRow.id)
    )
    query = query.where(CaptureRow.at > after) if after else query
    rows = session.scalars(query.where(CaptureRow.at >= since) if since else query)
    sets = [{row.url: capture_record(row) for row in run} for _, run in groupby(rows, lambda row: row.run_id)]
    return sorted((tuple(one.values()) for one in sets), key=lambda one: max(c.at for c in one))
