"""The log of a run's requests: one JSON line each, written when its answer is there; and the gaps in it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from attrs import asdict, frozen

from policy.errors import ArchiveError

_NAME = re.compile(r"(?P<slug>.+)-\d{8}T\d{6}Z-(?P<run>\d+)\.jsonl(?:\.gz)?")


@frozen(kw_only=True)
class LoggedRequest:
    """One request as it left: when, where to, and what came of it. ``delay`` is the pause that was to
    be kept before it."""

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
    """The closest two requests of a host; None for a host that was asked once. ``delay`` is the pause
    that was to be kept between these two, ``short`` how many gaps were shorter than theirs."""

    host: str
    requests: int
    smallest: float | None
    delay: float
    short: int


class RequestLog:
    """One run's log. Lines are with the operating system at once; it is packed when the run closes."""

    def __init__(self, root: Path, slug: str, run_id: int, now: dt.datetime) -> None:
        utc = now.astimezone(dt.UTC)
        self._path = root / f"{utc:%Y/%m}/{slug}-{utc:%Y%m%dT%H%M%SZ}-{run_id}.jsonl"
        self._stream: TextIO | None = None

    def write(self, asked: LoggedRequest) -> None:
        """Add a line."""
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("a", encoding="utf-8", buffering=1)
        said = {name: value for name, value in asdict(asked).items() if value is not None}
        said["at"] = f"{asked.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        self._stream.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Pack it."""
        if self._stream is None:
            return
        self._stream.close()
        packed = self._path.with_suffix(".jsonl.gz")
        with self._path.open("rb") as plain, gzip.open(packed, "wb") as stream:
            shutil.copyfileobj(plain, stream)
        self._path.unlink()
        self._stream = None


def logs(root: Path, name: str) -> list[Path]:
    """The logs of a run, by its number, or of a portal, by its slug; the newest first."""
    found = [(path, _NAME.fullmatch(path.name)) for path in root.rglob("*.jsonl*")]
    fits = [path for path, parts in found if parts and name in (parts["run"], parts["slug"])]
    return sorted(fits, key=lambda path: int(_NAME.fullmatch(path.name)["run"]), reverse=True)  # type: ignore[index]  # each fits


def read(path: Path) -> Iterator[LoggedRequest]:
    """The requests of a log in the order they left; of a run that was killed all but a torn last line."""
    with (
        gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as f
    ):
        lines = f.read().split("\n")
    asked = [_asked(path, number, line) for number, line in enumerate(lines[:-1], 1)]
    yield from sorted(asked, key=lambda one: one.at)


def _asked(path: Path, number: int, line: str) -> LoggedRequest:
    try:
        said: dict[str, Any] = json.loads(line)
        return LoggedRequest(**said | {"at": dt.datetime.fromisoformat(said["at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveError(f"{path}:{number}: not a line of a request log: {error}") from error


def gaps(asked: Iterable[LoggedRequest]) -> tuple[RequestGap, ...]:
    """Of each host, and under ``*`` of all of them together; the requests of one portal, in time."""
    requests = sorted(asked, key=lambda one: one.at)
    hosts: dict[str, list[LoggedRequest]] = {"*": requests}
    for one in requests:
        hosts.setdefault(one.host, []).append(one)
    return tuple(_gap(host, each) for host, each in sorted(hosts.items()))


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
