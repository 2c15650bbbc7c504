"""Download handlers: the network (with ``network.connect``), or the saved captures of a replay.

On the network the SSRF guard resolves every host name and literal address, and drops private addresses.
Twisted connects to the address that this resolver returned, so DNS rebinding between check and connection is
not possible.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from attrs import evolve
from scrapy import signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.resolver import CachingHostnameResolver
from scrapy.responsetypes import responsetypes
from scrapy.utils.asyncio import create_looping_call
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import provider  # type: ignore[import-untyped]  # ships no types

from crawler.fetching.fetch_errors import NotSaved, ReplayedFailure
from crawler.fetching.replay import SavedCaptures, saved_captures
from crawler.fetching.request_meta import is_conditional, meta_of, set_meta
from crawler.fetching.throttle import Throttle
from crawler.run_context import context_of, extension_of
from crawler.urls import allowed, origin
from storage.articles import captures
from storage.database import Database
from storage.warc.reader import as_capture, load_response, read_response
from storage.warc.record_parser import RENDERED, StoredRecord, StoredResponse

TICK = 0.1
"""Seconds between two ticks."""


class EventLoopLag:
    """How late the event loop of the crawl runs its callbacks, in total. Subtracted from response times, so
    that our own computation does not count as the portal's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last, self._lag = clock, clock(), 0.0
        self._stop: Callable[[], None] = lambda: None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        lag = cls()
        crawler.signals.connect(lag.opened, signal=signals.spider_opened)
        crawler.signals.connect(lag.closed, signal=signals.spider_closed)
        return lag

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The event-loop lag of this crawl."""
        return extension_of(crawler, cls)

    @property
    def total(self) -> float:
        """Seconds so far, including those of a tick that is overdue."""
        return self._lag + max(0.0, self._clock() - self._last - TICK)

    def tick(self) -> None:
        """Add the lag of this tick."""
        self._lag, self._last = self.total, self._clock()

    def opened(self) -> None:
        """Start ticking."""
        self._last = self._clock()
        ticking = create_looping_call(self.tick)
        ticking.start(TICK, now=False)
        self._stop = ticking.stop

    def closed(self) -> None:
        """Stop ticking."""
        self._stop()


class ConnectHandler(HTTP11DownloadHandler):
    """Scrapy's handler behind the throttle. ``connect`` maps an origin to another one that answers for it, as
    curl's --connect-to does: the rest of the crawl sees the requested address, the server its Host header.
    """

    def __init__(
        self, crawler: Crawler, throttle: Throttle, lag: EventLoopLag, connect: Mapping[str, str]
    ) -> None:
        super().__init__(crawler)
        self._throttle, self._lag = throttle, lag
        self._connect = {origin(source): target.rstrip("/") for source, target in connect.items()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        connect = context_of(crawler).config.network.connect
        return cls(crawler, Throttle.of(crawler), EventLoopLag.of(crawler), connect)

    async def download_request(self, request: Request) -> Response:
        return await self._throttle.send(request, self._send)

    async def _send(self, request: Request) -> Response:
        started, lag = time.monotonic(), self._lag.total
        try:
            return await self._fetch(request)
        finally:
            seconds = time.monotonic() - started - (self._lag.total - lag)
            set_meta(request, evolve(meta_of(request), seconds=max(0.0, seconds)))

    async def _fetch(self, request: Request) -> Response:
        source = origin(request.url)
        target = self._connect.get(source)
        if target is None:
            return await super().download_request(request)
        sent = request.replace(url=target + request.url[len(source) :])
        sent.headers.setdefault(b"Host", source.partition("://")[2])
        return (await super().download_request(sent)).replace(url=request.url)


class ReplayHandler(BaseDownloadHandler):
    """Answers from saved captures; never uses the network, not even to resolve a name."""

    lazy = False

    def __init__(
        self, crawler: Crawler, saved_captures: SavedCaptures, root: Path, database: Database
    ) -> None:
        super().__init__(crawler)
        self._saved, self._root, self._database = saved_captures, root, database
        self._requests = Counter[tuple[str, str, bytes]]()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        context = context_of(crawler)
        return cls(crawler, saved_captures(context.replay), context.config.captures, context.database)

    async def download_request(self, request: Request) -> Response:
        record = self._next(request)
        if record is None:
            if failed := self._saved.failed_request(request.method, request.url, request.body):
                raise ReplayedFailure(request.url, failed.reason, failed.at)
            raise NotSaved(request.url)
        stored = self._load(record)
        original = self._saved.original(record.digest) if record.revisit else None
        set_meta(request, evolve(meta_of(request), stored=(record, original)))
        headers = Headers()
        for name, value in stored.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=request.url)
        return kind(url=request.url, status=stored.status, headers=headers, body=stored.body)

    def _next(self, request: Request) -> StoredRecord | None:
        """The next record of an address, for a retry the one after the last; its last one is repeated."""
        method = RENDERED if meta_of(request).rendered_section is not None else request.method
        key = (method, request.url, request.body)
        records = self._saved.in_order(*key, conditional=is_conditional(request))
        self._requests[key] += 1
        return records[min(self._requests[key], len(records)) - 1] if records else None

    def _load(self, record: StoredRecord) -> StoredResponse:
        own = as_capture(record, self._root)
        if own is None and record.revisit and self._saved.original(record.digest) is None:
            return self._load_revisit(record)
        return (
            read_response(self._root, own) if own else load_response(record, find_record=self._saved.original)
        )

    def _load_revisit(self, record: StoredRecord) -> StoredResponse:
        """A revisit record with the payload that the archive holds; raises NotSaved when it holds none."""
        with self._database.read() as session:
            capture = captures.first_capture(session, record.digest)
        if capture is None:
            raise NotSaved(f"{record.url}: its body is in a capture that was not given")
        body = read_response(self._root, capture).body
        return evolve(load_response(evolve(record, refers_to=None)), body=body, digest=record.digest)


# ------------------------------------------------------------------ SSRF guard


@provider(IResolutionReceiver)
class _Guarded:
    """Passes on public addresses only; records the endpoint when all its addresses were refused."""

    def __init__(self, receiver: Any, endpoint: str, refused: set[str]) -> None:
        self._receiver, self._endpoint, self._refused = receiver, endpoint, refused
        self._passed = self._stopped = False

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        if allowed(address.host):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._stopped = True

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._stopped and not self._passed:
            self._refused.add(self._endpoint)
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver with the guard. ``opened`` are endpoints that may be private, ``refused`` are
    endpoints with private addresses only."""

    opened: frozenset[str] = frozenset()

    def __init__(self, reactor: Any, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.refused: set[str] = set()

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803 - Twisted's name; zope's interfaces take no self
        hostName: str,  # noqa: N803 - Twisted's name
        portNumber: int = 0,  # noqa: N803 - Twisted's name
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's name
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's name
    ) -> IHostResolution:
        endpoint = f"{hostName}:{portNumber}".lower()
        receiver: Any = resolutionReceiver
        if endpoint not in self.opened:
            receiver = _Guarded(receiver, endpoint, self.refused)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


def installed() -> GuardedResolver:
    """The guard of this process; raises RuntimeError if Scrapy installed another resolver."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    if not isinstance(resolver, GuardedResolver):
        raise RuntimeError("TWISTED_DNS_RESOLVER must be crawler.fetching.handlers.GuardedResolver")
    return resolver
