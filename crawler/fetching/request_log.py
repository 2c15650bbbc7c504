"""The requests of a run: a log with a JSON line for each, the gaps between them, and the traffic by host.

The log is a file in the archive directory of one machine; see "Where several machines plug in" in
``docs/architecture.md``.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from attrs import asdict, define, field, frozen

from crawler.urls import registrable
from policy.errors import ArchiveError
from policy.records.runs import HostTraffic

_NAME = re.compile(r"(?P<slug>.+)-\d{8}T\d{6}Z-(?P<run>\d+)\.jsonl(?:\.gz)?")


@frozen(kw_only=True)
class LoggedRequest:
    """One request: when it was sent, where to, and its result. ``delay`` is the pause that was required
    before it."""

    at: dt.datetime
    host: str
    method: str
    url: str
    status: int | None = None
    bytes: int = 0
    seconds: float = 0.0
    delay: float = 0.0
    error: str | None = None


@frozen(kw_only=True)
class RequestGap:
    """The smallest gap between two requests to a host; None for a host with one request. ``delay`` is the
    pause that was required there, ``short`` the number of gaps that were shorter than required."""

    host: str
    requests: int
    smallest: float | None
    delay: float
    short: int


class RequestLog:
    """The log of one run. Lines are flushed at once; the file is compressed when the run closes."""

    def __init__(self, root: Path, slug: str, run_id: int, now: dt.datetime) -> None:
        utc = now.astimezone(dt.UTC)
        self._path = root / f"{utc:%Y/%m}/{slug}-{utc:%Y%m%dT%H%M%SZ}-{run_id}.jsonl"
        self._stream: TextIO | None = None

    def write(self, request: LoggedRequest) -> None:
        """Add a line."""
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("a", encoding="utf-8", buffering=1)
        line = {name: value for name, value in asdict(request).items() if value is not None}
        line["at"] = f"{request.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        self._stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Compress the file."""
        if self._stream is None:
            return
        self._stream.close()
        packed = self._path.with_suffix(".jsonl.gz")
        with self._path.open("rb") as plain, gzip.open(packed, "wb") as stream:
            shutil.copyfileobj(plain, stream)
        self._path.unlink()
        self._stream = None


def find_logs(root: Path, name: str) -> list[Path]:
    """The logs of a run, by its number, or of a portal, by its slug, newest first."""
    matches = [(path, _NAME.fullmatch(path.name)) for path in root.rglob("*.jsonl*")]
    by_run = [
        (int(parts["run"]), path)
        for path, parts in matches
        if parts and name in (parts["run"], parts["slug"])
    ]
    return [path for _, path in sorted(by_run, reverse=True)]


def read_log(path: Path) -> Iterator[LoggedRequest]:
    """The requests of a log in the order they were sent, without an incomplete last line."""
    with (
        gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as f
    ):
        lines = f.read().split("\n")
    requests = [_parse(path, number, line) for number, line in enumerate(lines[:-1], 1)]
    yield from sorted(requests, key=lambda request: request.at)


def _parse(path: Path, number: int, line: str) -> LoggedRequest:
    try:
        fields: dict[str, Any] = json.loads(line)
        return LoggedRequest(**fields | {"at": dt.datetime.fromisoformat(fields["at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveError(f"{path}:{number}: not a line of a request log: {error}") from error


def request_gaps(requests: Iterable[LoggedRequest]) -> tuple[RequestGap, ...]:
    """The gaps of each host, and of all hosts together under ``*``."""
    in_order = sorted(requests, key=lambda request: request.at)
    hosts: dict[str, list[LoggedRequest]] = {"*": in_order}
    for request in in_order:
        hosts.setdefault(request.host, []).append(request)
    return tuple(_gap(host, of_host) for host, of_host in sorted(hosts.items()))


def _gap(host: str, requests: list[LoggedRequest]) -> RequestGap:
    between = [((after.at - before.at).total_seconds(), after.delay) for before, after in pairwise(requests)]
    smallest, delay = min(between, default=(None, requests[0].delay if requests else 0.0))
    return RequestGap(
        host=host,
        requests=len(requests),
        smallest=smallest,
        delay=delay,
        short=sum(gap < delay for gap, delay in between),
    )


# ------------------------------------------------------------------ traffic by host


@define
class _Host:
    """The counts of one host."""

    statuses: Counter[str] = field(factory=Counter)
    failed: Counter[str] = field(factory=Counter)
    seconds: list[float] = field(factory=list)
    bytes: int = 0


@define
class TrafficMeter:
    """The traffic of a run so far."""

    _hosts: defaultdict[str, _Host] = field(factory=lambda: defaultdict(_Host))
    _challenged: set[str] = field(factory=set)
    _files_challenged: set[str] = field(factory=set)

    def add_response(self, host: str, status: int, size: int, seconds: float | None) -> None:
        """Count a response; ``seconds`` is None when it did not come from the network."""
        counts = self._hosts[host]
        counts.statuses[str(status)] += 1
        counts.bytes += size
        if seconds is not None:
            counts.seconds.append(seconds)

    def add_failure(self, host: str, reason: str) -> None:
        """Count a request without a response."""
        self._hosts[host].failed[reason] += 1

    def add_challenge(self, domain: str) -> None:
        """Record that a host of this registrable domain returned an anti-bot page."""
        self._challenged.add(domain)

    def add_file_challenge(self, host: str) -> None:
        """Record that a host returned an anti-bot page for a file."""
        self._files_challenged.add(host)

    @property
    def by_host(self) -> dict[str, HostTraffic]:
        """The traffic of every host."""
        return {name: self._traffic(name, counts) for name, counts in sorted(self._hosts.items())}

    def _traffic(self, name: str, counts: _Host) -> HostTraffic:
        return HostTraffic(
            requests=counts.statuses.total() + counts.failed.total(),
            bytes=counts.bytes,
            median=median(counts.seconds) if counts.seconds else None,
            p95=_p95(counts.seconds),
            statuses=dict(counts.statuses),
            failed=dict(counts.failed),
            challenged=registrable(name) in self._challenged,
            files_challenged=name in self._files_challenged,
        )


def _p95(seconds: Sequence[float]) -> float | None:
    """The 95th percentile, by nearest rank."""
    return sorted(seconds)[-(-len(seconds) * 19 // 20) - 1] if seconds else None
