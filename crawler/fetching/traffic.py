"""Counts and times the requests of a run, by host. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from attrs import define, field

from crawler.urls import registrable
from policy.records.runs import HostTraffic


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
