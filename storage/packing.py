"""Records of WARC (ISO 28500) as bytes, one gzip member each, and the heads of HTTP in them."""

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping
from http.client import responses
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.warcwriter import WARCWriter

from policy.records import Capture

Fields = Iterable[tuple[str | bytes, str | bytes]]

_LEVEL = 6  # warcio's fixed 9 costs a quarter more time for one per cent of the bytes


class _Head:
    """The head of an HTTP message, written as it is: warcio would percent-encode what is not ASCII."""

    def __init__(self, block: bytes) -> None:
        self.headers_buff = block

    def compute_headers_buffer(self, _filter: object = None) -> None:
        """Nothing to compute."""


def packed(kind: str, url: str, fields: Mapping[str, str], head: bytes | None, body: bytes) -> bytes:
    """One record as a gzip member; ``head`` is that of an HTTP message, if it is one."""
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
    """The record at the beginning of a file."""

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


def named(at: dt.datetime, ip: str | None = None) -> dict[str, str]:
    """When something was fetched, and the name of its record."""
    address = {"WARC-IP-Address": ip} if ip else {}
    record_id = f"<urn:uuid:{uuid.uuid4()}>"
    return {"WARC-Date": _warc_date(at), "WARC-Record-ID": record_id, **address}


def refers_to(original: Capture, digest: str) -> dict[str, str]:
    """The last two are Heritrix's: with them a revisit is resolved without any index."""
    return {
        "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC-Payload-Digest": digest,
        "WARC-Refers-To": original.record_id,
        "WARC-Refers-To-Target-URI": original.url,
        "WARC-Refers-To-Date": _warc_date(original.at),
        "WARC-Refers-To-Filename": original.file,
        "WARC-Refers-To-File-Offset": str(original.offset),
    }


def concurrent(response: Mapping[str, str]) -> dict[str, str]:
    """The fields of the request that belongs to a record."""
    return {
        "WARC-Date": response["WARC-Date"],
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Concurrent-To": response["WARC-Record-ID"],
    }


def asking(method: str, url: str, headers: Fields) -> bytes:
    """The head of a request."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = (b"Host", parts.netloc.encode())
    return _lines(f"{method} {target} HTTP/1.1", [host, *kept_headers(headers, dropping=b"host")])


def answering(protocol: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The head of an answer."""
    return _lines(f"{_http(protocol)} {status} {responses.get(status, '')}".rstrip(), headers)


def kept_headers(headers: Fields, *, dropping: bytes = b"transfer-encoding") -> list[tuple[bytes, bytes]]:
    """All headers, each in one line, but one."""
    pairs = [(_one_line(name), _one_line(value)) for name, value in headers]
    return [(name, value) for name, value in pairs if name.lower() != dropping]


def _lines(first: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([_one_line(first), *(name + b": " + value for name, value in headers), b"", b""])


def _http(protocol: str) -> str:
    """HTTP/2 has no head in text; readers of WARC know that of HTTP/1.1."""
    return protocol if protocol.startswith("HTTP/") else "HTTP/1.1"


def _one_line(value: str | bytes) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode()
    return b" ".join(raw.splitlines()).strip()


def _warc_date(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
