"""Files on their way from an article to the archive: asked for one after the other, read once in a child
process, told by digest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from config import Attachments
from crawler import tally
from crawler.enclosing import Enclosing, any_due, due
from crawler.outcomes import NotSaved, reason
from crawler.requesting import Output, error_of, request, request_of, so_far_of
from crawler.visit import Visit
from pipelines.files import parent
from pipelines.files.said import Limits
from pipelines.items import Enclosure, Item, Read
from policy.errors import ArchiveError
from policy.files import FileText
from policy.records import Attachment, Capture, Fetched
from storage import captured, stored
from storage.files import HeldArticle, file_text, held_article

logger = logging.getLogger(__name__)

_AT_ONCE = 2
"""Children that read at the same time, however many portals' files come in."""

FILE = "file"
"""Set in the meta of a request for a file."""


class Files:
    """The files of one visit."""

    def __init__(self, visit: Visit, stats: StatsCollector) -> None:
        self._visit, self._stats = visit, stats
        self._held: dict[str, HeldArticle | None] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @property
    def _wanted(self) -> Attachments:
        return self._visit.config.attachments_of(self._visit.portal.slug)

    def due(self, item: Read) -> tuple[Attachment, ...]:
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

    # ------------------------------------------------------------ asking

    def ask(self, key: str, files: Sequence[Attachment]) -> Output:
        """Ask for files of a saved article."""
        return self._next(Enclosing(key=key, waiting=tuple(files)))

    def _next(self, so_far: Enclosing) -> Output:
        """Ask for the next file; hand them on when the last is there."""
        if so_far.waiting:
            url = so_far.waiting[0].url
            yield request(url, self.file, self.no_file, so_far, priority=5, meta=self._meta)
        elif so_far.fetched:
            yield Enclosure(key=so_far.key, files=so_far.fetched)

    @property
    def _meta(self) -> dict[str, Any]:
        """What marks a request for a file, with limits of its own."""
        return {
            FILE: True,
            "download_maxsize": self._wanted.max_bytes,
            "download_timeout": self._wanted.timeout,
        }

    async def file(self, response: Response, so_far: Enclosing) -> AsyncIterator[Request | Item]:
        """Read a file of an article."""
        offered, capture = so_far.waiting[0], response.meta["capture"]
        fetched = await self._fetched(so_far.key, offered, response, capture)
        if fetched.content and fetched.content.status in {"encrypted", "unreadable", "too_large"}:
            logger.warning("%s: %s: not read: %s", so_far.key, offered.url, fetched.content.note)
            self._stats.inc_value(f"{tally.FAILED}attachment_{fetched.content.status}")
        for each in self._next(so_far.with_next(fetched)):
            yield each

    def no_file(self, failure: Failure) -> Output:
        """A file could not be fetched: counted, noted with its attachment, and nothing else."""
        so_far, error = so_far_of(failure), error_of(failure)
        if isinstance(error, NotSaved):
            self._stats.inc_value(tally.MISSING + "file")
            yield from self._next(so_far.with_next(None))
            return
        offered = so_far.waiting[0]
        logger.info("%s: %s: not fetched: %s", so_far.key, offered.url, error)
        self._stats.inc_value(f"{tally.FAILED}attachment_{reason(error)}")
        lost = self._lost(offered, request_of(failure), reason(error))
        yield from self._next(so_far.with_next(lost))

    # ------------------------------------------------------------ reading

    async def _fetched(
        self, key: str, attachment: Attachment, response: Response, capture: Capture
    ) -> Fetched:
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

    def _lost(self, attachment: Attachment, request: Request, reason: str) -> Fetched:
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
            capture = captured.first_capture(session, digest)
        if capture is None:
            return None
        try:
            payload = stored.payload(config.captures, capture, config.crawl.max_decoded_bytes)
        except ArchiveError:
            return None
        return await self._read(payload.body, attachment)


def is_file(request: Request) -> bool:
    """Whether a request is for a file."""
    return bool(request.meta.get(FILE))
