"""Unpack WARC files record by record, and responses from their HTTP content codings, within limits.

The borders of records are found by our own code, because warcio returns a record that was cut off without
an error, even with digests checked, and cannot read past the torn end that a killed run leaves behind. A
content coding is removed up to a limit of bytes: a gzip bomb is 58 KB.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import brotli  # type: ignore[import-untyped]  # ships no types
from attrs import field, frozen
from backports import zstd

from policy.errors import TornCapture, UnreadableCapture

MAX_RECORD = 512 * 1024 * 1024
"""A record that unpacks to more is refused: no crawl of pages stores one, so it is a decompression bomb."""

GZIP = b"\x1f\x8b"
_BLOCK = 64 * 1024
_CONTENT_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)


@frozen(kw_only=True)
class GzipMember:
    """A record in its file: the ``stored`` bytes, and the ``record`` unpacked."""

    offset: int
    stored: bytes = field(repr=False)
    record: bytes = field(repr=False)

    @property
    def end(self) -> int:
        """The offset of the next record."""
        return self.offset + len(self.stored)


def members(stream: BinaryIO, name: str) -> Iterator[GzipMember]:
    """The records of a WARC file, compressed or plain, in order.

    Raises TornCapture where the file ends inside a record (all before it have been yielded),
    UnreadableCapture if it does not begin as a WARC file.
    """
    offset = 0
    while (member := member_at(stream, offset, name)) is not None:
        yield member
        offset = member.end


def member_at(stream: BinaryIO, offset: int, name: str) -> GzipMember | None:
    """The record at ``offset``; None if the file ends there."""
    stream.seek(offset)
    start = stream.read(2)
    stream.seek(offset)
    if not start:
        return None
    if start == GZIP[: len(start)]:
        return _packed(stream, offset, name)
    return _plain(stream, offset, name)


def cut_torn(path: Path) -> int:
    """Truncate a file after its last complete record; returns the number of bytes removed."""
    with path.open("r+b") as stream:
        good = _last_good(stream, path.name)
        removed = path.stat().st_size - good
        if removed:
            stream.truncate(good)
            os.fsync(stream.fileno())
    return removed


def _last_good(stream: BinaryIO, name: str) -> int:
    end = 0
    try:
        for member in members(stream, name):
            end = member.end
    except TornCapture:
        pass
    return end


def _packed(stream: BinaryIO, offset: int, name: str) -> GzipMember:
    stored: list[bytes] = []
    record: list[bytes] = []
    unpacker, size = zlib.decompressobj(31), 0
    while not unpacker.eof:
        chunk = stream.read(_BLOCK)
        if not chunk:
            raise _torn(b"".join(record), offset, name)
        try:
            record.append(unpacker.decompress(chunk, MAX_RECORD + 1 - size))
        except zlib.error as error:
            raise _torn(b"".join(record) or b"damaged", offset, name) from error
        stored.append(chunk[: len(chunk) - len(unpacker.unused_data)])
        size += len(record[-1])
        if size > MAX_RECORD:
            raise UnreadableCapture(f"{name}: the record at byte {offset} is larger than {MAX_RECORD} bytes")
    if not record[0].startswith(b"WARC/"):
        raise _torn(record[0] or b"empty", offset, name)
    return GzipMember(offset=offset, stored=b"".join(stored), record=b"".join(record))


def _plain(stream: BinaryIO, offset: int, name: str) -> GzipMember:
    head = _head(stream)
    length = _CONTENT_LENGTH.search(head)
    if not head.endswith((b"\n\n", b"\n\r\n")) or length is None:
        raise _torn(head, offset, name)
    if int(length[1]) > MAX_RECORD:
        raise UnreadableCapture(f"{name}: the record at byte {offset} is larger than {MAX_RECORD} bytes")
    block = stream.read(int(length[1]))
    if len(block) < int(length[1]):
        raise _torn(head, offset, name)
    stored = head + block + _blank_lines(stream)
    return GzipMember(offset=offset, stored=stored, record=head + block + b"\r\n\r\n")


def _head(stream: BinaryIO) -> bytes:
    lines = [stream.readline(_BLOCK)]
    while lines[-1].strip() and lines[0].startswith(b"WARC/"):
        lines.append(stream.readline(_BLOCK))
    return b"".join(lines)


def _blank_lines(stream: BinaryIO) -> bytes:
    here, blank = stream.tell(), b""
    while (line := stream.readline(_BLOCK)) and not line.strip():
        blank += line
        here = stream.tell()
    stream.seek(here)
    return blank


def _torn(begun: bytes, offset: int, name: str) -> TornCapture | UnreadableCapture:
    """The error for a torn record; at the start of a file, data that does not look like a WARC record is
    no WARC file."""
    if offset == 0 and begun[:5] != b"WARC/"[: len(begun)]:
        return UnreadableCapture(f"{name}: not a WARC")
    return TornCapture(f"{name}: the record at byte {offset} is cut off or damaged")


# ------------------------------------------------------------------ content codings


_MAX_MEMBERS = 64
_SLACK = 1024  # what is coded twice may be larger in between


def decode(headers: Iterable[tuple[str, str]], body: bytes, limit: int) -> bytes:
    """The body with its Content-Encoding removed, at most ``limit`` bytes of it.

    Raises UnreadableCapture if it is larger, cut off, or in an unknown coding.
    """
    for coding in reversed(codings(headers)):
        if coding not in _DECODERS:
            raise UnreadableCapture(f"content coding {coding!r} is unknown")
        body = _undo(coding, body, limit + _SLACK)
    if len(body) > limit:
        raise UnreadableCapture(f"larger than {limit} bytes")
    return body


def codings(headers: Iterable[tuple[str, str]]) -> list[str]:
    """The codings in Content-Encoding, in the order in which they were applied."""
    values = [value for name, value in headers if name.lower() == "content-encoding"]
    names = [part.strip().lower() for part in ",".join(values).split(",")]
    return [name for name in names if name not in {"", "identity"}]


def _undo(coding: str, body: bytes, limit: int) -> bytes:
    if not body:
        return body
    try:
        return _DECODERS[coding](body, limit)
    except (zlib.error, zstd.ZstdError, brotli.error) as error:
        raise UnreadableCapture(f"broken {coding} data: {error}") from error


def _gzip(body: bytes, limit: int) -> bytes:
    if body[:2] != b"\x1f\x8b":  # decoded before it was saved; warcio reads such records the same way
        return body
    decoded = b""
    for _ in range(_MAX_MEMBERS):
        if body[:2] != b"\x1f\x8b":  # what follows the last member is padding, as in gunzip
            break
        unpacker = zlib.decompressobj(31)
        decoded += _inflate(unpacker, body, limit - len(decoded))
        body = unpacker.unused_data
    return decoded


def _deflate(body: bytes, limit: int) -> bytes:
    """Servers send both zlib and raw deflate streams under this name."""
    try:
        return _inflate(zlib.decompressobj(), body, limit)
    except zlib.error:
        return _inflate(zlib.decompressobj(-zlib.MAX_WBITS), body, limit)


def _inflate(unpacker: zlib._Decompress, body: bytes, limit: int) -> bytes:
    decoded = unpacker.decompress(body, max(limit, 0) + 1)
    return _whole(decoded, limit, finished=unpacker.eof)


def _brotli(body: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    decoded = unpacker.process(body, output_buffer_limit=_BLOCK)
    parts, size = [decoded], len(decoded)
    while decoded and size <= limit and not unpacker.is_finished():
        decoded = unpacker.process(b"", output_buffer_limit=_BLOCK)
        parts.append(decoded)
        size += len(decoded)
    return _whole(b"".join(parts), limit, finished=unpacker.is_finished())


def _zstd(body: bytes, limit: int) -> bytes:
    unpacker = zstd.ZstdDecompressor()
    decoded = unpacker.decompress(body, limit + 1)
    return _whole(decoded, limit, finished=unpacker.eof)


def _whole(decoded: bytes, limit: int, *, finished: bool) -> bytes:
    if len(decoded) > limit:
        raise UnreadableCapture(f"larger than {limit - _SLACK} bytes")
    if not finished:
        raise UnreadableCapture("the encoded body is cut off")
    return decoded


_DECODERS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
