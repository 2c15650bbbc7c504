"""Parses one WARC record: bytes in, request or response out. Pure."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from attrs import field, frozen

from policy.errors import TornCapture, UnreadableCapture
from policy.records import Capture
from storage.warc.compression import GzipMember

Headers = tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class RecordLocation:
    """The place of a record; ``file`` is relative to the root of the captures."""

    file: str
    offset: int


@frozen(kw_only=True)
class StoredResponse:
    """A stored response: ``body`` still has its content coding, but no transfer coding."""

    url: str
    method: str
    request_body: bytes = field(repr=False)
    status: int
    headers: Headers
    body: bytes = field(repr=False)
    at: dt.datetime
    record_id: str
    digest: str
    refers_to: str | None = None
    """The record that holds the body, if this one is a revisit."""

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as received."""
        return _value(self.headers, "content-type")


@frozen(kw_only=True)
class StoredRecord:
    """A response or revisit record of a WARC file, without its body (see ``load_response``)."""

    path: Path
    offset: int
    length: int
    url: str
    status: int
    headers: Headers
    at: dt.datetime
    record_id: str
    digest: str
    method: str = "GET"
    request_body: bytes = field(default=b"", repr=False)
    request_offset: int | None = None
    refers_to: str | None = None
    """For a revisit: the id of the record that holds the body (empty if it names none)."""
    refers_to_place: RecordLocation | None = None

    @property
    def revisit(self) -> bool:
        """Whether the body is in another record: that of ``refers_to``, or one with the same digest."""
        return self.refers_to is not None

    def capture(self, file: str, *, offset: int | None = None, length: int | None = None) -> Capture:
        """The capture of this record in ``file``."""
        return Capture(
            url=self.url,
            at=self.at,
            status=self.status,
            file=file,
            offset=self.offset if offset is None else offset,
            length=self.length if length is None else length,
            digest=self.digest,
            record_id=self.record_id,
            mime=mime(self.headers),
        )


@frozen(kw_only=True)
class ResponseRecord:
    """A response or revisit record, with its body."""

    record: StoredRecord
    body: bytes
    concurrent_to: frozenset[str]


@frozen(kw_only=True)
class RequestRecord:
    """A request record."""

    record_id: str
    method: str
    body: bytes
    offset: int
    concurrent_to: frozenset[str]


@frozen(kw_only=True)
class FailedRequest:
    """A request that got no response, and the reason."""

    url: str
    at: dt.datetime
    reason: str
    method: str = "GET"
    request_body: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class Failure:
    """A metadata record about a failed fetch."""

    record_id: str
    unanswered: FailedRequest


FETCH_FAILED = "fetchFailed"
"""The field of such a record; its value is the reason."""

RENDERED = "RENDERED"
"""The method recorded for a page that a browser rendered."""

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})\b")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")


def parse_record(member: GzipMember, path: Path) -> ResponseRecord | RequestRecord | Failure | None:
    """The parsed record; None if it is not part of an HTTP exchange."""
    head, block = _split(member.record)
    fields = _headers(head)
    if not head.startswith(b"WARC/"):
        raise UnreadableCapture(f"{path.name}: not a WARC")
    length = int(_value(fields, "content-length") or -1)
    if length < 0 or len(block) < length:
        raise TornCapture(f"{path.name}: the record at byte {member.offset} is shorter than it says")
    if block[length:].strip():
        raise UnreadableCapture(
            f"{path.name}: several records in one gzip member; `warcio recompress` makes it readable"
        )
    kind = _value(fields, "warc-type")
    if not _url(fields).startswith(("http://", "https://")):
        return None
    if kind == "request":
        return _request(fields, block[:length], member)
    if kind == "metadata":
        return _failure(fields, block[:length], path)
    if kind == "conversion":
        return _rendered(fields, block[:length], member, path)
    return _response(fields, block[:length], member, path) if kind in {"response", "revisit"} else None


def _rendered(fields: Headers, block: bytes, member: GzipMember, path: Path) -> ResponseRecord:
    """A page as a browser rendered it: it is no server's response, so it has no HTTP method."""
    kind = _value(fields, "content-type") or ""
    record = StoredRecord(
        path=path,
        offset=member.offset,
        length=member.end - member.offset,
        url=_url(fields),
        status=200,
        headers=(("Content-Type", kind),),
        at=_date(fields, path),
        record_id=_value(fields, "warc-record-id") or "",
        digest=payload_digest(block),
        method=RENDERED,
    )
    return ResponseRecord(record=record, body=block, concurrent_to=frozenset())


def _failure(fields: Headers, block: bytes, path: Path) -> Failure | None:
    why = _value(_headers(b"\r\n" + block), FETCH_FAILED.lower())
    if why is None:
        return None
    unanswered = FailedRequest(url=_url(fields), at=_date(fields, path), reason=why)
    return Failure(record_id=_value(fields, "warc-record-id") or "", unanswered=unanswered)


def _request(fields: Headers, block: bytes, member: GzipMember) -> RequestRecord:
    head, body = _split(block)
    return RequestRecord(
        record_id=_value(fields, "warc-record-id") or "",
        method=head.split(b" ", 1)[0].decode("latin-1") or "GET",
        body=body,
        offset=member.offset,
        concurrent_to=_concurrent(fields),
    )


def _response(fields: Headers, block: bytes, member: GzipMember, path: Path) -> ResponseRecord:
    revisit = _value(fields, "warc-type") == "revisit"
    status, headers, body = _http(block, f"{path.name}: the response at byte {member.offset}", bare=revisit)
    stated = _value(fields, "warc-payload-digest") or ""
    record = StoredRecord(
        path=path,
        offset=member.offset,
        length=len(member.stored),
        url=_url(fields),
        status=status,
        headers=headers,
        at=_date(fields, path),
        record_id=_value(fields, "warc-record-id") or f"{path.name}:{member.offset}",
        digest=stated if revisit else payload_digest(body),
        refers_to=(_value(fields, "warc-refers-to") or "") if revisit else None,
        refers_to_place=_refers_to_place(fields),
    )
    return ResponseRecord(record=record, body=body, concurrent_to=_concurrent(fields))


def _http(block: bytes, name: str, *, bare: bool) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a response; a revisit may have none of them (``bare``)."""
    head, body = _split(block)
    status = _STATUS.match(head)
    if status is None and not (bare and not block.strip()):
        raise UnreadableCapture(f"{name} has no HTTP status line")
    headers = _headers(head)
    if (_value(headers, "transfer-encoding") or "").lower() == "chunked":
        body = _dechunked(body)
    kept = tuple(pair for pair in headers if pair[0].lower() != "transfer-encoding")
    return int(status[1]) if status else 200, kept, body


def _dechunked(body: bytes) -> bytes:
    """The body without chunks; unchanged if there are none (warcio keeps the header, wget the chunks)."""
    parts, at = [], 0
    while (size := _CHUNK.match(body, at)) is not None:
        length = int(size[1], 16)
        parts.append(body[size.end() : size.end() + length])
        at = size.end() + length + 2
        if not length:
            return b"".join(parts)
        if body[at - 2 : at] != b"\r\n":
            return body
    return body


def _split(block: bytes) -> tuple[bytes, bytes]:
    end = _END_OF_HEAD.search(block)
    return (block[: end.start()], block[end.end() :]) if end else (block, b"")


def _headers(head: bytes) -> Headers:
    """The ``Name: value`` lines after the first; a line that begins with a blank continues the one before."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()[1:]
    pairs = (line.partition(b":") for line in lines)
    return tuple((_text(name).strip(), _text(value).strip()) for name, colon, value in pairs if colon)


def _text(raw: bytes) -> str:
    """Header bytes are decoded as latin-1 where they are not UTF-8, so that no byte is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _value(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _url(fields: Headers) -> str:
    """The record's URL; wget 1.19 puts it in angle brackets."""
    return (_value(fields, "warc-target-uri") or "").strip("<>").replace(" ", "%20")


def _date(fields: Headers, path: Path) -> dt.datetime:
    stated = _value(fields, "warc-date") or ""
    try:
        at = dt.datetime.fromisoformat(stated)
    except ValueError as error:
        raise UnreadableCapture(f"{path.name}: WARC-Date {stated!r} is no date") from error
    return at.replace(tzinfo=at.tzinfo or dt.UTC).astimezone(dt.UTC)


def _concurrent(fields: Headers) -> frozenset[str]:
    return frozenset(value for name, value in fields if name.lower() == "warc-concurrent-to")


def _refers_to_place(fields: Headers) -> RecordLocation | None:
    file, offset = _value(fields, "warc-refers-to-filename"), _value(fields, "warc-refers-to-file-offset")
    return RecordLocation(file=file, offset=int(offset)) if file and offset and offset.isdecimal() else None


def payload_digest(body: bytes) -> str:
    """``sha1:BASE32`` as in WARC-Payload-Digest; of the body without transfer coding."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def mime(headers: Iterable[tuple[str, str]]) -> str | None:
    """The media type without its parameters, in lower case."""
    stated = (_value(headers, "content-type") or "").partition(";")[0].strip().lower()
    return stated or None
