"""The run's book: keeps its WARC, its capture rows, its heartbeat, and closes its row."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

from attrs import field, frozen
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from sqlalchemy.exc import SQLAlchemyError

from crawler.fetching.fetch_errors import ReplayedFailure, reason
from crawler.fetching.rendering import is_rendered
from crawler.fetching.replay import saved
from crawler.fetching.traffic import TrafficMeter
from crawler.runs import statistics
from crawler.runs.context import RunContext, context_of, part_of
from crawler.runs.statistics import SectionReports
from pipelines.extraction_counts import ExtractionCounts
from policy.records import Capture
from storage.articles import captures
from storage.articles.captures import capture_of_payload
from storage.runs import leases
from storage.warc.reader import as_capture, is_stored
from storage.warc.record_parser import StoredRecord
from storage.warc.writer import CaptureWriter

logger = logging.getLogger(__name__)

_BATCH = 200


@frozen(kw_only=True)
class RunObservations:
    """What a run sees and counts: its readings, its listings, its traffic."""

    facts: ExtractionCounts = field(factory=ExtractionCounts)
    reports: SectionReports = field(factory=SectionReports)
    meter: TrafficMeter = field(factory=TrafficMeter)


class RunRecorder:
    """One per crawl. Captures of articles are recorded with their article, all others in batches."""

    def __init__(
        self, context: RunContext, stats: StatsCollector, seen: RunObservations, stop: Callable[[], None]
    ) -> None:
        self._context, self._run, self._stats, self._stop = context, context.run, stats, stop
        self._seen = seen
        self._pending: dict[tuple[str, str], Capture] = {}
        self._writer: CaptureWriter | None = None
        self._pulse = create_looping_call(self.beat)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        ledger = cls(context_of(crawler), crawler.stats, spider.seen, partial(_stop, crawler))
        connect = crawler.signals.connect
        connect(ledger.opened, signal=signals.spider_opened)
        connect(ledger.saved, signal=signals.item_scraped)
        connect(ledger.broken, signal=signals.spider_error)
        connect(ledger.broken, signal=signals.item_error)
        connect(ledger.closed, signal=signals.spider_closed)
        return ledger

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The ledger of this crawl."""
        return part_of(crawler, cls)

    # -------------------------------------------------------------- captures

    def keep(self, request: Request, response: Response) -> Capture:
        """Put an answer into the run's WARC, or refer to where a replay found it."""
        stored = request.meta.pop("stored", None)
        capture = self._keep_stored(*stored) if stored else self._write(request, response)
        self._stats.inc_value(statistics.CAPTURES)
        self._pending[_name(capture)] = capture
        if len(self._pending) >= _BATCH:
            self.flush()
        return capture

    def _write(self, request: Request, response: Response) -> Capture:
        if is_rendered(response):
            kind = (response.headers.get(b"Content-Type") or b"").decode()
            body, now = response.body, self._context.clock()
            return self._open_writer().convert(url=request.url, body=body, kind=kind, at=now)
        return self._open_writer().write(
            url=request.url,
            status=response.status,
            headers=_pairs(response.headers),
            body=response.body,
            at=self._context.clock(),
            method=request.method,
            request_headers=_pairs(request.headers),
            request_body=request.body,
            ip=str(response.ip_address) if response.ip_address else None,
            protocol=response.protocol or "HTTP/1.1",
        )

    def lose(self, request: Request, error: BaseException) -> dt.datetime:
        """Put into the run's WARC that a request got no answer, and when; a replay says when it was then,
        and does not record again."""
        if isinstance(error, ReplayedFailure):
            return error.at
        at = self._context.clock()
        if not self._context.replay:
            self._open_writer().fail(
                url=request.url,
                reason=reason(error),
                at=at,
                method=request.method,
                request_headers=_pairs(request.headers),
                request_body=request.body,
            )
        return at

    def _keep_stored(self, record: StoredRecord, original: StoredRecord | None) -> Capture:
        """Refer to a capture of the home; take over a foreign one, and what it refers to."""
        own = as_capture(record, self._context.config.captures) or self._taken_over(record)
        if own:
            return own
        if original and not self._taken_over(original):
            copied = self._open_writer().copy(original)
            self._pending[_name(copied)] = copied
        return self._open_writer().copy(record)

    def _taken_over(self, record: StoredRecord) -> Capture | None:
        """What an earlier replay copied of a foreign record, when it is there and whole."""
        with self._context.database.read() as session:
            known = captures.capture_by_record(session, record.record_id, record.digest)
        return known if known and is_stored(self._context.config.captures, known) else None

    def _open_writer(self) -> CaptureWriter:
        """The run's WARC; its row knows it before the first record lies in it."""
        if self._writer is None:
            root, run = self._context.config.captures, self._run
            self._writer = CaptureWriter(
                root, run.portal, run.id, now=self._context.clock(), find_payload=self._payload
            )
            with self._context.database.write() as session:
                leases.record_heartbeat(session, run.id, self._context.clock(), warc=self._writer.file)
        return self._writer

    def _payload(self, digest: str) -> Capture | None:
        """Where a payload is held already, so that it is kept once."""
        with self._context.database.read() as session:
            return capture_of_payload(session, self._run.portal, digest)

    def sync(self) -> None:
        """Make the WARC safe before what refers to it is committed."""
        if self._writer is not None:
            self._writer.sync()

    def flush(self) -> None:
        """Record the captures that belong to no saved article."""
        if self._pending:
            with self._context.database.write() as session:
                captures.record_captures(session, tuple(self._pending.values()), self._run.id)
            self._pending.clear()

    # -------------------------------------------------------------- signals

    def opened(self) -> None:
        """Start the heartbeat; say which of the saved captures are damaged."""
        if self._context.replay:
            self._stats.set_value(statistics.TORN, saved(self._context.replay).torn)
        self._pulse.start(self._context.config.crawl.heartbeat, now=False)

    def saved(self, item: Any) -> None:
        """The captures of a saved article are recorded."""
        for capture in item.captures:
            self._pending.pop(_name(capture), None)

    def broken(self) -> None:
        """An error of our own in a callback or the pipeline: logged by Scrapy, counted here."""
        self._stats.inc_value(statistics.FAILED + "crash")

    def closed(self, reason: str) -> None:
        """Close the WARC and the run's row."""
        if self._pulse.running:
            self._pulse.stop()
        self.flush()
        if self._writer is not None:
            self._writer.close()
        counts = self._tally()
        state, message = statistics.final_state(reason, counts), statistics.explain(reason, counts)
        with self._context.database.write() as session:
            leases.close_run(
                session, self._run.id, state, self._context.clock(), message=message, **self._counts(counts)
            )

    def beat(self) -> None:
        """Say that the run is alive; one beat that fails must not be the last (the looping call would
        end), or the run is taken for lost and its slot crawled twice."""
        try:
            with self._context.database.write() as session:
                ours = leases.record_heartbeat(
                    session, self._run.id, self._context.clock(), **self._counts(self._tally())
                )
        except SQLAlchemyError as error:
            logger.warning("run %d: heartbeat not written: %s", self._run.id, error)
            return
        if not ours:
            logger.error("run %d was closed by somebody else: stopping", self._run.id)
            self._stop()

    def _tally(self) -> statistics.RunStatistics:
        return statistics.tally(self._stats.get_stats())

    def _counts(self, counts: statistics.RunStatistics) -> leases.Counts:
        return {
            "entries": counts.entries,
            "new": counts.new,
            "revised": counts.revised,
            "unchanged": counts.unchanged,
            "captures": counts.captures,
            "not_saved": counts.not_saved,
            "failed": counts.failed,
            "sections": self._seen.reports.sections,
            "traffic": self._seen.meter.traffic,
            "readings": self._seen.facts.readings,
            "swept": list(counts.swept),
            "warc": self._writer.file if self._writer else None,
        }


def _stop(crawler: Crawler) -> None:
    deferred_from_coro(crawler.engine.close_spider_async(reason="taken over"))


def _name(capture: Capture) -> tuple[str, str]:
    """A record by its id and, as copies may have been altered, its payload."""
    return capture.record_id, capture.digest


def _pairs(headers: Any) -> Sequence[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]
