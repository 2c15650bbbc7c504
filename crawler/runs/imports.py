"""Importing pages and WARCs that a person saved: finds their portal and kind, and writes WARCs to replay.

A saved page becomes a WARC record like any response, marked with the name of its file, and is then processed
by a replay.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import zlib
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from attrs import evolve, field, frozen

from crawler import extraction
from crawler.pages.blocked_pages import refuse_bad
from crawler.pages.listings import canonical
from crawler.portal import Portal, Section
from crawler.portals import get, owner
from crawler.saved_pages import LIMIT, addressed, body_of, is_web
from crawler.urls import alike
from policy.errors import ArchiveError, NotHtml, PageError, Rejected
from policy.records import Payload
from storage.warc.reader import TornTail, scan
from storage.warc.record_parser import StoredRecord
from storage.warc.writer import CaptureWriter

_HEAD = 4096
_SAVED_FROM = re.compile(rb"<!-- saved from url=\((\d{4})\)(\S+) -->")
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url: (\S+)")
_MHTML = re.compile(
    rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE
)
_MAX_PARTS = 1000


@frozen(kw_only=True)
class SavedPage:
    """The page in a file, and when it was saved."""

    file: Path
    payload: Payload = field(repr=False)
    at: dt.datetime


def is_warc(path: Path) -> bool:
    """Whether a file is a WARC, judged by its content."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def read_saved_page(path: Path, url: str | None = None, *, limit: int = LIMIT) -> SavedPage:
    """The page in a file; raises PageError for a file without a page or without an address, OSError."""
    body = body_of(path, limit)
    payload = _mhtml(body) if _MHTML.match(body[:_HEAD]) else Payload(url="", body=body)
    if not is_web(url or payload.url):
        payload = _with_address(payload)
    page = Payload(url=url or payload.url, body=payload.body, content_type=payload.content_type)
    if url and not is_web(url):
        raise Rejected(f"{url!r} is not a web address", field="url")
    if not is_web(page.url):
        raise Rejected("the file does not contain its address: give it with --url", field="url")
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return SavedPage(file=path, payload=page, at=saved)


def _with_address(payload: Payload) -> Payload:
    """The payload with the address that the browser wrote into the file, else with its canonical link."""
    head = payload.body[:_HEAD]
    url = b""
    if match := _SAVED_FROM.search(head):
        url = match[2][: int(match[1])]
    elif match := _SINGLE_FILE.search(head):
        url = match[1]
    if url:
        return Payload(
            url=url.decode("utf-8", "replace"), body=payload.body, content_type=payload.content_type
        )
    return addressed(payload)


def _mhtml(body: bytes) -> Payload:
    """The page of an MHTML file (RFC 2557): its first HTML part."""
    try:
        whole = email.message_from_bytes(body, policy=email.policy.default)
        part = next(_pages(whole), None) if isinstance(whole, EmailMessage) else None
        content = part.get_payload(decode=True) if part else None
    except (RecursionError, LookupError, ValueError, AssertionError) as error:
        raise NotHtml(f"damaged MHTML: {error}") from None
    if part is None or not isinstance(content, bytes):
        raise NotHtml("MHTML without an HTML part")
    url = str(whole.get("Snapshot-Content-Location") or part.get("Content-Location") or "")
    charset = part.get_content_charset()
    kind = f"text/html; charset={charset}" if charset else "text/html"
    return Payload(url=url.strip(), body=content, content_type=kind)


def _pages(whole: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(whole.walk()):
        if number > _MAX_PARTS:
            return
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            yield part


MARK = "X-Polarchive-Import"
"""Header of a record that was made from a file; its value is the name of the file."""

Kind = Literal["listing", "article", "beside"]
"""``beside``: neither; it is used when a saved listing or article links to it."""


@frozen(kw_only=True)
class AcceptedFile:
    """An accepted file, or a record of one. ``flaw`` says why it cannot be read; it is stored anyway."""

    file: Path
    portal: str
    url: str
    kind: Kind
    flaw: str | None = None


@frozen(kw_only=True)
class RejectedFile:
    """A rejected file, and why."""

    file: Path
    reason: str


@frozen(kw_only=True)
class ImportPlan:
    """The content of some files: the accepted ones, the rejected ones, and the WARCs to replay by portal."""

    brought: tuple[AcceptedFile, ...] = ()
    refused: tuple[RejectedFile, ...] = ()
    warcs: tuple[tuple[str, tuple[Path, ...]], ...] = ()


def plan_import(
    files: Sequence[Path],
    folder: Path,
    *,
    packages: Sequence[str],
    portal: str | None = None,
    url: str | None = None,
    limit: int,
    now: dt.datetime,
) -> ImportPlan:
    """Examine files and write the pages among them to WARCs in ``folder``. An error in a file affects no
    other.

    Raises UnknownPortal.
    """
    only = get(portal, packages) if portal else None
    sorter = _FileSorter(folder=folder, packages=tuple(packages), only=only, limit=limit, now=now)
    results = [result for file in files for result in sorter.sort(file, url)]
    pages = [result for result in results if isinstance(result, _Page)]
    slugs = dict.fromkeys(page.brought.portal for page in pages)
    warcs = {slug: [sorter.write(slug, pages)] for slug in slugs}
    records = [result for result in results if isinstance(result, AcceptedFile)]
    for record in records:
        paths = warcs.setdefault(record.portal, [])
        paths += [record.file] if record.file not in paths else []
    return ImportPlan(
        brought=(*(page.brought for page in pages), *records),
        refused=tuple(result for result in results if isinstance(result, RejectedFile)),
        warcs=tuple((slug, tuple(paths)) for slug, paths in warcs.items()),
    )


@frozen(kw_only=True)
class _Page:
    """A saved page that is accepted."""

    brought: AcceptedFile
    page: SavedPage


@frozen(kw_only=True)
class _FileSorter:
    """Accepts or rejects files."""

    folder: Path
    packages: tuple[str, ...]
    only: Portal | None
    limit: int
    now: dt.datetime

    def sort(self, file: Path, url: str | None) -> Iterator[_Page | AcceptedFile | RejectedFile]:
        """The content of one file."""
        try:
            if is_warc(file):
                yield from self._warc(file)
            else:
                yield self._page(read_saved_page(file, url, limit=self.limit))
        except PageError as error:
            yield RejectedFile(file=file, reason=f"{error.reason}: {error}")
        except ArchiveError as error:
            yield RejectedFile(file=file, reason=str(error))
        except OSError as error:
            yield RejectedFile(file=file, reason=error.strerror or str(error))

    def _page(self, page: SavedPage) -> _Page | RejectedFile:
        portal = self.only or owner(page.payload.url, self.packages)
        if portal is None or not portal.owns(page.payload.url):
            whose = f"not a page of {self.only.slug}" if self.only else "of no known portal"
            return RejectedFile(file=page.file, reason=f"{page.payload.url} is {whose}")
        refuse_bad(page.payload, portal=portal.slug)
        kind, section = _kind(portal, page.payload.url)
        flaw = _flaw(portal, section, kind, page.payload)
        brought = AcceptedFile(file=page.file, portal=portal.slug, url=page.payload.url, kind=kind, flaw=flaw)
        return _Page(brought=brought, page=evolve(page, at=min(page.at, self.now)))

    def _warc(self, file: Path) -> Iterator[AcceptedFile | RejectedFile]:
        """The records of a WARC that belong to a portal; a WARC without any is rejected."""
        torn: list[TornTail] = []
        scanned = [self._record(record) for record in scan(file, torn=torn.append)]
        accepted = [record for record in scanned if record]
        yield from accepted
        yield from (
            RejectedFile(file=file, reason=f"{tail.message}; {tail.lost} bytes are not read") for tail in torn
        )
        if not accepted and not torn:
            whose = self.only.slug if self.only else "a known portal"
            yield RejectedFile(file=file, reason=f"no page of {whose} in it")

    def _record(self, record: StoredRecord) -> AcceptedFile | None:
        portal = self.only or owner(record.url, self.packages)
        if portal is None or not portal.owns(record.url):
            return None
        kind, _ = _kind(portal, record.url)
        return AcceptedFile(file=record.path, portal=portal.slug, url=record.url, kind=kind)

    def write(self, slug: str, pages: Sequence[_Page]) -> Path:
        """Write the pages of a portal to a WARC; returns its path."""
        about = {"description": "Pages that were saved manually, unchanged, each with the name of its file."}
        with CaptureWriter(self.folder, slug, "import", now=self.now, info=about) as writer:
            for accepted in (page for page in pages if page.brought.portal == slug):
                page = accepted.page
                payload = page.payload
                headers = [
                    ("Content-Type", payload.content_type or "text/html"),
                    (MARK, quote(page.file.name)),
                ]
                writer.write(url=payload.url, status=200, headers=headers, body=payload.body, at=page.at)
        return writer.path


def _kind(portal: Portal, url: str) -> tuple[Kind, Section | None]:
    section = next((s for s in portal.sections if alike(s.url) == alike(canonical(url))), None)
    if section:
        return "listing", section
    return ("article" if portal.key(url) else "beside"), None


def _flaw(portal: Portal, section: Section | None, kind: Kind, payload: Payload) -> str | None:
    """Why the page cannot be read; None if it can."""
    try:
        if section:
            extraction.read_listing(portal, section, payload, first=True, checked=True)
        elif kind == "article":
            extraction.read_page(portal, payload, checked=True)
    except PageError as error:
        return str(error)
    return None
