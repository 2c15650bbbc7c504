"""One stored answer: by its place, with its request, and with the payload another record may hold."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from attrs import evolve, frozen

from policy.errors import ArchiveError, TornCapture, UnreadableCapture
from policy.records import Capture, Payload
from storage.warc.content_coding import decode
from storage.warc.gzip_members import GZIP, GzipMember, member_at, members
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
"""The earliest capture that holds the payload of this digest, if any."""


def read_response(
    root: Path, place: Capture | RecordLocation, *, known: FindPayload | None = None
) -> StoredResponse:
    """The answer stored at ``place``; a revisit comes with the body it refers to.

    Raises TornCapture when the record is cut off, UnreadableCapture when it cannot be had.
    """
    record, body = _record_at(_below(root, place.file), place.offset)
    if record.revisit:
        body = _original(root, record, known)
    return _response(record, body)


def read_payload(
    root: Path, place: Capture | RecordLocation, limit: int, *, known: FindPayload | None = None
) -> Payload:
    """What reading needs of a capture: its body decoded, at most ``limit`` bytes."""
    stored = read_response(root, place, known=known)
    try:
        body = decode(stored.headers, stored.body, limit)
    except UnreadableCapture as error:
        raise UnreadableCapture(f"{place.file}: {stored.url}: {error}") from error
    return Payload(url=stored.url, body=body, content_type=stored.content_type)


def capture_with_body(root: Path, capture: Capture) -> Capture | None:
    """The capture that really holds this one's payload; None when nothing whole is there."""
    found = _follow(root, capture)
    return as_capture(found[0], root) if found is not None and found[0].digest == capture.digest else None


def is_stored(root: Path, capture: Capture) -> bool:
    """Whether the record of this capture is there and whole."""
    try:
        record, _ = _record_at(_below(root, capture.file), capture.offset)
    except ArchiveError:
        return False
    return record.digest == capture.digest


def load_response(
    record: StoredRecord, *, known: Callable[[str], StoredRecord | None] | None = None
) -> StoredResponse:
    """A scanned record with its body; that of a revisit lies in the record ``known`` by its digest."""
    source = (known(record.digest) if known else None) if record.revisit else record
    if source is None or source.revisit:
        raise UnreadableCapture(f"{record.path.name}: {record.url}: the record it refers to is not there")
    return _response(record, _record_at(source.path, source.offset)[1])


def as_capture(record: StoredRecord, root: Path) -> Capture | None:
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
    if not isinstance(found, ResponseRecord):
        raise UnreadableCapture(f"{path.name}: no response at byte {offset}")
    request = None if after is None else parse_record(after, path)
    asked = [request] if isinstance(request, RequestRecord) else []
    return with_request(found, asked), found.body


def _next(stream: BinaryIO, member: GzipMember, name: str) -> GzipMember | None:
    """The record behind it, where our own writer puts the request; torn counts as absent."""
    try:
        return member_at(stream, member.end, name)
    except ArchiveError:
        return None


def _original(root: Path, record: StoredRecord, known: FindPayload | None) -> bytes:
    for place in _original_places(record, known):
        found = _follow(root, place)
        if found is not None and record.digest in {"", found[0].digest}:
            return found[1]
    raise UnreadableCapture(
        f"{record.path.name}: {record.url}: the record it refers to is not in the archive"
    )


def _follow(root: Path, place: Capture | RecordLocation) -> tuple[StoredRecord, bytes] | None:
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


def _original_places(record: StoredRecord, known: FindPayload | None) -> Iterator[Capture | RecordLocation]:
    if record.refers_to_place is not None:
        yield record.refers_to_place
    if known is not None and (capture := known(record.digest)) is not None:
        yield capture


def with_request(answer: ResponseRecord, asked: Iterable[RequestRecord]) -> StoredRecord:
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


# ------------------------------------------------------------------ all records of WARC files


@frozen(kw_only=True)
class TornTail:
    """The end of a file that was cut off or damaged: ``lost`` bytes from ``offset`` on are not read."""

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

    A file that ends torn is read up to its last whole record and told to ``torn``; requests that got no
    answer are told to ``unanswered``. Raises UnreadableCapture, naming the file, for what is no WARC.
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
    answers, asked, failures = list[ResponseRecord](), list[RequestRecord](), list[Failure]()
    for found in _found(path, torn):
        if isinstance(found, RequestRecord):
            asked.append(found)
        elif isinstance(found, Failure):
            failures.append(found)
        else:
            answers.append(evolve(found, body=b""))
    by_id = _by_id(asked)
    for failure in failures:
        unanswered(_as_asked(failure, by_id))
    yield from _joined(answers, by_id)


def _found(
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


def _by_id(asked: Iterable[RequestRecord]) -> dict[str, list[RequestRecord]]:
    """Requests by what may point to them or be pointed to."""
    by_id: dict[str, list[RequestRecord]] = {}
    for request in asked:
        for name in {request.record_id, *request.concurrent_to}:
            by_id.setdefault(name, []).append(request)
    return by_id


def _as_asked(failure: Failure, by_id: Mapping[str, list[RequestRecord]]) -> FailedRequest:
    request = next(iter(by_id.get(failure.record_id, ())), None)
    if request is None:
        return failure.unanswered
    return evolve(failure.unanswered, method=request.method, request_body=request.body)


def _joined(
    answers: Iterable[ResponseRecord], by_id: Mapping[str, list[RequestRecord]]
) -> Iterator[StoredRecord]:
    """Our writer and warcio point from the request to the response, wget the other way round."""
    for answer in answers:
        names = [answer.record.record_id, *answer.concurrent_to]
        yield with_request(answer, [request for name in names for request in by_id.get(name, ())])


def stored_bytes(record: StoredRecord) -> bytes:
    """The record as one gzip member: the very bytes of its file, or packed when the file is plain."""
    return _packed_bytes(record.path, record.offset)


def request_bytes(record: StoredRecord) -> bytes:
    """The same of the request it answers; empty when none is stored."""
    return b"" if record.request_offset is None else _packed_bytes(record.path, record.request_offset)


def _packed_bytes(path: Path, offset: int) -> bytes:
    with path.open("rb") as stream:
        member = member_at(stream, offset, path.name)
    if member is None:
        raise TornCapture(f"{path.name}: the file ends before byte {offset}")
    return member.stored if member.stored.startswith(GZIP) else zlib.compress(member.record, wbits=31)
