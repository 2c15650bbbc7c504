"""Removes HTTP content codings, up to a limit of bytes: a gzip bomb is 58 KB."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping

import brotli  # type: ignore[import-untyped]  # ships no types
from backports import zstd

from policy.errors import UnreadableCapture

_BLOCK = 64 * 1024
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
