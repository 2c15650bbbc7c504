"""Where requests end: the network by way of the connect map, or saved captures."""

from __future__ import annotations

import time
from collections import Counter

from attrs import evolve
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.responsetypes import responsetypes

from crawler.addresses import origin
from crawler.conditional import is_conditional
from crawler.gate import Gate
from crawler.lateness import Lateness
from crawler.meter import SECONDS
from crawler.outcomes import NotSaved, Unanswered
from crawler.rendering import wants_browser
from crawler.saved import saved
from crawler.visit import visit_of
from storage import captured
from storage.stored import load, read, refer
from storage.warc import RENDERED, StoredRecord, StoredResponse


class ConnectHandler(HTTP11DownloadHandler):
    """Scrapy's handler behind ``network.connect``: an origin answered by another, as curl's --connect-to.

    Everything above it sees the address that was asked for; the server sees its Host.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._gate, self._lateness = Gate.of(crawler), Lateness.of(crawler)
        self._connect = {
            origin(asked): target.rstrip("/")
            for asked, target in visit_of(crawler).config.network.connect.items()
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
        visit = visit_of(crawler)
        self._saved, self._root = saved(visit.replay), visit.config.captures
        self._database, self._asked = visit.database, Counter[tuple[str, str, bytes]]()

    async def download_request(self, request: Request) -> Response:
        record = self._next(request)
        if record is None:
            if then := self._saved.unanswered(request.method, request.url, request.body):
                raise Unanswered(request.url, then.reason, then.at)
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
        own = refer(record, self._root)
        if own is None and record.revisit and self._saved.original(record.digest) is None:
            return self._held(record)
        return read(self._root, own) if own else load(record, known=self._saved.original)

    def _held(self, record: StoredRecord) -> StoredResponse:
        """A saved revisit whose payload the archive holds since an earlier replay, or nobody has."""
        with self._database.read() as session:
            capture = captured.first_capture(session, record.digest)
        if capture is None:
            raise NotSaved(f"{record.url}: its body is in a capture that is not among these")
        body = read(self._root, capture).body
        return evolve(load(evolve(record, refers_to=None)), body=body, digest=record.digest)
