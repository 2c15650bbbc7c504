"""The captures that the archive knows: recorded once, found by record, payload and address."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.inserts import insert_unless_there
from storage.models import CaptureRow
from storage.rows import capture_record

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
