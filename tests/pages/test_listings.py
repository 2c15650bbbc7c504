from __future__ import annotations

import json
import re

import pytest

from crawler.extraction import read_listing
from crawler.pages.base import Many
from crawler.pages.listings import HubList, JsonList, StaticList, TrsList, canonical
from crawler.pages.listings.entries import MOST_PAGES
from crawler.portal import Portal, Section
from policy.errors import Challenge, LayoutChanged
from policy.records import Listing, Payload

URL = "https://list.example/zc/"


class Rows(StaticList):
    rows = Many("ul.list > li")
    page_url = r"(?P<n>\d+)/"


class TrsRows(TrsList):
    rows = Many("ul.list > li")


class HubRows(HubList):
    rows = Many("ul.list > li")


class Sample(Portal):
    slug = "sample"
    name = "样例"
    hosts = ("list.example",)
    article_url = re.compile(r"/(?P<key>t\d+)\.html$")
    articles = ()
    sections = ()


ROW = '<li><a href="./t{n}.html" title="第{n}号通知">第…</a><span>2026-03-{n:02}</span></li>'


def rows(count: int) -> str:
    listed = "".join(ROW.format(n=n) for n in range(1, count + 1))
    return f'<ul class="list">{listed}<li class="empty"></li></ul>'


def read(family: type[StaticList | JsonList], html: str, url: str = URL) -> Listing:
    return family().read(Sample(), URL, Payload(url=url, body=html.encode()))


@pytest.mark.parametrize(
    ("call", "following"),
    [
        ('createPageHTML(4, 0, "index", "html");', ["index_1.html", "index_2.html", "index_3.html"]),
        ("createPageHTML( 3 ,0,'index','shtml')", ["index_1.shtml", "index_2.shtml"]),
        ("createPageHTML(3, 1, 'index', 'htm')", ["index_2.htm"]),
        ('createPageHTML(1, 0, "index", "html")', []),
        ("createPageHTML('page_div', 3, 1, 'fg', 'shtml', 20)", ["fg_2.shtml", "fg_3.shtml"]),
        ("", []),
    ],
    ids=["double quotes", "single quotes", "second page", "one page", "container first", "no call"],
)
def test_create_page_html_names_the_following_pages(call: str, following: list[str]) -> None:
    listing = read(TrsRows, f"{rows(2)}<script><!--\n{call}\n//--></script>")
    assert list(listing.more) == [URL + name for name in following]


def test_all_pages_after_the_current_one_follow_though_a_pager_links_only_some() -> None:
    links = "".join(f'<a href="/zc/{page}">{page}</a>' for page in ("", "3/", "6/", "3/"))
    pager = f"<div><span>2</span>{links}<em>…</em></div>"
    assert read(Rows, rows(1) + pager, URL + "2/").more == tuple(f"{URL}{n}/" for n in (3, 4, 5, 6))


def test_a_later_page_whose_rows_all_lead_to_other_sites_is_read_where_that_is_wanted() -> None:
    body = '<ul class="list"><li><a href="https://news.example/1">新闻</a><span>2026-03-01</span></li></ul>'
    payload = Payload(url=f"{URL}2/", body=body.encode(), content_type="text/html")
    section = Section(slug="zc", name="政策", url=URL, listing=Rows)
    with pytest.raises(LayoutChanged):
        read_listing(Sample(), section, payload, first=False)
    assert len(read_listing(Sample(), section, payload, first=False, away=True).elsewhere) == 1
    with pytest.raises(LayoutChanged):
        read_listing(Sample(), section, payload, first=True, away=True)


def test_a_pager_may_link_the_other_scheme_and_never_sends_us_round_for_ever() -> None:
    pager = f'<a href="{URL.replace("https", "http")}3/">3</a>'
    assert read(Rows, rows(1) + pager).more == ("http://list.example/zc/2/", "http://list.example/zc/3/")
    assert len(read(TrsRows, rows(1) + 'createPageHTML(99999999, 0, "index", "html")').more) <= MOST_PAGES


def test_a_hub_has_no_further_page() -> None:
    assert read(HubRows, f'{rows(2)}<a href="/zc/2/">更多</a>').more == ()


def test_a_row_says_title_day_and_address() -> None:
    first = read(Rows, rows(2)).entries[0]
    assert (first.key, first.url, first.title, str(first.listed_on)) == (
        "t1",
        f"{URL}t1.html",
        "第1号通知",
        "2026-03-01",
    )


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ("<li><a href='t1.html'>题</a><span>[2026/3/9]</span></li>", "2026-03-09"),
        (
            "<li><span class=mhide>2026-03-09</span><a href='t1.html'>题</a><span>2026-03-09</span></li>",
            "2026-03-09",
        ),
        ("<li><a href='t1.html'>题</a> 2026年3月9日</li>", "2026-03-09"),
        ("<li><a href='t1.html'>2025-01-01 的题</a><span>2026.03.09</span></li>", "2026-03-09"),
        ("<li><a href='t1.html'>题</a><span>2026-02-30</span></li>", "None"),
        ("<li><a href='t1.html'>题</a></li>", "None"),
    ],
)
def test_the_day_is_the_rows_own(row: str, day: str) -> None:
    assert str(read(Rows, f"<ul class=list>{row}</ul>").entries[0].listed_on) == day


def test_pop_up_links_spacers_other_sites_and_repeated_rows_are_no_entries() -> None:
    pop_up = "<div class=popbox><ul><li><a href='t2.html'>解读</a></li></ul></div>"
    others = "<li class=empty></li><li><a href='https://other.example/t3.html'>外站</a></li>"
    row = "<li><a href='t1.html'>题</a>"
    html = f"<ul class=list>{row}{pop_up}</li>{others}{row}</li></ul>"
    assert [entry.key for entry in read(Rows, html).entries] == ["t1"]


@pytest.mark.parametrize(
    "href", ["http://[::1/t9.html", "https://a.example:abc/t9.html", "//a.example:99999/t9.html"]
)
def test_a_link_that_nobody_could_ask_for_is_no_entry(href: str) -> None:
    row = "<li><a href='t1.html'>题</a></li>"
    html = f"<ul class=list><li><a href='{href}'>坏</a></li>{row}</ul>"
    assert [entry.key for entry in read(Rows, html).entries] == ["t1"]


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("HTTPS://A.example/x.html?utm_source=a&id=3#top", "https://a.example/x.html?id=3"),
        ("https://a.example/x.html?from=timeline", "https://a.example/x.html"),
        ("https://a.example/x?q=%E6%B0%A2&p=", "https://a.example/x?q=%E6%B0%A2&p="),
        ("https://a.example", "https://a.example/"),
    ],
)
def test_a_canonical_address_has_no_fragment_and_no_tracking(url: str, plain: str) -> None:
    assert canonical(url) == plain
    assert canonical(plain) == plain


def test_json_rows_are_entries() -> None:
    answer = [
        {"TITLE": "<em>一</em>&amp;二", "URL": "/zc/t1.html", "DOCRELPUBTIME": "2026-03-01"},
        {"TITLE": "无址", "URL": ""},
    ]
    entries = read(JsonList, "\ufeff" + json.dumps(answer)).entries
    assert [(entry.title, entry.url) for entry in entries] == [("一&二", f"{URL}t1.html")]


@pytest.mark.parametrize("answer", ["<html>", '{"rows": []}', "[1]", '[{"NAME": "x"}]'])
def test_json_of_another_shape_is_a_changed_layout(answer: str) -> None:
    with pytest.raises(LayoutChanged):
        read(JsonList, answer)


SECTION = Section(slug="zc", name="政策", url=URL, listing=TrsRows, at_least=3)


def test_fewer_entries_than_the_first_page_promises_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged, match=r"sample: entries: .*zc promises 3 entries, found 2"):
        read_listing(Sample(), SECTION, Payload(url=URL, body=rows(2).encode()))


def test_a_later_page_may_be_shorter() -> None:
    listing = read_listing(Sample(), SECTION, Payload(url=URL + "index_4.html", body=rows(1).encode()))
    assert len(listing.entries) == 1


def test_a_listing_that_is_a_challenge_is_a_challenge() -> None:
    body = b"<html><script>var arg1='0A1B2C3D4E5F60718293';acw_sc__v2</script></html>"
    with pytest.raises(Challenge, match="sample"):
        read_listing(Sample(), SECTION, Payload(url=URL, body=body))
