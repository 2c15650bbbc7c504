"""The SSRF guard: resolves every host name and literal address, and drops private addresses.

Twisted connects to the address that this resolver returned, so DNS rebinding between check and connection is
not possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import provider  # type: ignore[import-untyped]  # ships no types

from crawler.urls import allowed


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
        raise RuntimeError("TWISTED_DNS_RESOLVER must be crawler.fetching.ssrf_guard.GuardedResolver")
    return resolver
