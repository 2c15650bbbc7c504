"""Every fault has its own reason, and none becomes an article."""

from __future__ import annotations

import datetime as dt

from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.datetime.now(SHANGHAI).date()


def address(each: Paper) -> str:
    return f"{TZ}{each.stem}.html"


def test_each_fault_is_counted_under_its_own_reason(home: Home) -> None:
    home.configure(timeout=3)
    shown = [paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, 21)]
    site = home.site
    site.put(TZ, shapes.ndrc_list(shown))
    page = {each.id: shapes.ndrc_article(each) for each in shown}
    ids = iter(shown)

    def put(body: str | bytes | None = None, **how: object) -> Paper:
        each = next(ids)
        site.put(address(each), page[each.id] if body is None else body, **how)  # type: ignore[arg-type]
        return each

    put()
    put(fault="slow", seconds=6)
    busy = put(fault="busy", times=2)
    put(fault="truncated")
    put(fault="huge", megabytes=50)
    put(fault="bomb", megabytes=60)
    lying = put(content_type="text/html; charset=iso-8859-1")
    each = next(ids)
    old = page[each.id].replace("utf-8", "gb2312").encode("gb18030")
    site.put(address(each), old, content_type="text/html")
    put(shapes.SOFT_404)
    put(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    put(status=302, headers={"Location": "https://www.example.com/"})
    moved = next(ids)
    site.put(address(moved), status=301, headers={"Location": "/moved.html"})
    site.put("https://www.ndrc.gov.cn/moved.html", page[moved.id])
    put(status=404)
    put(status=500)
    turning = next(ids)
    site.put(address(turning), status=302, headers={"Location": address(turning)})
    put("")
    put(b"%PDF-1.7 nothing to read", content_type="application/pdf")
    put(b"\x1f\x8b\x08broken", headers={"Content-Encoding": "gzip"})
    put("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
    put("<html><body><h1>another layout</h1><p>" + "正文" * 400 + "</p></body></html>")

    row = home.crawl("ndrc", "--section", "tz")
    assert row["failed"] == {
        "timeout": 1,
        "truncated": 1,
        "too_large": 2,
        "soft_404": 1,
        "address_refused": 1,
        "off_portal": 1,
        "http_404": 1,
        "http_500": 1,
        "redirects": 1,
        "rejected": 1,
        "not_html": 1,
        "undecodable": 1,
        "error_page": 1,
        "layout_changed": 1,
    }
    assert (row["state"], row["new"]) == ("ok", 5)
    newest = {version.article.url: version.article for version in home.newest().values()}
    for good in (busy, lying, each):
        assert newest[address(good)].text.startswith("为做好城市绿地养护工作"), "charset by meta and trial"
    assert "https://www.ndrc.gov.cn/moved.html" in newest


def test_a_challenge_stops_the_asking_and_changes_nothing(home: Home) -> None:
    shown = [paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, 11)]
    home.site.put(TZ, shapes.ndrc_list(shown))
    home.site.put_all({address(each): shapes.ndrc_article(each) for each in shown})
    assert home.crawl("ndrc", "--section", "tz")["new"] == 10
    before = home.newest()

    for each in shown:
        home.site.put(address(each), shapes.CHALLENGE)
    row = home.crawl("ndrc", "--section", "tz", expect=1)
    assert (row["state"], row["entries"]) == ("failed", 10), "not one article was read"
    assert row["failed"]["challenge"] >= 1
    assert row["failed"]["challenge"] + row["failed"]["blocked"] == 10
    assert home.newest() == before

    home.site.put(TZ, shapes.CHALLENGE, status=405)
    row = home.crawl("ndrc", "--section", "tz", expect=1)
    assert (row["state"], row["failed"]) == ("failed", {"challenge": 1, "blocked": 10})
    assert row["message"] == "tz: challenge; no entries in any listing"
    assert home.newest() == before


def test_a_listing_that_cannot_be_read_makes_the_night_partial(home: Home) -> None:
    shown = [paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, 11)]
    home.site.put(TZ, shapes.ndrc_list(shown))
    home.site.put_all({address(each): shapes.ndrc_article(each) for each in shown})
    gg = "https://www.ndrc.gov.cn/xxgk/zcfb/gg/"
    home.site.put(gg, shapes.ndrc_list(shown[:3]))
    row = home.crawl("ndrc", "--section", "tz", "--section", "gg", expect=3)
    assert (row["state"], row["new"], row["failed"]) == ("partial", 10, {"layout_changed": 1})
    assert row["sections"] == {"tz": 10}
    assert row["message"] == "gg: layout_changed"


def test_an_address_is_refused_after_its_name_was_looked_up(home: Home) -> None:
    home.configure(packages=["tests.mocksite.portals"])
    listing, shown = "http://127.0.0.1:1/tz/", [paper(n, TODAY) for n in range(1, 4)]
    body = shapes.ndrc_list(shown)
    for each, host in zip(shown[1:], ("127.0.0.2", "localhost"), strict=True):
        body = body.replace(f"./{each.stem}.html", f"http://{host}:9/{each.stem}.html")
    home.site.put(listing, body)
    home.site.put(f"{listing}{shown[0].stem}.html", shapes.ndrc_article(shown[0]))
    row = home.crawl("loopback")
    assert (row["new"], row["failed"]) == (1, {"address_refused": 2})
