"""Pages that somebody saved with a browser: one file, its page and the address it was saved from.

The address is told, else written into the file by the browser (``saved from url=``, SingleFile, MHTML's
Content-Location), else the page's own canonical link.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from attrs import field, frozen

from crawler.extract import LIMIT, addressed, body_of, is_web
from policy.errors import NotHtml, Rejected
from policy.records import Payload

_HEAD = 4096
_SAVED_FROM = re.compile(rb"<!-- saved from url=\((\d{4})\)(\S+) -->")
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url: (\S+)")
_MHTML = re.compile(
    rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE
)
_MOST_PARTS = 1000


@frozen(kw_only=True)
class SavedPage:
    """One page of a file, and when it was saved."""

    file: Path
    payload: Payload = field(repr=False)
    at: dt.datetime


def is_warc(path: Path) -> bool:
    """Whether a file is a WARC, whatever its name."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def page_in(path: Path, url: str | None = None, *, limit: int = LIMIT) -> SavedPage:
    """The page in a file; raises PageError for what is none or has no address, OSError."""
    body = body_of(path, limit)
    payload = _mhtml(body) if _MHTML.match(body[:_HEAD]) else Payload(url="", body=body)
    if not is_web(url or payload.url):
        payload = _with_address(payload)
    found = Payload(url=url or payload.url, body=payload.body, content_type=payload.content_type)
    if url and not is_web(url):
        raise Rejected(f"{url!r} is no web address", field="url")
    if not is_web(found.url):
        raise Rejected("it does not say where it was saved from: give its address with --url", field="url")
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return SavedPage(file=path, payload=found, at=saved)


def _with_address(payload: Payload) -> Payload:
    """The payload with the address that the browser wrote, else with its canonical link."""
    head = payload.body[:_HEAD]
    url = b""
    if found := _SAVED_FROM.search(head):
        url = found[2][: int(found[1])]
    elif found := _SINGLE_FILE.search(head):
        url = found[1]
    if url:
        return Payload(
            url=url.decode("utf-8", "replace"), body=payload.body, content_type=payload.content_type
        )
    return addressed(payload)


def _mhtml(body: bytes) -> Payload:
    """The page of a web archive in one file (RFC 2557): its first part that is HTML."""
    try:
        whole = email.message_from_bytes(body, policy=email.policy.default)
        part = next(_pages(whole), None) if isinstance(whole, EmailMessage) else None
        content = part.get_payload(decode=True) if part else None
    except (RecursionError, LookupError, ValueError, AssertionError) as error:
        raise NotHtml(f"damaged MHTML: {error}") from None
    if part is None or not isinstance(content, bytes):
        raise NotHtml("MHTML without a page in it")
    told = str(whole.get("Snapshot-Content-Location") or part.get("Content-Location") or "")
    charset = part.get_content_charset()
    kind = f"text/html; charset={charset}" if charset else "text/html"
    return Payload(url=told.strip(), body=content, content_type=kind)


def _pages(whole: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(whole.walk()):
        if number > _MOST_PARTS:
            return
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            yield part
