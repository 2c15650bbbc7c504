"""The run recorder: writes the run's WARC, its capture rows and its heartbeat, and closes its row."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

from attrs import evolve, field, frozen
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from sqlalchemy.exc import SQLAlchemyError

from crawler.fetching.fetch_errors import ReplayedFailure, reason
from crawler.fetching.rendering import is_rendered
from crawler.fetching.replay import saved_captures
from crawler.fetching.request_log import TrafficMeter
from crawler.fetching.request_meta import meta_of, set_meta
from crawler.run_context import RunContext, context_of, extension_of
from crawler.runs import statistics
from crawler.runs.statistics import SectionReports
from pipelines.items import ExtractionCounts
from policy.records import Capture
from storage.articles import captures
from storage.articles.captures import capture_of_payload
from storage.runs import leases
from storage.warc.reader import as_capture, is_stored
from storage.warc.record_parser import StoredRecord
from storage.warc.writer import CaptureWriter

logger = logging.getLogger(__name__)

_COLLECT_AFTER = (700, 10, 10)
"""CPython's thresholds of the garbage collector, which the entry points raise for their start."""
_BATCH = 200


@frozen(kw_only=True)
class RunObservations:
    """What a run counts: extractions, listings and traffic."""

    extractions: ExtractionCounts = field(factory=ExtractionCounts)
    sections: SectionReports = field(factory=SectionReports)
    traffic: TrafficMeter = field(factory=TrafficMeter)


class RunRecorder:
    """The recorder of one crawl. Captures of an article are recorded with the article, others in batches."""

    def __init__(
        self,
        context: RunContext,
        stats: StatsCollector,
        observations: RunObservations,
        stop: Callable[[], None],
    ) -> None:
        self._context, self._run, self._stats, self._stop = context, context.run, stats, stop
        self._observations = observations
        self._pending: dict[tuple[str, str], Capture] = {}
        self._writer: CaptureWriter | None = None
        self._heartbeat = create_looping_call(self.beat)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        recorder = cls(context_of(crawler), crawler.stats, spider.observations, partial(_stop, crawler))
        connect = crawler.signals.connect
        connect(recorder.opened, signal=signals.spider_opened)
        connect(recorder.saved, signal=signals.item_scraped)
        connect(recorder.count_crash, signal=signals.spider_error)
        connect(recorder.count_crash, signal=signals.item_error)
        connect(recorder.closed, signal=signals.spider_closed)
        return recorder

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The recorder of this crawl."""
        return extension_of(crawler, cls)

    # -------------------------------------------------------------- captures

    def record_response(self, request: Request, response: Response) -> Capture:
        """Write a response to the run's WARC; in a replay, refer to the capture that was read."""
        stored = meta_of(request).stored
        capture = self._refer_to(*stored) if stored else self._write(request, response)
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

    def record_failure(self, request: Request, error: BaseException) -> dt.datetime:
        """Write to the run's WARC that a request failed, and return when; a replay returns the original time
        and writes nothing."""
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

    def _refer_to(self, record: StoredRecord, original: StoredRecord | None) -> Capture:
        """A capture of this archive for a stored record; a record from elsewhere is copied, with the one it
        refers to."""
        own = as_capture(record, self._context.config.captures) or self._earlier_copy(record)
        if own:
            return own
        if original and not self._earlier_copy(original):
            copied = self._open_writer().copy(original)
            self._pending[_name(copied)] = copied
        return self._open_writer().copy(record)

    def _earlier_copy(self, record: StoredRecord) -> Capture | None:
        """The copy of a record that an earlier replay made, if it is still readable."""
        with self._context.database.read() as session:
            known = captures.capture_by_record(session, record.record_id, record.digest)
        return known if known and is_stored(self._context.config.captures, known) else None

    def _open_writer(self) -> CaptureWriter:
        """The writer of the run's WARC. The run's row gets its name before the first record is written."""
        if self._writer is None:
            root, run = self._context.config.captures, self._run
            self._writer = CaptureWriter(
                root, run.portal, run.id, now=self._context.clock(), find_payload=self._earlier_capture
            )
            with self._context.database.write() as session:
                leases.record_heartbeat(session, run.id, self._context.clock(), warc=self._writer.file)
        return self._writer

    def _earlier_capture(self, digest: str) -> Capture | None:
        """The capture that already holds a payload, so that it is stored once."""
        with self._context.database.read() as session:
            return capture_of_payload(session, self._run.portal, digest)

    def sync(self) -> None:
        """Sync the WARC to disk, before rows that refer to it are committed."""
        if self._writer is not None:
            self._writer.sync()

    def flush(self) -> None:
        """Record the captures that belong to no saved article so far."""
        if self._pending:
            with self._context.database.write() as session:
                captures.record_captures(session, tuple(self._pending.values()), self._run.id)
            self._pending.clear()

    # -------------------------------------------------------------- signals

    def opened(self) -> None:
        """Start the heartbeat; count the damaged files of a replay.

        The start is over: the objects that it made stay, and later collections of garbage skip them.
        """
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)
        if self._context.replay:
            self._stats.set_value(statistics.TORN, saved_captures(self._context.replay).torn)
        self._heartbeat.start(self._context.config.crawl.heartbeat, now=False)

    def saved(self, item: Any) -> None:
        """Forget the captures that were recorded with an article."""
        for capture in item.captures:
            self._pending.pop(_name(capture), None)

    def count_crash(self) -> None:
        """Count an unexpected error in a callback or the pipeline; Scrapy logs it."""
        self._stats.inc_value(statistics.FAILED + "crash")

    def closed(self, reason: str) -> None:
        """Close the WARC and the run's row."""
        if self._heartbeat.running:
            self._heartbeat.stop()
        self.flush()
        if self._writer is not None:
            self._writer.close()
        counts = self._statistics()
        state, message = statistics.final_state(reason, counts), statistics.explain(reason, counts)
        with self._context.database.write() as session:
            leases.close_run(
                session, self._run.id, state, self._context.clock(), message=message, **self._counts(counts)
            )

    def beat(self) -> None:
        """Write the heartbeat. A failure to write must not end the looping call: the run would be taken for
        crashed and its slot crawled twice."""
        try:
            with self._context.database.write() as session:
                is_open = leases.record_heartbeat(
                    session, self._run.id, self._context.clock(), **self._counts(self._statistics())
                )
        except SQLAlchemyError as error:
            logger.warning("run %d: heartbeat not written: %s", self._run.id, error)
            return
        if not is_open:
            logger.error("run %d was closed by another process: stopping", self._run.id)
            self._stop()

    def _statistics(self) -> statistics.RunStatistics:
        return statistics.run_statistics(self._stats.get_stats())

    def _counts(self, counts: statistics.RunStatistics) -> leases.Counts:
        return {
            "entries": counts.entries,
            "new": counts.new,
            "revised": counts.revised,
            "unchanged": counts.unchanged,
            "captures": counts.captures,
            "not_saved": counts.not_saved,
            "failed": counts.failed,
            "sections": self._observations.sections.by_section,
            "traffic": self._observations.traffic.by_host,
            "readings": self._observations.extractions.readings,
            "swept": list(counts.swept),
            "warc": self._writer.file if self._writer else None,
        }


class RawCapture:
    """Downloader middleware that stores every response, and every failure, in the run's WARC; sets
    ``RequestMeta.capture`` and ``failed_at``."""

    def __init__(self, recorder: RunRecorder) -> None:
        self._recorder = recorder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(RunRecorder.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        capture = self._recorder.record_response(request, response)
        set_meta(request, evolve(meta_of(request), capture=capture, stored=None))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest):
            failed_at = self._recorder.record_failure(request, exception)
            set_meta(request, evolve(meta_of(request), failed_at=failed_at))


def _stop(crawler: Crawler) -> None:
    deferred_from_coro(crawler.engine.close_spider_async(reason="taken over"))


def _name(capture: Capture) -> tuple[str, str]:
    """The id of a record and the digest of its payload, because a copy may have been altered."""
    return capture.record_id, capture.digest


def _pairs(headers: Any) -> Sequence[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]
