"""The captures a replay answers from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from crawler.addresses import alike
from policy.errors import UnreadableCapture
from storage.captures import StoredRecord, TornTail, scan

logger = logging.getLogger(__name__)


class Saved:
    """The captures below some paths: of several of one address those of the last run that asked for it,
    one after the other. ``torn`` says which files are damaged, and how much of them is not read."""

    def __init__(self, records: Iterable[StoredRecord], torn: Sequence[str] = ()) -> None:
        self.torn = torn
        self._exact: dict[tuple[str, str, bytes], list[StoredRecord]] = {}
        self._alike: dict[tuple[str, str, bytes], list[StoredRecord]] = {}
        self._originals: dict[str, StoredRecord] = {}
        for record in sorted(records, key=lambda record: record.at):
            _add(self._exact.setdefault((record.method, record.url, record.request_body), []), record)
            _add(self._alike.setdefault((record.method, alike(record.url), record.request_body), []), record)
            if not record.revisit:
                self._originals[record.digest] = record

    def find(self, method: str, url: str, body: bytes) -> StoredRecord | None:
        """The last capture of exactly this address, or of one that is written otherwise."""
        return next(reversed(self.in_order(method, url, body)), None)

    def in_order(self, method: str, url: str, body: bytes) -> Sequence[StoredRecord]:
        """The captures of this address in the last run that has any: retries, or two visits."""
        return self._exact.get((method, url, body)) or self._alike.get((method, alike(url), body), [])

    def urls(self) -> list[str]:
        """The addresses of pages that were answered with 200, in the order of their captures."""
        held = self._exact.items()
        return [url for (method, url, _), each in held if method == "GET" and each[-1].status == 200]

    def original(self, digest: str) -> StoredRecord | None:
        """The record that holds the payload a revisit refers to, when it is among these."""
        return self._originals.get(digest)


def _add(held: list[StoredRecord], record: StoredRecord) -> None:
    """A later file's captures take the place of an earlier one's."""
    if held and held[0].path != record.path:
        held.clear()
    held.append(record)


@lru_cache(maxsize=1)
def saved(paths: tuple[Path, ...]) -> Saved:
    """One index for a replay; raises UnreadableCapture, naming the file, for what is no WARC and
    where nothing is saved."""
    torn: list[str] = []

    def note(tail: TornTail) -> None:
        torn.append(f"{tail.message}; {tail.lost} bytes are not read")

    records = list(scan(paths, torn=note))
    if not records:
        raise UnreadableCapture("; ".join(torn) or f"{', '.join(map(str, paths))}: no capture in it")
    for message in torn:
        logger.warning(message)
    return Saved(records, torn)
