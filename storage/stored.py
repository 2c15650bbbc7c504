"""One stored answer: by its place, with its request, and with the payload another record may hold."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from attrs import evolve

from policy.errors import ArchiveError, TornCapture, UnreadableCapture
from policy.records import Capture, Payload
from storage.coding import decode
from storage.members import Member, member_at
from storage.warc import Answer, Asked, Place, StoredRecord, StoredResponse, parse_record

logger = logging.getLogger(__name__)

_MAX_HOPS = 8

Known = Callable[[str], Capture | None]
"""The earliest capture that holds the payload of this digest, if any."""


def read(root: Path, place: Capture | Place, *, known: Known | None = None) -> StoredResponse:
    """The answer stored at ``place``; a revisit comes with the body it refers to.

    Raises TornCapture when the record is cut off, UnreadableCapture when it cannot be had.
    """
    record, body = _record_at(_below(root, place.file), place.offset)
    if record.revisit:
        body = _original(root, record, known)
    return _response(record, body)


def payload(root: Path, place: Capture | Place, limit: int, *, known: Known | None = None) -> Payload:
    """What reading needs of a capture: its body decoded, at most ``limit`` bytes."""
    stored = read(root, place, known=known)
    try:
        body = decode(stored.headers, stored.body, limit)
    except UnreadableCapture as error:
        raise UnreadableCapture(f"{place.file}: {stored.url}: {error}") from error
    return Payload(url=stored.url, body=body, content_type=stored.content_type)


def holder(root: Path, capture: Capture) -> Capture | None:
    """The capture that really holds this one's payload; None when nothing whole is there."""
    found = _follow(root, capture)
    return refer(found[0], root) if found is not None and found[0].digest == capture.digest else None


def holds(root: Path, capture: Capture) -> bool:
    """Whether the record of this capture is there and whole."""
    try:
        record, _ = _record_at(_below(root, capture.file), capture.offset)
    except ArchiveError:
        return False
    return record.digest == capture.digest


def load(
    record: StoredRecord, *, known: Callable[[str], StoredRecord | None] | None = None
) -> StoredResponse:
    """A scanned record with its body; that of a revisit lies in the record ``known`` by its digest."""
    source = (known(record.digest) if known else None) if record.revisit else record
    if source is None or source.revisit:
        raise UnreadableCapture(f"{record.path.name}: {record.url}: the record it refers to is not there")
    return _response(record, _record_at(source.path, source.offset)[1])


def refer(record: StoredRecord, root: Path) -> Capture | None:
    """A scanned record that lies below the archive's captures, as its capture; None for a foreign one."""
    path, home = record.path.resolve(), root.resolve()
    return record.capture(path.relative_to(home).as_posix()) if path.is_relative_to(home) else None


def _response(record: StoredRecord, body: bytes) -> StoredResponse:
    return StoredResponse(
        url=record.url,
        method=record.method,
        request_body=record.request_body,
        status=record.status,
        headers=record.headers,
        body=body,
        at=record.at,
        record_id=record.record_id,
        digest=record.digest,
        refers_to=record.refers_to,
    )


def _below(root: Path, file: str) -> Path:
    home = root.resolve()
    try:
        path = (home / file).resolve()
    except ValueError as error:  # a NUL byte
        raise UnreadableCapture(f"{file!r}: not a name of a capture file") from error
    if Path(file).is_absolute() or not path.is_relative_to(home):
        raise UnreadableCapture(f"{file!r}: not below the captures of this archive")
    return path


def _record_at(path: Path, offset: int) -> tuple[StoredRecord, bytes]:
    try:
        with path.open("rb") as stream:
            member = member_at(stream, offset, path.name)
            after = None if member is None else _next(stream, member, path.name)
    except OSError as error:
        raise UnreadableCapture(f"{path.name}: {error.strerror or error}") from error
    found = None if member is None else parse_record(member, path)
    if member is None:
        raise TornCapture(f"{path.name}: the file ends before byte {offset}")
    if not isinstance(found, Answer):
        raise UnreadableCapture(f"{path.name}: no response at byte {offset}")
    request = None if after is None else parse_record(after, path)
    asked = [request] if isinstance(request, Asked) else []
    return with_request(found, asked), found.body


def _next(stream: BinaryIO, member: Member, name: str) -> Member | None:
    """The record behind it, where our own writer puts the request; torn counts as absent."""
    try:
        return member_at(stream, member.end, name)
    except ArchiveError:
        return None


def _original(root: Path, record: StoredRecord, known: Known | None) -> bytes:
    for place in _original_places(record, known):
        found = _follow(root, place)
        if found is not None and record.digest in {"", found[0].digest}:
            return found[1]
    raise UnreadableCapture(
        f"{record.path.name}: {record.url}: the record it refers to is not in the archive"
    )


def _follow(root: Path, place: Capture | Place) -> tuple[StoredRecord, bytes] | None:
    """The record that holds the payload, by way of revisits of revisits; None where the trace ends."""
    for _ in range(_MAX_HOPS):
        try:
            record, body = _record_at(_below(root, place.file), place.offset)
        except ArchiveError as error:
            logger.warning("a payload is not where it should be: %s", error)
            return None
        if not record.revisit:
            return record, body
        if record.refers_to_place is None:
            return None
        place = record.refers_to_place
    return None


def _original_places(record: StoredRecord, known: Known | None) -> Iterator[Capture | Place]:
    if record.refers_to_place is not None:
        yield record.refers_to_place
    if known is not None and (capture := known(record.digest)) is not None:
        yield capture


def with_request(answer: Answer, asked: Iterable[Asked]) -> StoredRecord:
    """The answer's record with the request it answers, when it is among these."""
    names = {answer.record.record_id, *answer.concurrent_to}
    for request in asked:
        if names & {request.record_id, *request.concurrent_to}:
            return evolve(
                answer.record,
                method=request.method,
                request_body=request.body,
                request_offset=request.offset,
            )
    return answer.record
