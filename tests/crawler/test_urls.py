"""Which addresses and hosts may be requested."""

from __future__ import annotations

import pytest
from tldextract import TLDExtract

from crawler.urls import _suffixes, allowed, endpoint, open_endpoints, origin, registrable


@pytest.mark.parametrize("address", ["8.8.8.8", "202.108.22.5", "2400:3200::1", "64:ff9b::808:808"])
def test_public_addresses_pass(address: str) -> None:
    assert allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "no address",
    ],
)
def test_private_addresses_and_their_disguises_are_refused(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("fd.bjx.com.cn", "bjx.com.cn"),
        ("www.gov.cn", "www.gov.cn"),
        ("sousuo.www.gov.cn", "www.gov.cn"),
        ("fwfx.ndrc.gov.cn", "ndrc.gov.cn"),
        ("kjt.zj.gov.cn", "zj.gov.cn"),
        ("czj.sh.cn", "czj.sh.cn"),
        ("img01.mybjx.net", "mybjx.net"),
        ("www.ab.cn", "ab.cn"),
        ("WWW.NDRC.GOV.CN.", "ndrc.gov.cn"),
        ("www.example.co.uk", "example.co.uk"),
        ("a.b.test", "b.test"),
        ("gov.cn", "gov.cn"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_a_challenge_holds_for_the_registrable_domain(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_the_rules_of_the_suffix_list_read_as_tldextract_reads_them() -> None:
    extract = TLDExtract(suffix_list_urls=(), cache_dir=None).extract_str
    rules = _suffixes().splitlines()
    names = [rule.lstrip("!").replace("*", "any") for rule in rules if rule and not rule.startswith("//")]
    hosts = [f"{prefix}{name}" for name in names[::20] for prefix in ("", "a.", "www.a.")]
    hosts += [host.encode("idna").decode() for host in hosts if not host.isascii()]
    theirs = [extract(host).top_domain_under_public_suffix or _last_two(host) for host in hosts]
    assert len(hosts) > 1_000
    assert [registrable(host) for host in hosts] == theirs


def _last_two(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def test_the_targets_of_the_connect_map_may_be_private() -> None:
    assert open_endpoints(["localhost:80"], ["http://127.0.0.1:8000"]) == {"localhost:80", "127.0.0.1:8000"}
    assert endpoint("https://www.ndrc.gov.cn") == "www.ndrc.gov.cn:443"
    assert origin("https://WWW.ndrc.gov.cn/xxgk/") == "https://www.ndrc.gov.cn"
