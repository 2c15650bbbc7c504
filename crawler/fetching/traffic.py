"""What passes between a run and its hosts: counted and timed where requests leave the house. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from attrs import define, field

from crawler.urls import registrable
from policy.records.runs import HostTraffic

SECONDS = "seconds"
"""Key of ``request.meta``: how long the last answer took, or the failure."""


@define
class _Host:
    """One host so far."""

    statuses: Counter[str] = field(factory=Counter)
    failed: Counter[str] = field(factory=Counter)
    seconds: list[float] = field(factory=list)
    bytes: int = 0


@define
class TrafficMeter:
    """Grows with every answer of a run."""

    _hosts: defaultdict[str, _Host] = field(factory=lambda: defaultdict(_Host))
    _challenged: set[str] = field(factory=set)
    _files_challenged: set[str] = field(factory=set)

    def answered(self, host: str, status: int, size: int, seconds: float | None) -> None:
        """A host answered; ``seconds`` is None where the answer was not fetched."""
        one = self._hosts[host]
        one.statuses[str(status)] += 1
        one.bytes += size
        if seconds is not None:
            one.seconds.append(seconds)

    def failed(self, host: str, reason: str) -> None:
        """A request to a host got no answer."""
        self._hosts[host].failed[reason] += 1

    def challenged(self, domain: str) -> None:
        """A host of this registrable domain answered with an anti-bot page."""
        self._challenged.add(domain)

    def files_challenged(self, host: str) -> None:
        """A host answered with an anti-bot page for a file."""
        self._files_challenged.add(host)

    @property
    def traffic(self) -> dict[str, HostTraffic]:
        """All hosts so far."""
        return {name: self._traffic(name, one) for name, one in sorted(self._hosts.items())}

    def _traffic(self, name: str, one: _Host) -> HostTraffic:
        return HostTraffic(
            requests=one.statuses.total() + one.failed.total(),
            bytes=one.bytes,
            median=median(one.seconds) if one.seconds else None,
            p95=_p95(one.seconds),
            statuses=dict(one.statuses),
            failed=dict(one.failed),
            challenged=registrable(name) in self._challenged,
            files_challenged=name in self._files_challenged,
        )


def _p95(seconds: Sequence[float]) -> float | None:
    """What 95 of 100 answers took at most."""
    return sorted(seconds)[-(-len(seconds) * 19 // 20) - 1] if seconds else None
