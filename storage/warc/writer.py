"""Writes the WARC file of a run (ISO 28500): every response is stored before anything parses it.

One new file per run, one gzip member per record; later runs never append. A payload that is already stored
becomes a ``revisit`` record that refers to the first.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping
from http.client import responses
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from warcio.warcwriter import WARCWriter

from policy.records import Capture
from storage.warc.reader import FindPayload, capture_with_body, request_bytes, stored_bytes
from storage.warc.record_parser import FETCH_FAILED, StoredRecord, mime, payload_digest

Fields = Iterable[tuple[str | bytes, str | bytes]]

_LEVEL = 6  # warcio's fixed 9 costs a quarter more time for one per cent of the bytes


class _Head:
    """The head of an HTTP message, written unchanged: warcio would percent-encode non-ASCII characters."""

    def __init__(self, block: bytes) -> None:
        self.headers_buff = block

    def compute_headers_buffer(self, _filter: object = None) -> None:
        """Nothing to compute."""


def pack_record(kind: str, url: str, fields: Mapping[str, str], head: bytes | None, body: bytes) -> bytes:
    """A record as a gzip member; ``head`` is the head of an HTTP message, if it is one."""
    return _pack(
        lambda writer: writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            http_headers=None if head is None else _Head(head),
            warc_headers_dict=dict(fields),
        )
    )


def warcinfo(name: str, at: dt.datetime, info: Mapping[str, str]) -> bytes:
    """The first record of a file."""

    def create(writer: Any) -> Any:
        record = writer.create_warcinfo_record(name, info)
        record.rec_headers.replace_header("WARC-Date", _warc_date(at))
        return record

    return _pack(create)


def _pack(create: Callable[[Any], Any]) -> bytes:
    plain = BytesIO()
    writer = WARCWriter(plain, gzip=False, warc_version="1.1")
    writer.write_record(create(writer))
    return zlib.compress(plain.getvalue(), _LEVEL, wbits=31)


def record_fields(at: dt.datetime, ip: str | None = None) -> dict[str, str]:
    """The date and id of a new record."""
    address = {"WARC-IP-Address": ip} if ip else {}
    record_id = f"<urn:uuid:{uuid.uuid4()}>"
    return {"WARC-Date": _warc_date(at), "WARC-Record-ID": record_id, **address}


def revisit_fields(original: Capture, digest: str) -> dict[str, str]:
    """The fields of a revisit record. The last two are Heritrix's: with them a revisit is resolved without
    an index."""
    return {
        "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC-Payload-Digest": digest,
        "WARC-Refers-To": original.record_id,
        "WARC-Refers-To-Target-URI": original.url,
        "WARC-Refers-To-Date": _warc_date(original.at),
        "WARC-Refers-To-Filename": original.file,
        "WARC-Refers-To-File-Offset": str(original.offset),
    }


def request_fields(response: Mapping[str, str]) -> dict[str, str]:
    """The fields of the request record that belongs to a response record."""
    return {
        "WARC-Date": response["WARC-Date"],
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Concurrent-To": response["WARC-Record-ID"],
    }


def request_head(method: str, url: str, headers: Fields) -> bytes:
    """The head of a request."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = (b"Host", parts.netloc.encode())
    return _lines(f"{method} {target} HTTP/1.1", [host, *stored_headers(headers, dropping=b"host")])


def response_head(protocol: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The head of a response."""
    return _lines(f"{_http(protocol)} {status} {responses.get(status, '')}".rstrip(), headers)


def stored_headers(headers: Fields, *, dropping: bytes = b"transfer-encoding") -> list[tuple[bytes, bytes]]:
    """All headers but one, each on a single line."""
    pairs = [(_one_line(name), _one_line(value)) for name, value in headers]
    return [(name, value) for name, value in pairs if name.lower() != dropping]


def _lines(first: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([_one_line(first), *(name + b": " + value for name, value in headers), b"", b""])


def _http(protocol: str) -> str:
    """The protocol in the head: HTTP/2 has no text form, and WARC readers know that of HTTP/1.1."""
    return protocol if protocol.startswith("HTTP/") else "HTTP/1.1"


def _one_line(value: str | bytes) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode()
    return b" ".join(raw.splitlines()).strip()


def _warc_date(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


_ABOUT = {
    "software": "Polarchive",
    "format": "WARC File Format 1.1",
    "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    "description": (
        "Bodies are as received, before content decoding, after transfer decoding. Not byte-exact: the "
        "reason phrase is that of the status code, header names are in canonical case, the order of "
        "different headers may differ, Transfer-Encoding is left out; a request record states method, "
        "address and body, not every header sent."
    ),
}


class CaptureWriter:
    """Writes one run's WARC file; when ``write`` returns, the record is with the operating system."""

    def __init__(
        self,
        root: Path,
        slug: str,
        run_id: int | str,
        *,
        now: dt.datetime,
        find_payload: FindPayload = lambda digest: None,
        info: Mapping[str, str] | None = None,
    ) -> None:
        utc = now.astimezone(dt.UTC)
        self.file = f"{utc:%Y/%m}/{slug}-{utc:%Y%m%dT%H%M%SZ}-{run_id}.warc.gz"
        self.path = root / self.file
        self._root = root
        self._find_payload = find_payload
        self._own: dict[str, Capture] = {}
        self._copied: dict[tuple[str, str], Capture] = {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self.path.open("xb", buffering=0)
        self._synced_folder = False
        self._append(warcinfo(self.path.name, utc, {**_ABOUT, **(info or {})}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(
        self,
        *,
        url: str,
        status: int,
        headers: Fields,
        body: bytes,
        at: dt.datetime,
        method: str = "GET",
        request_headers: Fields = (),
        request_body: bytes = b"",
        ip: str | None = None,
        protocol: str = "HTTP/1.1",
    ) -> Capture:
        """Store a response and its request; ``body`` is as received, before content decoding."""
        digest = payload_digest(body)
        http_headers = stored_headers(headers)
        head = response_head(protocol, status, http_headers)
        fields = record_fields(at, ip)
        original = self._original(digest) if body else None
        if original is None:
            record = pack_record("response", url, fields, head, body)
        else:
            record = pack_record("revisit", url, fields | revisit_fields(original, digest), head, b"")
        request = pack_record(
            "request", url, request_fields(fields), request_head(method, url, request_headers), request_body
        )
        offset = self._append(record + request)
        capture = Capture(
            url=url,
            at=at,
            status=status,
            file=self.file,
            offset=offset,
            length=len(record),
            digest=digest,
            record_id=fields["WARC-Record-ID"],
            mime=mime((name.decode("latin-1"), value.decode("latin-1")) for name, value in http_headers),
        )
        if original is None:
            self._own.setdefault(digest, capture)
        return capture

    def convert(self, *, url: str, body: bytes, kind: str, at: dt.datetime) -> Capture:
        """Store a page as a browser rendered it from responses stored before."""
        fields = record_fields(at) | {"Content-Type": kind, "WARC-Block-Digest": payload_digest(body)}
        record = pack_record("conversion", url, fields, None, body)
        return Capture(
            url=url,
            at=at,
            status=200,
            file=self.file,
            offset=self._append(record),
            length=len(record),
            digest=payload_digest(body),
            record_id=fields["WARC-Record-ID"],
            mime=mime([("content-type", kind)]),
        )

    def fail(
        self,
        *,
        url: str,
        reason: str,
        at: dt.datetime,
        method: str = "GET",
        request_headers: Fields = (),
        request_body: bytes = b"",
    ) -> None:
        """Store a request that got no response, and the reason: a metadata record beside the request."""
        block = f"{FETCH_FAILED}: {reason}\r\n".encode()
        fields = record_fields(at) | {"Content-Type": "application/warc-fields"}
        head = request_head(method, url, request_headers)
        self._append(
            pack_record("metadata", url, fields, None, block)
            + pack_record("request", url, request_fields(fields), head, request_body)
        )

    def copy(self, record: StoredRecord) -> Capture:
        """Copy a record of another archive unchanged, with its request; repeated calls copy it once.

        A revisit is copied as it is: copy (and record) the record it refers to as well.
        """
        name = (record.record_id, record.digest)
        if name not in self._copied:
            response = stored_bytes(record)
            offset = self._append(response + request_bytes(record))
            self._copied[name] = record.capture(self.file, offset=offset, length=len(response))
        return self._copied[name]

    def sync(self) -> None:
        """Make everything written survive a power cut: the file, and once its entry in the folder."""
        os.fsync(self._stream.fileno())
        if not self._synced_folder:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            self._synced_folder = True

    def close(self) -> None:
        """Sync and close; a second call does nothing."""
        if not self._stream.closed:
            self.sync()
            self._stream.close()

    def _original(self, digest: str) -> Capture | None:
        """The capture that a revisit may refer to. Its record is read, so that no payload is dropped in
        favour of a missing one."""
        if digest not in self._own and (capture := self._find_payload(digest)) is not None:
            stored = capture_with_body(self._root, capture)
            if stored is not None and stored.digest == digest:
                self._own[digest] = stored
        return self._own.get(digest)

    def _append(self, stored: bytes) -> int:
        """Write all of it or nothing: records after a torn one could not be read again."""
        offset = self._stream.tell()
        rest = memoryview(stored)
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
        except BaseException:
            self._stream.truncate(offset)
            self._stream.seek(offset)
            raise
        return offset
