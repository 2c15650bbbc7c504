"""Rules for addresses and hosts: which are public, which are the same. Pure, without DNS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

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


@lru_cache(maxsize=1024)
def registrable(host: str) -> str:
    """The registrable domain of a host by the public suffix list: ``fd.bjx.com.cn`` -> ``bjx.com.cn``.

    An IP address is returned as it is, a host with an unlisted suffix as its last two labels.
    """
    name = host.lower().rstrip(".")
    if is_literal(name):
        return name
    labels = name.split(".")
    listed = [_unicode(label) for label in labels]
    return ".".join(labels[-_suffix_labels(listed, _suffixes()) - 1 :])


def _suffix_labels(labels: Sequence[str], rules: str) -> int:
    """The number of labels of the public suffix; a host that is a suffix itself, or has no listed one, counts
    as having one of a single label. The longest rule counts, and an exception (``!city.kobe.jp``) first."""
    for start in range(len(labels)):
        name, parent = ".".join(labels[start:]), ".".join(labels[start + 1 :])
        if f"\n!{name}\n" in rules:
            return len(labels) - start - 1
        if f"\n{name}\n" in rules or (parent and f"\n*.{parent}\n" in rules):
            return len(labels) - start if start else 1
    return 1


def _unicode(label: str) -> str:
    """A label as the list has it: not in Punycode."""
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


@cache
def _suffixes() -> str:
    """The rules that come with tldextract, never fetched, without private domains such as ``github.io``.

    They are searched as text: importing tldextract imports requests and builds a tree of 10,000 rules, for
    the few hosts that a crawl asks about.
    """
    package = find_spec("tldextract")
    assert package is not None  # noqa: S101 -- a requirement
    assert package.origin is not None  # noqa: S101 -- its __init__.py
    rules = Path(package.origin).with_name(".tld_set_snapshot").read_text(encoding="utf-8")
    return rules.partition("// ===BEGIN PRIVATE DOMAINS===")[0]


def open_endpoints(allow: Iterable[str], connect: Iterable[str]) -> frozenset[str]:
    """Every ``host:port`` that may be private: the allow-list and the targets of the connect map."""
    return frozenset([*(item.lower() for item in allow), *(endpoint(target) for target in connect)])
