"""All records of WARC files, our own and other tools'."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from policy.errors import TornCapture, UnreadableCapture
from storage.members import GZIP, member_at, members
from storage.stored import with_request
from storage.warc import Answer, Asked, Failure, StoredRecord, Unanswered, parse_record

logger = logging.getLogger(__name__)


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
    unanswered: Callable[[Unanswered], None] = lambda _: None,
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
    path: Path, torn: Callable[[TornTail], None], unanswered: Callable[[Unanswered], None]
) -> Iterator[StoredRecord]:
    answers, asked, failures = list[Answer](), list[Asked](), list[Failure]()
    for found in _found(path, torn):
        if isinstance(found, Asked):
            asked.append(found)
        elif isinstance(found, Failure):
            failures.append(found)
        else:
            answers.append(evolve(found, body=b""))
    by_id = _by_id(asked)
    for failure in failures:
        unanswered(_as_asked(failure, by_id))
    yield from _joined(answers, by_id)


def _found(path: Path, torn: Callable[[TornTail], None]) -> Iterator[Answer | Asked | Failure]:
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


def _by_id(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    """Requests by what may point to them or be pointed to."""
    by_id: dict[str, list[Asked]] = {}
    for request in asked:
        for name in {request.record_id, *request.concurrent_to}:
            by_id.setdefault(name, []).append(request)
    return by_id


def _as_asked(failure: Failure, by_id: Mapping[str, list[Asked]]) -> Unanswered:
    request = next(iter(by_id.get(failure.record_id, ())), None)
    if request is None:
        return failure.unanswered
    return evolve(failure.unanswered, method=request.method, request_body=request.body)


def _joined(answers: Iterable[Answer], by_id: Mapping[str, list[Asked]]) -> Iterator[StoredRecord]:
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
