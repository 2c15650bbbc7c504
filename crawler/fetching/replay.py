"""The saved captures that a replay answers from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from attrs import frozen

from config import Config
from crawler.urls import alike
from policy.errors import UnreadableCapture
from policy.records import Capture, Payload
from storage.articles import captures
from storage.database import Database
from storage.warc import reader
from storage.warc.reader import TornTail, scan
from storage.warc.record_parser import FailedRequest, StoredRecord

logger = logging.getLogger(__name__)

_UNCHANGED = 304


class SavedCaptures:
    """Saved captures by address. An address that several runs requested is answered with those of the last
    run, one after the other. ``torn`` says which files are damaged, and how much of them cannot be read."""

    def __init__(
        self,
        records: Iterable[StoredRecord],
        torn: Sequence[str] = (),
        failed: Iterable[FailedRequest] = (),
    ) -> None:
        self.torn = torn
        self._failed = {
            (request.method, alike(request.url), request.request_body): request
            for request in sorted(failed, key=lambda request: request.at)
        }
        self._exact: dict[tuple[str, str, bytes], list[StoredRecord]] = {}
        self._alike: dict[tuple[str, str, bytes], list[StoredRecord]] = {}
        self._originals: dict[str, StoredRecord] = {}
        for record in sorted(records, key=lambda record: record.at):
            self._exact.setdefault((record.method, record.url, record.request_body), []).append(record)
            self._alike.setdefault((record.method, alike(record.url), record.request_body), []).append(record)
            if not record.revisit:
                self._originals[record.digest] = record

    def find(self, method: str, url: str, body: bytes) -> StoredRecord | None:
        """The last capture of an address, or of another spelling of it."""
        return next(reversed(self.in_order(method, url, body)), None)

    def in_order(
        self, method: str, url: str, body: bytes, *, conditional: bool = False
    ) -> Sequence[StoredRecord]:
        """The captures of an address in the last run that has any, for example of retries. A 304 answers a
        ``conditional`` request only; other requests get the last response with a body."""
        exact, like = (method, url, body), (method, alike(url), body)
        records = self._exact.get(exact) or self._alike.get(like, [])
        runs = [list(of_run) for _, of_run in groupby(records, key=lambda record: record.path)]
        return next(filter(None, (run if conditional else _whole(run) for run in reversed(runs))), [])

    def failed_request(self, method: str, url: str, body: bytes) -> FailedRequest | None:
        """The last failed request to an address, if any."""
        return self._failed.get((method, alike(url), body))

    def urls(self) -> list[str]:
        """The addresses of pages with status 200, in the order of their captures."""
        keys = [(method, url, body) for method, url, body in self._exact if method == "GET"]
        return [key[1] for key in keys if (last := self.find(*key)) and last.status == 200]

    def original(self, digest: str) -> StoredRecord | None:
        """The record with the payload that a revisit record refers to; None if it is not among these."""
        return self._originals.get(digest)


def _whole(records: list[StoredRecord]) -> list[StoredRecord]:
    """A run's responses without its 304s; none if it had a 304 and never received the page."""
    responses = [record for record in records if record.status != _UNCHANGED]
    has_page = len(responses) == len(records) or any(record.status == 200 for record in responses)
    return responses if has_page else []


@lru_cache(maxsize=1)
def saved_captures(paths: tuple[Path, ...]) -> SavedCaptures:
    """The captures below some paths; raises UnreadableCapture for a file that is not a WARC, and when there
    is no capture."""
    torn: list[str] = []

    def note(tail: TornTail) -> None:
        torn.append(f"{tail.message}; {tail.lost} bytes are not read")

    failed: list[FailedRequest] = []
    records = list(scan(paths, torn=note, unanswered=failed.append))
    if not records and not failed:
        raise UnreadableCapture("; ".join(torn) or f"{', '.join(map(str, paths))}: no capture in it")
    for message in torn:
        logger.warning(message)
    return SavedCaptures(records, torn, failed)


# ----------------------------------------------------------- the archive's own captures


@frozen
class CaptureReader:
    """Reads the archive's captures."""

    config: Config
    database: Database

    def payload(self, capture: Capture) -> Payload:
        """The payload of a capture, as the page objects take it; raises ArchiveError when it is lost."""
        limit = self.config.crawl.max_decoded_bytes
        return reader.read_payload(self.config.captures, capture, limit, find_payload=self._holder)

    def _holder(self, digest: str) -> Capture | None:
        with self.database.read() as session:
            return captures.first_capture(session, digest)
