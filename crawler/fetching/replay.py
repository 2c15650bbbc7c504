"""The captures a replay answers from."""

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
    """The captures below some paths: of several of one address those of the last run that asked for it,
    one after the other. ``torn`` says which files are damaged, and how much of them is not read."""

    def __init__(
        self,
        records: Iterable[StoredRecord],
        torn: Sequence[str] = (),
        unanswered: Iterable[FailedRequest] = (),
    ) -> None:
        self.torn = torn
        self._unanswered = {
            (each.method, alike(each.url), each.request_body): each
            for each in sorted(unanswered, key=lambda each: each.at)
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
        """The last capture of exactly this address, or of one that is written otherwise."""
        return next(reversed(self.in_order(method, url, body)), None)

    def in_order(
        self, method: str, url: str, body: bytes, *, conditional: bool = False
    ) -> Sequence[StoredRecord]:
        """The captures of this address in the last run that has any: retries, or two visits. That a page
        was as it had been (304) answers a ``conditional`` request only; others get its last whole answer."""
        exact, like = (method, url, body), (method, alike(url), body)
        held = self._exact.get(exact) or self._alike.get(like, [])
        runs = [list(of_run) for _, of_run in groupby(held, key=lambda record: record.path)]
        return next(filter(None, (each if conditional else _whole(each) for each in reversed(runs))), [])

    def unanswered(self, method: str, url: str, body: bytes) -> FailedRequest | None:
        """That this address was asked and did not answer, when it was asked last."""
        return self._unanswered.get((method, alike(url), body))

    def urls(self) -> list[str]:
        """The addresses of pages that were answered with 200, in the order of their captures."""
        asked = [(method, url, body) for method, url, body in self._exact if method == "GET"]
        return [each[1] for each in asked if (last := self.find(*each)) and last.status == 200]

    def original(self, digest: str) -> StoredRecord | None:
        """The record that holds the payload a revisit refers to, when it is among these."""
        return self._originals.get(digest)


def _whole(records: list[StoredRecord]) -> list[StoredRecord]:
    """A run's answers without those that sent no page; none where it never got the page."""
    answers = [record for record in records if record.status != _UNCHANGED]
    got = len(answers) == len(records) or any(record.status == 200 for record in answers)
    return answers if got else []


@lru_cache(maxsize=1)
def saved(paths: tuple[Path, ...]) -> SavedCaptures:
    """One index for a replay; raises UnreadableCapture, naming the file, for what is no WARC and
    where nothing is saved."""
    torn: list[str] = []

    def note(tail: TornTail) -> None:
        torn.append(f"{tail.message}; {tail.lost} bytes are not read")

    unanswered: list[FailedRequest] = []
    records = list(scan(paths, torn=note, unanswered=unanswered.append))
    if not records and not unanswered:
        raise UnreadableCapture("; ".join(torn) or f"{', '.join(map(str, paths))}: no capture in it")
    for message in torn:
        logger.warning(message)
    return SavedCaptures(records, torn, unanswered)


# ----------------------------------------------------------- the archive's captures as payloads to read again


@frozen
class CaptureReader:
    """Where the captures lie, and who knows which of them hold which payload."""

    config: Config
    database: Database

    def payload(self, capture: Capture) -> Payload:
        """What reading needs of a capture; raises ArchiveError when it cannot be had."""
        limit = self.config.crawl.max_decoded_bytes
        return reader.read_payload(self.config.captures, capture, limit, find_payload=self._holder)

    def _holder(self, digest: str) -> Capture | None:
        with self.database.read() as session:
            return captures.first_capture(session, digest)
