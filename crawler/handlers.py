"""Where requests end: the network by way of the connect map, or saved captures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.responsetypes import responsetypes

from crawler.addresses import alike, origin
from crawler.outcomes import NotSaved
from crawler.visit import visit_of
from storage.captures import StoredRecord, StoredResponse, load, read, refer, scan


class ConnectHandler(HTTP11DownloadHandler):
    """Scrapy's handler behind ``network.connect``: an origin answered by another, as curl's --connect-to.

    Everything above it sees the address that was asked for; the server sees its Host.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._connect = {
            origin(asked): target.rstrip("/")
            for asked, target in visit_of(crawler).config.network.connect.items()
        }

    async def download_request(self, request: Request) -> Response:
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

    async def download_request(self, request: Request) -> Response:
        record = self._saved.find(request.method, request.url, request.body)
        if record is None:
            raise NotSaved(request.url)
        stored = self._load(record)
        request.meta["stored"] = (record, self._saved.original(record.digest) if record.revisit else None)
        headers = Headers()
        for name, value in stored.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=request.url)
        return kind(url=request.url, status=stored.status, headers=headers, body=stored.body)

    def _load(self, record: StoredRecord) -> StoredResponse:
        own = refer(record, self._root)
        return read(self._root, own) if own else load(record, known=self._saved.original)


class Saved:
    """The captures below some paths: of several of one address the last."""

    def __init__(self, records: Iterable[StoredRecord]) -> None:
        self._exact: dict[tuple[str, str, bytes], StoredRecord] = {}
        self._alike: dict[tuple[str, str, bytes], StoredRecord] = {}
        self._originals: dict[str, StoredRecord] = {}
        for record in sorted(records, key=lambda record: record.at):
            self._exact[record.method, record.url, record.request_body] = record
            self._alike[record.method, alike(record.url), record.request_body] = record
            if not record.revisit:
                self._originals[record.digest] = record

    def find(self, method: str, url: str, body: bytes) -> StoredRecord | None:
        """The capture of exactly this address, or of one that is written otherwise."""
        return self._exact.get((method, url, body)) or self._alike.get((method, alike(url), body))

    def original(self, digest: str) -> StoredRecord | None:
        """The record that holds the payload a revisit refers to, when it is among these."""
        return self._originals.get(digest)


@lru_cache(maxsize=1)
def saved(paths: tuple[Path, ...]) -> Saved:
    """One index for the handlers of both schemes."""
    return Saved(scan(paths))
