"""Files on their way from an article to the archive: asked for one after the other, read once in a child
process, told by digest."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, frozen
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from config import AttachmentsConfig
from crawler.fetching.fetch_errors import NotSaved, reason
from crawler.fetching.request_meta import Output, error_of, request, request_of, so_far_of
from crawler.runs import statistics
from crawler.runs.context import RunContext
from pipelines.attachments import bounded_reader
from pipelines.attachments.formats import Limits, suffix_of
from pipelines.items import AttachmentBatch, ExtractedArticle, Item
from policy.errors import ArchiveError
from policy.records import Article, Attachment, Capture, Fetched
from policy.records.content import FileText
from policy.rules.identity import content_hash
from storage.articles import captures
from storage.articles.attachments import ArticleAttachments, StoredAttachment, article_attachments, file_text
from storage.warc import reader

logger = logging.getLogger(__name__)

MOST_FILES = 100
"""Of one article."""
_LONGEST = 30
"""Days after which a file that failed, or never changed, is asked for again all the same."""


@frozen(kw_only=True)
class AttachmentFetch:
    """The files of an article that is saved already: those still to be asked for, and those that came."""

    key: str
    waiting: tuple[Attachment, ...]
    fetched: tuple[Fetched, ...] = ()

    def with_next(self, fetched: Fetched | None) -> AttachmentFetch:
        """The same when the first that waits is done; None where nothing can be said of it."""
        came = (fetched,) if fetched else ()
        return evolve(self, waiting=self.waiting[1:], fetched=(*self.fetched, *came))


def due(
    article: Article,
    captures: Iterable[Capture],
    held: ArticleAttachments | None,
    *,
    kinds: Collection[str],
    recheck_days: float,
    now: dt.datetime,
) -> tuple[Attachment, ...]:
    """The files to ask for: all of an article that is new or says other words, else those that are due.

    A file of a page that was touched (other bytes, same words) is asked for again at once, and each
    time it turns out to be the same twice as late; one that failed likewise. That of an untouched page
    waits ``recheck_days``, and a quarter of its article's age in the archive where that is longer.
    """
    wanted = [file for file in article.attachments if _is_wanted(file, kinds)][:MOST_FILES]
    touched = held is None or tuple(capture.digest for capture in captures) != held.digests
    if held is None or (touched and content_hash(article) not in held.hashes):
        return tuple(wanted)
    rest = max(dt.timedelta(days=recheck_days), (now - held.since) / 4)
    return tuple(
        file for file in wanted if _is_due(held.files.get(file.url), touched=touched, rest=rest, now=now)
    )


def any_due(held: ArticleAttachments, *, recheck_days: float, now: dt.datetime) -> bool:
    """Whether a file of an untouched page may be asked for; where none ever was, its page tells."""
    rest = max(dt.timedelta(days=recheck_days), (now - held.since) / 4)
    files = held.files.values()
    return not files or any(_is_due(file, touched=False, rest=rest, now=now) for file in files)


def _is_wanted(file: Attachment, kinds: Collection[str]) -> bool:
    try:
        parts = urlsplit(file.url)
    except ValueError:
        return False
    suffix = suffix_of(file.url) or suffix_of(file.name)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and suffix in kinds


def _is_due(held: StoredAttachment | None, *, touched: bool, rest: dt.timedelta, now: dt.datetime) -> bool:
    if held is None:
        return True
    doubling = dt.timedelta(days=min(2 ** max(held.unchanged - 1, 0) - 1, _LONGEST))
    return now - held.checked >= (doubling if touched or held.failed else rest)


# ------------------------------------------------------------------ attachment requests


_AT_ONCE = 2
"""Children that read at the same time, however many portals' files come in."""

FILE = "file"
"""Set in the meta of a request for a file."""


class AttachmentRequests:
    """The files of one run."""

    def __init__(self, context: RunContext, stats: StatsCollector) -> None:
        self._context, self._stats = context, stats
        self._held: dict[str, ArticleAttachments | None] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @property
    def _wanted(self) -> AttachmentsConfig:
        return self._context.config.attachments_of(self._context.portal.slug)

    def due(self, item: ExtractedArticle) -> tuple[Attachment, ...]:
        """Those of an article that are asked for tonight; asked before the article is saved."""
        if not self._wanted.enabled or not item.article.attachments:
            return ()
        key = item.article.key
        with self._context.database.read() as session:
            self._held[key] = article_attachments(session, self._context.portal.slug, key)
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
        with self._context.database.read() as session:
            held = article_attachments(session, self._context.portal.slug, key)
        return held is not None and any_due(
            held, recheck_days=self._wanted.recheck_days, now=self._context.clock()
        )

    # ------------------------------------------------------------ asking

    def ask(self, key: str, files: Sequence[Attachment]) -> Output:
        """Ask for files of a saved article."""
        return self._next(AttachmentFetch(key=key, waiting=tuple(files)))

    def _next(self, so_far: AttachmentFetch) -> Output:
        """Ask for the next file; hand them on when the last is there."""
        if so_far.waiting:
            url = so_far.waiting[0].url
            yield request(url, self.file, self.no_file, so_far, priority=5, meta=self._meta)
        elif so_far.fetched:
            yield AttachmentBatch(key=so_far.key, files=so_far.fetched)

    @property
    def _meta(self) -> dict[str, Any]:
        """What marks a request for a file, with limits of its own."""
        return {
            FILE: True,
            "download_maxsize": self._wanted.max_bytes,
            "download_timeout": self._wanted.timeout,
        }

    async def file(self, response: Response, so_far: AttachmentFetch) -> AsyncIterator[Request | Item]:
        """Read a file of an article."""
        offered, capture = so_far.waiting[0], response.meta["capture"]
        fetched = await self._fetched(so_far.key, offered, response, capture)
        if fetched.content and fetched.content.status in {"encrypted", "unreadable", "too_large"}:
            logger.warning("%s: %s: not read: %s", so_far.key, offered.url, fetched.content.note)
            self._stats.inc_value(f"{statistics.FAILED}attachment_{fetched.content.status}")
        for each in self._next(so_far.with_next(fetched)):
            yield each

    def no_file(self, failure: Failure) -> Output:
        """A file could not be fetched: counted, noted with its attachment, and nothing else."""
        so_far, error = so_far_of(failure), error_of(failure)
        if isinstance(error, NotSaved):
            self._stats.inc_value(statistics.MISSING + "file")
            yield from self._next(so_far.with_next(None))
            return
        offered = so_far.waiting[0]
        logger.info("%s: %s: not fetched: %s", so_far.key, offered.url, error)
        self._stats.inc_value(f"{statistics.FAILED}attachment_{reason(error)}")
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
            return await asyncio.to_thread(bounded_reader.read, body, name, self._limits)

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
        at = answer.at if answer else request.meta.get("lost") or self._context.clock()
        return Fetched(attachment=attachment, at=at, failed=reason)

    def _known(self, digest: str) -> FileText | None:
        with self._context.database.read() as session:
            known = file_text(session, digest)
        return known if known and known.reader == bounded_reader.reader_version() else None

    def _before(self, key: str, attachment: Attachment) -> str | None:
        """The payload held until now, where another reader read it."""
        article = self._held.get(key)
        held = article.files.get(attachment.url) if article else None
        return held.digest if held and held.reader != bounded_reader.reader_version() else None

    async def _again(self, digest: str, attachment: Attachment) -> FileText | None:
        """What an older payload says to the reader of today; None when its capture is lost."""
        config = self._context.config
        with self._context.database.read() as session:
            capture = captures.first_capture(session, digest)
        if capture is None:
            return None
        try:
            payload = reader.read_payload(config.captures, capture, config.crawl.max_decoded_bytes)
        except ArchiveError:
            return None
        return await self._read(payload.body, attachment)


def is_file(request: Request) -> bool:
    """Whether a request is for a file."""
    return bool(request.meta.get(FILE))
