"""Captures: recorded once, found by record id, payload digest and address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import groupby

from attrs import evolve
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.database import insert_unless_there
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

_RECORDED = select(CaptureRow.id, CaptureRow.digest).where(CaptureRow.record_id == bindparam("record_id"))


def record_captures(
    session: Session, captures: Sequence[Capture], run_id: int | None = None
) -> tuple[Capture, ...]:
    """The captures with their ids, in the same order; captures already recorded are not recorded again."""
    return tuple(
        capture if capture.id else evolve(capture, id=_record_capture(session, capture, run_id))
        for capture in captures
    )


def first_capture(session: Session, digest: str) -> Capture | None:
    """The first capture of a payload, to which later identical captures may refer."""
    query = select(CaptureRow).where(CaptureRow.digest == digest).order_by(CaptureRow.id).limit(1)
    row = session.scalar(query)
    return capture_record(row) if row else None


def capture_by_record(session: Session, record_id: str, digest: str) -> Capture | None:
    """The capture with this WARC record id and payload digest."""
    has_id = CaptureRow.record_id.in_(_record_ids(record_id, digest))
    row = session.scalar(select(CaptureRow).where(has_id, CaptureRow.digest == digest))
    return capture_record(row) if row else None


def _record_ids(record_id: str, digest: str) -> tuple[str, str]:
    """The record ids a capture may be stored under: an altered copy of a WARC file may have kept the
    record ids, so a second payload under the same id is stored with its digest appended."""
    return record_id, f"{record_id} {digest}"


def _record_capture(session: Session, capture: Capture, run_id: int | None) -> int:
    """The id of the capture's row; another payload under the same record id has its own row."""
    for record_id in _record_ids(capture.record_id, capture.digest):
        added: int | None = _insert_capture(session, capture, run_id, record_id)
        if added is not None:
            return added
        capture_id, digest = session.execute(_RECORDED, {"record_id": record_id}).one()
        if digest == capture.digest:
            return int(capture_id)
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


# ------------------------------------------------------------------ stored payloads


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
    """The capture with this payload that the newest version of an article of the portal, or of one of its
    attachments, was extracted from."""
    parameters = {"portal": portal, "digest": digest}
    row = session.scalar(_PAGES, parameters) or session.scalar(_FILES, parameters)
    return capture_record(row) if row else None


# ------------------------------------------------------------------ captures to extract again


_OK = 200


def captured_urls(session: Session, portal: str, since: dt.datetime | None) -> list[str]:
    """All URLs of which a portal's runs stored a response with status 200."""
    query = (
        select(CaptureRow.url)
        .distinct()
        .join(RunRow, RunRow.id == CaptureRow.run_id)
        .where(RunRow.portal == portal, CaptureRow.status == _OK)
        .order_by(CaptureRow.url)
    )
    return list(session.scalars(query.where(CaptureRow.at >= since) if since else query))


def fetched_together(
    session: Session, urls: Collection[str], *, after: dt.datetime | None, since: dt.datetime | None
) -> list[tuple[Capture, ...]]:
    """The captures of these URLs after a time, grouped by run, the oldest first. If a run fetched a URL
    twice, its last capture counts."""
    query = (
        select(CaptureRow)
        .where(CaptureRow.url.in_(urls), CaptureRow.status == _OK, CaptureRow.run_id.is_not(None))
        .order_by(CaptureRow.run_id, CaptureRow.at, CaptureRow.id)
    )
    query = query.where(CaptureRow.at > after) if after else query
    rows = session.scalars(query.where(CaptureRow.at >= since) if since else query)
    sets = [{row.url: capture_record(row) for row in run} for _, run in groupby(rows, lambda row: row.run_id)]
    return sorted(
        (tuple(by_url.values()) for by_url in sets), key=lambda run: max(capture.at for capture in run)
    )
