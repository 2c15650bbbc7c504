"""Reads WARC records: one by its place, or all of a file; a response with its request, and with the body
that another record may hold."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from attrs import evolve, frozen

from policy.errors import ArchiveError, TornCapture, UnreadableCapture
from policy.records import Capture, Payload
from storage.warc.compression import GZIP, GzipMember, decode, member_at, members
from storage.warc.record_parser import (
    FailedRequest,
    Failure,
    RecordLocation,
    RequestRecord,
    ResponseRecord,
    StoredRecord,
    StoredResponse,
    parse_record,
)

logger = logging.getLogger(__name__)

_MAX_HOPS = 8

FindPayload = Callable[[str], Capture | None]
"""Returns the earliest capture with a payload of this digest, if there is one."""


def read_response(
    root: Path, place: Capture | RecordLocation, *, find_payload: FindPayload | None = None
) -> StoredResponse:
    """The response stored at ``place``; a revisit record comes with the body it refers to.

    Raises TornCapture if the record is cut off, UnreadableCapture if it cannot be read.
    """
    record, body = _record_at(_below(root, place.file), place.offset)
    if record.revisit:
        body = _original(root, record, find_payload)
    return _response(record, body)


def read_payload(
    root: Path, place: Capture | RecordLocation, limit: int, *, find_payload: FindPayload | None = None
) -> Payload:
    """The payload of a capture for extraction: its body decoded, at most ``limit`` bytes."""
    stored = read_response(root, place, find_payload=find_payload)
    try:
        body = decode(stored.headers, stored.body, limit)
    except UnreadableCapture as error:
        raise UnreadableCapture(f"{place.file}: {stored.url}: {error}") from error
    return Payload(url=stored.url, body=body, content_type=stored.content_type)


def capture_with_body(root: Path, capture: Capture) -> Capture | None:
    """The capture that holds this capture's payload; None if no complete record is there."""
    found = _follow(root, capture)
    return as_capture(found[0], root) if found is not None and found[0].digest == capture.digest else None


def is_stored(root: Path, capture: Capture) -> bool:
    """Whether the record of this capture is stored completely."""
    try:
        record, _ = _record_at(_below(root, capture.file), capture.offset)
    except ArchiveError:
        return False
    return record.digest == capture.digest


def load_response(
    record: StoredRecord, *, find_record: Callable[[str], StoredRecord | None] | None = None
) -> StoredResponse:
    """A scanned record with its body; for a revisit, the body is in the record that ``find_record``
    returns for its digest."""
    source = (find_record(record.digest) if find_record else None) if record.revisit else record
    if source is None or source.revisit:
        raise UnreadableCapture(f"{record.path.name}: {record.url}: the record it refers to is not there")
    return _response(record, _record_at(source.path, source.offset)[1])


def as_capture(record: StoredRecord, root: Path) -> Capture | None:
    """A scanned record below the archive's captures as a capture; None for a record elsewhere."""
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
    parsed = None if member is None else parse_record(member, path)
    if member is None:
        raise TornCapture(f"{path.name}: the file ends before byte {offset}")
    if not isinstance(parsed, ResponseRecord):
        raise UnreadableCapture(f"{path.name}: no response at byte {offset}")
    request = None if after is None else parse_record(after, path)
    requests = [request] if isinstance(request, RequestRecord) else []
    return with_request(parsed, requests), parsed.body


def _next(stream: BinaryIO, member: GzipMember, name: str) -> GzipMember | None:
    """The next record, where our writer puts the request; a torn one counts as absent."""
    try:
        return member_at(stream, member.end, name)
    except ArchiveError:
        return None


def _original(root: Path, record: StoredRecord, find_payload: FindPayload | None) -> bytes:
    for place in _original_places(record, find_payload):
        found = _follow(root, place)
        if found is not None and record.digest in {"", found[0].digest}:
            return found[1]
    raise UnreadableCapture(
        f"{record.path.name}: {record.url}: the record it refers to is not in the archive"
    )


def _follow(root: Path, place: Capture | RecordLocation) -> tuple[StoredRecord, bytes] | None:
    """The record that holds the payload, following revisits of revisits; None if it cannot be read."""
    for _ in range(_MAX_HOPS):
        try:
            record, body = _record_at(_below(root, place.file), place.offset)
        except ArchiveError as error:
            logger.warning("a payload is missing from its place: %s", error)
            return None
        if not record.revisit:
            return record, body
        if record.refers_to_place is None:
            return None
        place = record.refers_to_place
    return None


def _original_places(
    record: StoredRecord, find_payload: FindPayload | None
) -> Iterator[Capture | RecordLocation]:
    if record.refers_to_place is not None:
        yield record.refers_to_place
    if find_payload is not None and (capture := find_payload(record.digest)) is not None:
        yield capture


def with_request(response: ResponseRecord, requests: Iterable[RequestRecord]) -> StoredRecord:
    """The response's record with its request, if it is among these."""
    names = {response.record.record_id, *response.concurrent_to}
    for request in requests:
        if names & {request.record_id, *request.concurrent_to}:
            return evolve(
                response.record,
                method=request.method,
                request_body=request.body,
                request_offset=request.offset,
            )
    return response.record


# ------------------------------------------------------------------ all records of WARC files


@frozen(kw_only=True)
class TornTail:
    """The end of a file that is cut off or damaged: ``lost`` bytes from ``offset`` on are not read."""

    path: Path
    offset: int
    lost: int
    message: str


def _log_torn(torn: TornTail) -> None:
    logger.warning("%s; %d bytes are not read", torn.message, torn.lost)


def scan(
    paths: Path | Sequence[Path],
    *,
    torn: Callable[[TornTail], None] = _log_torn,
    unanswered: Callable[[FailedRequest], None] = lambda _: None,
) -> Iterator[StoredRecord]:
    """Every response and revisit record of WARC files, or of all in a folder, with its request.

    A file with a torn end is read up to its last complete record and passed to ``torn``; requests without
    a response are passed to ``unanswered``. Raises UnreadableCapture, with the file's name, for files that
    are not WARC.
    """
    for path in _files([paths] if isinstance(paths, Path) else paths):
        yield from _scan_file(path, torn, unanswered)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = [path] if path.is_file() else sorted([*path.rglob("*.warc"), *path.rglob("*.warc.gz")])
        if not found:
            raise UnreadableCapture(f"{path}: no WARC file here")
        yield from found


def _scan_file(
    path: Path, torn: Callable[[TornTail], None], unanswered: Callable[[FailedRequest], None]
) -> Iterator[StoredRecord]:
    responses, requests, failures = list[ResponseRecord](), list[RequestRecord](), list[Failure]()
    for parsed in _parsed_records(path, torn):
        if isinstance(parsed, RequestRecord):
            requests.append(parsed)
        elif isinstance(parsed, Failure):
            failures.append(parsed)
        else:
            responses.append(evolve(parsed, body=b""))
    by_id = _by_id(requests)
    for failure in failures:
        unanswered(_as_asked(failure, by_id))
    yield from _joined(responses, by_id)


def _parsed_records(
    path: Path, torn: Callable[[TornTail], None]
) -> Iterator[ResponseRecord | RequestRecord | Failure]:
    end = 0
    try:
        with path.open("rb") as stream:
            for member in members(stream, path.name):
                end = member.end
                if (found := parse_record(member, path)) is not None:
                    yield found
    except TornCapture as error:
        torn(TornTail(path=path, offset=end, lost=path.stat().st_size - end, message=str(error)))
    except OSError as error:
        raise UnreadableCapture(f"{path}: {error.strerror or error}") from error


def _by_id(requests: Iterable[RequestRecord]) -> dict[str, list[RequestRecord]]:
    """Requests by their own ids and the ids they refer to."""
    by_id: dict[str, list[RequestRecord]] = {}
    for request in requests:
        for name in {request.record_id, *request.concurrent_to}:
            by_id.setdefault(name, []).append(request)
    return by_id


def _as_asked(failure: Failure, by_id: Mapping[str, list[RequestRecord]]) -> FailedRequest:
    request = next(iter(by_id.get(failure.record_id, ())), None)
    if request is None:
        return failure.unanswered
    return evolve(failure.unanswered, method=request.method, request_body=request.body)


def _joined(
    responses: Iterable[ResponseRecord], by_id: Mapping[str, list[RequestRecord]]
) -> Iterator[StoredRecord]:
    """Our writer and warcio refer from the request to the response, wget the other way round."""
    for response in responses:
        names = [response.record.record_id, *response.concurrent_to]
        yield with_request(response, [request for name in names for request in by_id.get(name, ())])


def stored_bytes(record: StoredRecord) -> bytes:
    """The record as one gzip member: the bytes of its file, or compressed if the file is not."""
    return _packed_bytes(record.path, record.offset)


def request_bytes(record: StoredRecord) -> bytes:
    """The same for the record's request; empty if none is stored."""
    return b"" if record.request_offset is None else _packed_bytes(record.path, record.request_offset)


def _packed_bytes(path: Path, offset: int) -> bytes:
    with path.open("rb") as stream:
        member = member_at(stream, offset, path.name)
    if member is None:
        raise TornCapture(f"{path.name}: the file ends before byte {offset}")
    return member.stored if member.stored.startswith(GZIP) else zlib.compress(member.record, wbits=31)
