"""Fetches the attachments of an article one after the other. Each is read once, in a child process; files are
compared by digest."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from urllib.parse import urlsplit

from attrs import evolve, frozen
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from config import AttachmentsConfig
from crawler.fetching.fetch_errors import NotSaved, reason
from crawler.fetching.request_meta import (
    Output,
    RequestMeta,
    capture_of,
    error_of,
    meta_of,
    request,
    request_of,
    so_far_of,
)
from crawler.run_context import RunContext
from crawler.runs import statistics
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

MAX_FILES = 100
"""Attachments of one article that are fetched."""
_MAX_DAYS = 30
"""Days after which a file that failed or never changed is requested again at the latest."""


@frozen(kw_only=True)
class AttachmentFetch:
    """The attachments of a saved article: those still to be requested, and those that were fetched."""

    key: str
    waiting: tuple[Attachment, ...]
    fetched: tuple[Fetched, ...] = ()

    def with_next(self, fetched: Fetched | None) -> AttachmentFetch:
        """The same after the first waiting attachment; None if there is nothing to record of it."""
        added = (fetched,) if fetched else ()
        return evolve(self, waiting=self.waiting[1:], fetched=(*self.fetched, *added))


def due(
    article: Article,
    captures: Iterable[Capture],
    archived: ArticleAttachments | None,
    *,
    kinds: Collection[str],
    recheck_days: float,
    now: dt.datetime,
) -> tuple[Attachment, ...]:
    """The attachments to request: all of an article that is new or has other words, else those that are due.

    An attachment of a page with other bytes and the same words is requested again at once, and after twice
    the time whenever it is the same file; one that failed likewise. That of an unchanged page is due after
    ``recheck_days``, or after a quarter of the time since its article was archived where that is longer.
    """
    wanted = [file for file in article.attachments if _is_wanted(file, kinds)][:MAX_FILES]
    touched = archived is None or tuple(capture.digest for capture in captures) != archived.digests
    if archived is None or (touched and content_hash(article) not in archived.hashes):
        return tuple(wanted)
    rest = max(dt.timedelta(days=recheck_days), (now - archived.since) / 4)
    return tuple(
        file for file in wanted if _is_due(archived.files.get(file.url), touched=touched, rest=rest, now=now)
    )


def any_due(archived: ArticleAttachments, *, recheck_days: float, now: dt.datetime) -> bool:
    """Whether an attachment may be due though the page is unchanged. True if none was fetched so far: then
    the page has to be read."""
    rest = max(dt.timedelta(days=recheck_days), (now - archived.since) / 4)
    files = archived.files.values()
    return not files or any(_is_due(file, touched=False, rest=rest, now=now) for file in files)


def _is_wanted(file: Attachment, kinds: Collection[str]) -> bool:
    try:
        parts = urlsplit(file.url)
    except ValueError:
        return False
    suffix = suffix_of(file.url) or suffix_of(file.name)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and suffix in kinds


def _is_due(stored: StoredAttachment | None, *, touched: bool, rest: dt.timedelta, now: dt.datetime) -> bool:
    if stored is None:
        return True
    doubling = dt.timedelta(days=min(2 ** max(stored.unchanged - 1, 0) - 1, _MAX_DAYS))
    return now - stored.checked >= (doubling if touched or stored.failed else rest)


_CHILDREN = 2
"""Child processes of a crawl that read files at the same time."""


class AttachmentRequests:
    """The attachment requests of one run."""

    def __init__(self, context: RunContext, stats: StatsCollector) -> None:
        self._context, self._stats = context, stats
        self._archived: dict[str, ArticleAttachments | None] = {}
        self._children = asyncio.Semaphore(_CHILDREN)

    @property
    def _config(self) -> AttachmentsConfig:
        return self._context.config.attachments_of(self._context.portal.slug)

    def due(self, item: ExtractedArticle) -> tuple[Attachment, ...]:
        """The attachments of an article that are requested in this run. Call it before the article is
        saved."""
        if not self._config.enabled or not item.article.attachments:
            return ()
        key = item.article.key
        with self._context.database.read() as session:
            self._archived[key] = article_attachments(session, self._context.portal.slug, key)
        return due(
            item.article,
            item.captures,
            self._archived[key],
            kinds=self._config.kinds,
            recheck_days=self._config.recheck_days,
            now=max(capture.at for capture in item.captures),
        )

    def are_due(self, key: str) -> bool:
        """Whether attachments of a known article may be due, so that its page has to be fetched."""
        if not self._config.enabled:
            return False
        with self._context.database.read() as session:
            archived = article_attachments(session, self._context.portal.slug, key)
        return archived is not None and any_due(
            archived, recheck_days=self._config.recheck_days, now=self._context.clock()
        )

    # ------------------------------------------------------------ requests

    def request_files(self, key: str, files: Sequence[Attachment]) -> Output:
        """Request attachments of a saved article."""
        return self._next(AttachmentFetch(key=key, waiting=tuple(files)))

    def _next(self, so_far: AttachmentFetch) -> Output:
        """Request the next attachment; after the last one, yield them to the pipeline."""
        if so_far.waiting:
            url = so_far.waiting[0].url
            yield request(url, self.file, self.no_file, so_far, priority=5, meta=self._meta)
        elif so_far.fetched:
            yield AttachmentBatch(key=so_far.key, files=so_far.fetched)

    @property
    def _meta(self) -> RequestMeta:
        return RequestMeta(is_file=True, max_bytes=self._config.max_bytes, timeout=self._config.timeout)

    async def file(self, response: Response, so_far: AttachmentFetch) -> AsyncIterator[Request | Item]:
        """Read an attachment."""
        attachment = so_far.waiting[0]
        fetched = await self._fetched(so_far.key, attachment, response, capture_of(response))
        if fetched.content and fetched.content.status in {"encrypted", "unreadable", "too_large"}:
            logger.warning("%s: %s: not read: %s", so_far.key, attachment.url, fetched.content.note)
            self._stats.inc_value(f"{statistics.FAILED}attachment_{fetched.content.status}")
        for output in self._next(so_far.with_next(fetched)):
            yield output

    def no_file(self, failure: Failure) -> Output:
        """An attachment could not be fetched: count it and record it; the article is not affected."""
        so_far, error = so_far_of(failure), error_of(failure)
        if isinstance(error, NotSaved):
            self._stats.inc_value(statistics.MISSING + "file")
            yield from self._next(so_far.with_next(None))
            return
        attachment = so_far.waiting[0]
        logger.info("%s: %s: not fetched: %s", so_far.key, attachment.url, error)
        self._stats.inc_value(f"{statistics.FAILED}attachment_{reason(error)}")
        failed = self._failed(attachment, request_of(failure), reason(error))
        yield from self._next(so_far.with_next(failed))

    # ------------------------------------------------------------ reading

    async def _fetched(
        self, key: str, attachment: Attachment, response: Response, capture: Capture
    ) -> Fetched:
        """The record of an attachment. A file that was read before by the same reader version is not read
        again."""
        content = self._stored_text(capture.digest) or await self._read(response.body, attachment)
        outdated = self._outdated_digest(key, attachment)
        if outdated == capture.digest:
            outdated = None
        return Fetched(
            attachment=attachment,
            at=capture.at,
            capture=capture,
            content=content,
            before=await self._reread(outdated, attachment) if outdated else None,
        )

    async def _read(self, body: bytes, attachment: Attachment) -> FileText:
        name = attachment.url.partition("?")[0]
        async with self._children:
            return await asyncio.to_thread(bounded_reader.read_attachment, body, name, self._limits)

    @property
    def _limits(self) -> Limits:
        wanted = self._config
        return Limits(
            seconds=wanted.read_seconds,
            memory_mb=wanted.read_memory_mb,
            pages=wanted.max_pages,
            characters=wanted.max_characters,
        )

    def _failed(self, attachment: Attachment, request: Request, reason: str) -> Fetched:
        """The record of a failed attachment, at the time of its response or failure."""
        meta = meta_of(request)
        at = meta.capture.at if meta.capture else meta.failed_at or self._context.clock()
        return Fetched(attachment=attachment, at=at, failed=reason)

    def _stored_text(self, digest: str) -> FileText | None:
        with self._context.database.read() as session:
            text = file_text(session, digest)
        return text if text and text.reader == bounded_reader.reader_version() else None

    def _outdated_digest(self, key: str, attachment: Attachment) -> str | None:
        """The digest of the archived file, if another reader version read it."""
        article = self._archived.get(key)
        stored = article.files.get(attachment.url) if article else None
        return stored.digest if stored and stored.reader != bounded_reader.reader_version() else None

    async def _reread(self, digest: str, attachment: Attachment) -> FileText | None:
        """An archived file read by today's reader; None when its capture is lost."""
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
