"""The WARC file of a run (ISO 28500): every fetch is kept before anybody reads it.

One new file a run, one gzip member a record, never appended to by a later run. A payload that
is already held is kept as a ``revisit`` record that refers to the first.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from policy.records import Capture
from storage.packing import (
    Fields,
    answering,
    asking,
    concurrent,
    kept_headers,
    named,
    packed,
    refers_to,
    warcinfo,
)
from storage.scanning import request_bytes, stored_bytes
from storage.stored import Known, holder
from storage.warc import FETCH_FAILED, StoredRecord, mime, payload_digest

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
    """Writes one run's WARC file; each record is with the operating system when ``write`` returns."""

    def __init__(
        self,
        root: Path,
        slug: str,
        run_id: int | str,
        *,
        now: dt.datetime,
        known: Known = lambda digest: None,
        info: Mapping[str, str] | None = None,
    ) -> None:
        utc = now.astimezone(dt.UTC)
        self.file = f"{utc:%Y/%m}/{slug}-{utc:%Y%m%dT%H%M%SZ}-{run_id}.warc.gz"
        self.path = root / self.file
        self._root = root
        self._known = known
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
        """Keep one answer and the request it answers; ``body`` as received, before content decoding."""
        digest = payload_digest(body)
        kept = kept_headers(headers)
        head = answering(protocol, status, kept)
        fields = named(at, ip)
        original = self._original(digest) if body else None
        if original is None:
            record = packed("response", url, fields, head, body)
        else:
            record = packed("revisit", url, fields | refers_to(original, digest), head, b"")
        asked = packed("request", url, concurrent(fields), asking(method, url, request_headers), request_body)
        offset = self._append(record + asked)
        capture = Capture(
            url=url,
            at=at,
            status=status,
            file=self.file,
            offset=offset,
            length=len(record),
            digest=digest,
            record_id=fields["WARC-Record-ID"],
            mime=mime((name.decode("latin-1"), value.decode("latin-1")) for name, value in kept),
        )
        if original is None:
            self._own.setdefault(digest, capture)
        return capture

    def convert(self, *, url: str, body: bytes, kind: str, at: dt.datetime) -> Capture:
        """Keep a page as a browser made it of the answers kept before."""
        fields = named(at) | {"Content-Type": kind, "WARC-Block-Digest": payload_digest(body)}
        record = packed("conversion", url, fields, None, body)
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
        """Keep that a request got no answer, and why: a metadata record beside the request."""
        block = f"{FETCH_FAILED}: {reason}\r\n".encode()
        fields = named(at) | {"Content-Type": "application/warc-fields"}
        asked = asking(method, url, request_headers)
        self._append(
            packed("metadata", url, fields, None, block)
            + packed("request", url, concurrent(fields), asked, request_body)
        )

    def copy(self, record: StoredRecord) -> Capture:
        """Take over a record of another archive unchanged, its request too; once, however often asked.

        A revisit is copied as it is: copy (and record) what it refers to as well.
        """
        name = (record.record_id, record.digest)
        if name not in self._copied:
            response = stored_bytes(record)
            offset = self._append(response + request_bytes(record))
            self._copied[name] = record.capture(self.file, offset=offset, length=len(response))
        return self._copied[name]

    def sync(self) -> None:
        """Make what was written survive a power cut: the file, and once its place in the folder."""
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
        """What a revisit may refer to: looked at, so that no payload is given up for one that is lost."""
        if digest not in self._own and (capture := self._known(digest)) is not None:
            held = holder(self._root, capture)
            if held is not None and held.digest == digest:
                self._own[digest] = held
        return self._own.get(digest)

    def _append(self, stored: bytes) -> int:
        """Write all of it or nothing: what follows a torn record could never be read again."""
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
