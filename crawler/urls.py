"""Rules for addresses and hosts: which are public, which are the same. Pure, without DNS."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

POSTED = "#post="
"""Separates an address from the body of its POST request."""
_NAT64 = ip_network("64:ff9b::/96")
_SITE_LOCAL = ip_network("fec0::/10")
_PROTOCOL = ip_network("192.0.0.0/24")


def allowed(address: str) -> bool:
    """Whether this IP address is public: not private, loopback or link-local, in any notation.

    ``is_global`` alone accepts NAT64, 6to4, site-local, multicast and IETF protocol addresses.
    """
    try:
        ip = _unwrap(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    return ip not in (_PROTOCOL if ip.version == 4 else _SITE_LOCAL)


def _unwrap(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address embeds, or the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def is_literal(host: str) -> bool:
    """Whether the host is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def endpoint(origin: str) -> str:
    """``host:port`` of an origin (``https://www.example.cn``)."""
    parts = urlsplit(origin)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def origin(url: str) -> str:
    """``scheme://host[:port]`` of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def alike(url: str) -> str:
    """A key under which different spellings of an address are equal: no scheme, fragment or ``index.html``.

    The body of a POST, which is written in the fragment, is part of the key.
    """
    asked, posted = url.partition(POSTED)[::2]
    bare = urldefrag(asked).url.partition("://")[2]
    return bare.removesuffix("index.html").rstrip("/") + posted


def registrable(host: str) -> str:
    """The registrable domain of a host by the public suffix list: ``fd.bjx.com.cn`` -> ``bjx.com.cn``.

    An IP address is returned as it is, a host with an unlisted suffix as its last two labels.
    """
    name = host.lower().rstrip(".")
    if is_literal(name):
        return name
    return _suffixes().extract_str(name).top_domain_under_public_suffix or ".".join(name.split(".")[-2:])


@cache
def _suffixes() -> TLDExtract:
    """The list that comes with tldextract, never fetched. Loaded on first use: it imports requests."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def open_endpoints(allow: Iterable[str], connect: Iterable[str]) -> frozenset[str]:
    """Every ``host:port`` that may be private: the allow-list and the targets of the connect map."""
    return frozenset([*(item.lower() for item in allow), *(endpoint(target) for target in connect)])
