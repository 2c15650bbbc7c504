"""Where requests end: the network by way of the connect map, or saved captures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Self

from attrs import evolve
from scrapy import signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.responsetypes import responsetypes
from scrapy.utils.asyncio import create_looping_call

from crawler.fetching.conditional import is_conditional
from crawler.fetching.fetch_errors import NotSaved, ReplayedFailure
from crawler.fetching.rendering import wants_browser
from crawler.fetching.replay import saved
from crawler.fetching.throttle import Throttle
from crawler.fetching.traffic import SECONDS
from crawler.runs.context import context_of, part_of
from crawler.urls import origin
from storage.articles import captures
from storage.warc.reader import as_capture, load_response, read_response
from storage.warc.record_parser import RENDERED, StoredRecord, StoredResponse

EVERY = 0.1
"""Seconds between two ticks; so many that the loop is late are counted."""


class EventLoopLag:
    """One per crawl: a tick on the loop of all requests, and how late it came."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last, self._late = clock, clock(), 0.0
        self._stop: Callable[[], None] = lambda: None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        lateness = cls()
        crawler.signals.connect(lateness.opened, signal=signals.spider_opened)
        crawler.signals.connect(lateness.closed, signal=signals.spider_closed)
        return lateness

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The lateness of this crawl."""
        return part_of(crawler, cls)

    @property
    def total(self) -> float:
        """Seconds so far, those of a tick that is overdue included."""
        return self._late + max(0.0, self._clock() - self._last - EVERY)

    def tick(self) -> None:
        """Count how late we are."""
        self._late, self._last = self.total, self._clock()

    def opened(self) -> None:
        """Begin to tick."""
        self._last = self._clock()
        ticking = create_looping_call(self.tick)
        ticking.start(EVERY, now=False)
        self._stop = ticking.stop

    def closed(self) -> None:
        """Tick no more."""
        self._stop()


# ------------------------------------------------------------------ handlers


class ConnectHandler(HTTP11DownloadHandler):
    """Scrapy's handler behind ``network.connect``: an origin answered by another, as curl's --connect-to.

    Everything above it sees the address that was asked for; the server sees its Host.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._gate, self._lateness = Throttle.of(crawler), EventLoopLag.of(crawler)
        self._connect = {
            origin(asked): target.rstrip("/")
            for asked, target in context_of(crawler).config.network.connect.items()
        }

    async def download_request(self, request: Request) -> Response:
        return await self._gate.ask(request, self._send)

    async def _send(self, request: Request) -> Response:
        began, late = time.monotonic(), self._lateness.total
        try:
            return await self._fetched(request)
        finally:
            ours = self._lateness.total - late
            request.meta[SECONDS] = max(0.0, time.monotonic() - began - ours)

    async def _fetched(self, request: Request) -> Response:
        asked = origin(request.url)
        target = self._connect.get(asked)
        if target is None:
            return await super().download_request(request)
        sent = request.replace(url=target + request.url[len(asked) :])
        sent.headers.setdefault(b"Host", asked.partition("://")[2])
        return (await super().download_request(sent)).replace(url=request.url)


class ReplayHandler(BaseDownloadHandler):
    """Answers from saved captures and never from the network, names included."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        context = context_of(crawler)
        self._saved, self._root = saved(context.replay), context.config.captures
        self._database, self._asked = context.database, Counter[tuple[str, str, bytes]]()

    async def download_request(self, request: Request) -> Response:
        record = self._next(request)
        if record is None:
            if then := self._saved.unanswered(request.method, request.url, request.body):
                raise ReplayedFailure(request.url, then.reason, then.at)
            raise NotSaved(request.url)
        stored = self._load(record)
        request.meta["stored"] = (record, self._saved.original(record.digest) if record.revisit else None)
        headers = Headers()
        for name, value in stored.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=request.url)
        return kind(url=request.url, status=stored.status, headers=headers, body=stored.body)

    def _next(self, request: Request) -> StoredRecord | None:
        """Asked again, as a retry is, an address answers as it did then; in the end always the same."""
        method = RENDERED if wants_browser(request) else request.method
        asked = (method, request.url, request.body)
        held = self._saved.in_order(*asked, conditional=is_conditional(request))
        self._asked[asked] += 1
        return held[min(self._asked[asked], len(held)) - 1] if held else None

    def _load(self, record: StoredRecord) -> StoredResponse:
        own = as_capture(record, self._root)
        if own is None and record.revisit and self._saved.original(record.digest) is None:
            return self._held(record)
        return (
            read_response(self._root, own) if own else load_response(record, find_record=self._saved.original)
        )

    def _held(self, record: StoredRecord) -> StoredResponse:
        """A saved revisit whose payload the archive holds since an earlier replay, or nobody has."""
        with self._database.read() as session:
            capture = captures.first_capture(session, record.digest)
        if capture is None:
            raise NotSaved(f"{record.url}: its body is in a capture that is not among these")
        body = read_response(self._root, capture).body
        return evolve(load_response(evolve(record, refers_to=None)), body=body, digest=record.digest)
