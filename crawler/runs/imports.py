"""Pages and WARCs saved by hand: whose they are, what they are, and a WARC to replay them from.

A saved page becomes a record like any answer, marked with the name of its file; from there on it takes
the way of a replay.
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


# ------------------------------------------------------------------ imports


MARK = "X-Polarchive-Import"
"""Header of a record that was made of a file; its value is the file's name."""

Kind = Literal["listing", "article", "beside"]
"""``beside``: neither; it is read where a saved listing or article leads to it."""


@frozen(kw_only=True)
class AcceptedFile:
    """A file, or a record of one, that is taken: its portal, its address, and what is wrong with it if it
    is kept and cannot be read."""

    file: Path
    portal: str
    url: str
    kind: Kind
    flaw: str | None = None


@frozen(kw_only=True)
class RejectedFile:
    """A file that is not taken, and why."""

    file: Path
    reason: str


@frozen(kw_only=True)
class ImportPlan:
    """What some files hold: what is taken, what is refused, and by portal the WARCs to replay."""

    brought: tuple[AcceptedFile, ...] = ()
    refused: tuple[RejectedFile, ...] = ()
    warcs: tuple[tuple[str, tuple[Path, ...]], ...] = ()


def unload(
    files: Sequence[Path],
    folder: Path,
    *,
    packages: Sequence[str],
    portal: str | None = None,
    url: str | None = None,
    limit: int,
    now: dt.datetime,
) -> ImportPlan:
    """See what the files hold; pages are put into WARCs in ``folder``. No file stops another.

    Raises UnknownPortal.
    """
    only = get(portal, packages) if portal else None
    desk = _Desk(folder=folder, packages=tuple(packages), only=only, limit=limit, now=now)
    found = [one for file in files for one in desk.sort(file, url)]
    pages = [one for one in found if isinstance(one, _Page)]
    warcs = {slug: [desk.write(slug, pages)] for slug in dict.fromkeys(one.brought.portal for one in pages)}
    records = [one for one in found if isinstance(one, AcceptedFile)]
    for one in records:
        paths = warcs.setdefault(one.portal, [])
        paths += [one.file] if one.file not in paths else []
    return ImportPlan(
        brought=(*(one.brought for one in pages), *records),
        refused=tuple(one for one in found if isinstance(one, RejectedFile)),
        warcs=tuple((slug, tuple(paths)) for slug, paths in warcs.items()),
    )


@frozen(kw_only=True)
class _Page:
    """A saved page that is taken."""

    brought: AcceptedFile
    page: SavedPage


@frozen(kw_only=True)
class _Desk:
    """Where files are looked at."""

    folder: Path
    packages: tuple[str, ...]
    only: Portal | None
    limit: int
    now: dt.datetime

    def sort(self, file: Path, url: str | None) -> Iterator[_Page | AcceptedFile | RejectedFile]:
        """What one file holds."""
        try:
            if is_warc(file):
                yield from self._warc(file)
            else:
                yield self._page(page_in(file, url, limit=self.limit))
        except PageError as error:
            yield RejectedFile(file=file, reason=f"{error.reason}: {error}")
        except ArchiveError as error:
            yield RejectedFile(file=file, reason=str(error))
        except OSError as error:
            yield RejectedFile(file=file, reason=error.strerror or str(error))

    def _page(self, page: SavedPage) -> _Page | RejectedFile:
        portal = self.only or owner(page.payload.url, self.packages)
        if portal is None or not portal.owns(page.payload.url):
            whose = f"no page of {self.only.slug}" if self.only else "of no portal that we know"
            return RejectedFile(file=page.file, reason=f"{page.payload.url} is {whose}")
        refuse_bad(page.payload, portal=portal.slug)
        kind, section = _kind(portal, page.payload.url)
        flaw = _flaw(portal, section, kind, page.payload)
        brought = AcceptedFile(file=page.file, portal=portal.slug, url=page.payload.url, kind=kind, flaw=flaw)
        return _Page(brought=brought, page=evolve(page, at=min(page.at, self.now)))

    def _warc(self, file: Path) -> Iterator[AcceptedFile | RejectedFile]:
        """What of a WARC is a portal's; nothing of it is a reason to refuse it."""
        torn: list[TornTail] = []
        found = [one for record in scan(file, torn=torn.append) if (one := self._record(record))]
        yield from found
        yield from (
            RejectedFile(file=file, reason=f"{one.message}; {one.lost} bytes are not read") for one in torn
        )
        if not found and not torn:
            whose = self.only.slug if self.only else "a portal that we know"
            yield RejectedFile(file=file, reason=f"no page of {whose} in it")

    def _record(self, record: StoredRecord) -> AcceptedFile | None:
        portal = self.only or owner(record.url, self.packages)
        if portal is None or not portal.owns(record.url):
            return None
        kind, _ = _kind(portal, record.url)
        return AcceptedFile(file=record.path, portal=portal.slug, url=record.url, kind=kind)

    def write(self, slug: str, pages: Sequence[_Page]) -> Path:
        """The pages of a portal as a WARC."""
        about = {"description": "Pages saved by hand, as they were saved; the name of its file is with each."}
        with CaptureWriter(self.folder, slug, "import", now=self.now, info=about) as writer:
            for one in (one for one in pages if one.brought.portal == slug):
                payload = one.page.payload
                headers = [
                    ("Content-Type", payload.content_type or "text/html"),
                    (MARK, quote(one.page.file.name)),
                ]
                writer.write(url=payload.url, status=200, headers=headers, body=payload.body, at=one.page.at)
        return writer.path


def _kind(portal: Portal, url: str) -> tuple[Kind, Section | None]:
    section = next((each for each in portal.sections if alike(each.url) == alike(canonical(url))), None)
    if section:
        return "listing", section
    return ("article" if portal.key(url) else "beside"), None


def _flaw(portal: Portal, section: Section | None, kind: Kind, payload: Payload) -> str | None:
    """Why the page will not be read; it is kept all the same."""
    try:
        if section:
            extraction.read_listing(portal, section, payload, first=True, checked=True)
        elif kind == "article":
            extraction.read_page(portal, payload, checked=True)
    except PageError as error:
        return str(error)
    return None
