"""Files on their way from an answer to a record: read once in a child process, told by digest."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy.http import Request, Response

from config import Attachments
from crawler.enclosing import any_due, due
from crawler.visit import Visit
from pipelines.files import parent
from pipelines.files.said import Limits
from pipelines.items import Reading
from policy.errors import ArchiveError
from policy.records import Attachment, Capture, Fetched, FileText
from storage import captures, queries
from storage.files import HeldArticle, file_text, held_article

_AT_ONCE = 2
"""Children that read at the same time, however many portals' files come in."""

FILE = "file"
"""Set in the meta of a request for a file."""


class Files:
    """The files of one visit."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._held: dict[str, HeldArticle | None] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @property
    def _wanted(self) -> Attachments:
        return self._visit.config.attachments_of(self._visit.portal.slug)

    def due(self, item: Reading) -> tuple[Attachment, ...]:
        """Those of an article that are asked for tonight; asked before the article is saved."""
        if not self._wanted.enabled or not item.article.attachments:
            return ()
        key = item.article.key
        with self._visit.database.read() as session:
            self._held[key] = held_article(session, self._visit.portal.slug, key)
        return due(
            item.article,
            item.captures,
            self._held[key],
            kinds=self._wanted.kinds,
            recheck_days=self._wanted.recheck_days,
            now=max(capture.at for capture in item.captures),
        )

    def are_due(self, key: str) -> bool:
        """Whether a known article's files are looked at tonight, for which its page is needed."""
        if not self._wanted.enabled:
            return False
        with self._visit.database.read() as session:
            held = held_article(session, self._visit.portal.slug, key)
        return held is not None and any_due(
            held, recheck_days=self._wanted.recheck_days, now=self._visit.clock()
        )

    @property
    def meta(self) -> dict[str, Any]:
        """What marks a request for a file, with limits of its own."""
        return {
            FILE: True,
            "download_maxsize": self._wanted.max_bytes,
            "download_timeout": self._wanted.timeout,
        }

    # ------------------------------------------------------------ reading

    async def read(self, key: str, attachment: Attachment, response: Response, capture: Capture) -> Fetched:
        """The file as a record. What was read before by the reader of today is not read again."""
        content = self._known(capture.digest) or await self._read(response.body, attachment)
        before = self._before(key, attachment)
        return Fetched(
            attachment=attachment,
            at=capture.at,
            capture=capture,
            content=content,
            before=await self._again(before, attachment) if before and before != capture.digest else None,
        )

    async def _read(self, body: bytes, attachment: Attachment) -> FileText:
        name = attachment.url.partition("?")[0]
        async with self._turn:
            return await asyncio.to_thread(parent.read, body, name, self._limits)

    @property
    def _limits(self) -> Limits:
        wanted = self._wanted
        return Limits(
            seconds=wanted.read_seconds,
            memory_mb=wanted.read_memory_mb,
            pages=wanted.max_pages,
            characters=wanted.max_characters,
        )

    def lost(self, attachment: Attachment, request: Request, reason: str) -> Fetched:
        """A file that did not come, at the time of the answer that was none, or of giving up."""
        answer: Capture | None = request.meta.get("capture")
        at = answer.at if answer else request.meta.get("lost") or self._visit.clock()
        return Fetched(attachment=attachment, at=at, failed=reason)

    def _known(self, digest: str) -> FileText | None:
        with self._visit.database.read() as session:
            known = file_text(session, digest)
        return known if known and known.reader == parent.reader_version() else None

    def _before(self, key: str, attachment: Attachment) -> str | None:
        """The payload held until now, where another reader read it."""
        article = self._held.get(key)
        held = article.files.get(attachment.url) if article else None
        return held.digest if held and held.reader != parent.reader_version() else None

    async def _again(self, digest: str, attachment: Attachment) -> FileText | None:
        """What an older payload says to the reader of today; None when its capture is lost."""
        config = self._visit.config
        with self._visit.database.read() as session:
            capture = queries.first_capture(session, digest)
        if capture is None:
            return None
        try:
            payload = captures.payload(config.captures, capture, config.crawl.max_decoded_bytes)
        except ArchiveError:
            return None
        return await self._read(payload.body, attachment)


def is_file(request: Request) -> bool:
    """Whether a request is for a file."""
    return bool(request.meta.get(FILE))
