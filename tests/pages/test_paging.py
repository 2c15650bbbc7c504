"""Other pages of an article are found by their addresses, on any site."""

from __future__ import annotations

import datetime as dt

import pytest

from crawler.extraction import read_article, read_saved
from crawler.pages.base import document
from crawler.pages.generic import GenericArticle
from crawler.pages.generic.pagination import pages_of
from crawler.spiders.listing_cursor import ArticleFetch
from policy.records import Capture, Page, Payload

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
SITE = "https://unknown.example"
HEAD = "<title>样例县工作总结</title><h1>样例县工作总结</h1>"
PROSE = "样例县说，第{}部分的工作已经完成，下一步转入验收，请各乡镇按时报送材料。"


def others(path: str, html: str) -> list[str]:
    page = document(Payload(url=SITE + path, body=f"<body>{html}".encode()))
    return [url.removeprefix(SITE) for url in pages_of(page).others]


@pytest.mark.parametrize(
    ("path", "html", "found"),
    [
        ("/a/1.html", "<a href='1_2.html'>2</a><a href='1_3.html'>3</a><a href='1_2.html'>下一页</a>",
         ["/a/1_2.html", "/a/1_3.html"]),
        ("/a/1.html", "<a href='1-2.html'>下一页</a>", ["/a/1-2.html"]),
        ("/a/1_2.html", "<a href='1.html'>上一页</a><a href='1_3.html'>下一页</a>",
         ["/a/1.html", "/a/1_3.html"]),
        ("/a/t1_700.html", "<a href='t1_700_1.html'>2</a>…<a href='t1_700_4.html'>5</a>",
         [f"/a/t1_700_{n}.html" for n in range(1, 5)]),
        ("/a/t1_700_1.html", "<a href='t1_700.html'>1</a>2<a href='t1_700_2.html'>3</a>",
         ["/a/t1_700.html", "/a/t1_700_2.html"]),
        ("/a/1.html", "<a href='?page=2'>2</a><a href='?page=3'>[3]</a>",
         ["/a/1.html?page=2", "/a/1.html?page=3"]),
        ("/v?id=7&page=2", "<a href='/v?id=7'>1</a><a href='/v?id=7&page=3'>下页</a>",
         ["/v?id=7", "/v?id=7&page=3"]),
        ("/some-words/", "<a href='/some-words/2/'>2</a>", ["/some-words/2/"]),
        ("/a/t1_700.html", "<script>createPageHTML(3, 0, 't1_700', 'html');</script>",
         ["/a/t1_700_1.html", "/a/t1_700_2.html"]),
        ("/a/news_12.html", "<a href='news_12_2.html'>第2页</a>", ["/a/news_12_2.html"]),
    ],
    ids=["underscore", "hyphen", "both ways", "from one, with a gap", "the second of them", "query",
         "query among others", "folder", "script", "a number of its own"],
)  # fmt: skip
def test_a_pager_names_the_other_pages(path: str, html: str, found: list[str]) -> None:
    assert others(path, html) == found


@pytest.mark.parametrize(
    ("path", "html"),
    [
        ("/a/101.html", "<a href='102.html'>下一篇</a><a href='100.html'>上一篇</a>"),
        ("/a/101.html", "<a href='102.html'>下一页</a>"),
        ("/a/1.html", "<a href='list_2.html'>2</a><a href='/list?page=3'>下一页</a>"),
        ("/a/1.html", "<div class='comment-pager'><a href='?page=2'>2</a></div>"),
        ("/a/1.html", "<a href='1_2.html'>7</a>"),
        ("/a/1.html", "<a href='1.html'>1</a><a href='#2'>2</a><a href='javascript:;'>下一页</a>"),
        ("/2026/03/10/", "<a href='/2026/03/11/'>下一页</a>"),
        ("/a/t2026_12.html", "<a href='t2026_11.html'>上一页</a><a href='t2026_13.html'>下一页</a>"),
        ("/a/t2026.html", "<a href='t2026_13.html'>下一页</a>"),
        ("/a/1.html", "<a href='http://[bad'>2</a><a href=''>3</a>"),
    ],
    ids=[
        "neighbours",
        "neighbours called pages",
        "a list's",
        "comments'",
        "another number",
        "itself",
        "days",
        "neighbours by the number of an underscore",
        "a later one's",
        "broken",
    ],
)
def test_other_links_are_no_pages_of_it(path: str, html: str) -> None:
    assert others(path, html) == []


def part(n: int, last: int = 3) -> Payload:
    name = "1" if n == 1 else f"1_{n}"
    after = f"<a href='1_{n + 1}.html'>下一页</a>" if n < last else ""
    html = f"{HEAD}<div><p>{PROSE.format(n)}</p></div><div>{after}</div>"
    return Payload(url=f"{SITE}/a/{name}.html", body=html.encode())


def test_pages_become_one_article_in_their_order() -> None:
    article = read_saved([part(1), part(3), part(2)])
    assert article.text.split("\n") == [PROSE.format(n) for n in (1, 2, 3)]
    assert article.completeness.missing_pages == ()


def test_a_page_that_did_not_come_is_stated() -> None:
    assert read_saved([part(1), part(2)]).completeness.missing_pages == (f"{SITE}/a/1_3.html",)


def test_pages_told_apart_by_the_query_are_told_apart() -> None:
    body = (
        f"<title>样例县工作总结</title><h1>样例县工作总结</h1><p>{PROSE}</p><a href='?page=2'>2</a>".encode()
    )
    article = read_saved([Payload(url=f"{SITE}/a/1.html", body=body)])
    assert article.completeness.missing_pages == (f"{SITE}/a/1.html?page=2",)


def test_a_page_that_comes_at_two_addresses_is_read_once() -> None:
    again = Payload(url=f"{SITE}/a/1_1.html", body=part(1).body)
    assert read_saved([part(1), again, part(2)]).text.split("\n") == [PROSE.format(n) for n in (1, 2)]


def read(payload: Payload) -> Page:
    template = GenericArticle()
    page = document(payload)
    assert template.matches(page)
    return template.read(page)


def followed(entered: int, last: int) -> list[Page]:
    """The pages that are read of an article entered at one of them."""
    fetch = ArticleFetch(url=part(entered).url, key="1")
    pages = {part(n).url: part(n, last) for n in range(1, last + 1)}
    waiting: str | None = fetch.url
    while waiting:
        fetch = fetch.requesting(waiting).read(read(pages[waiting]), capture(waiting))
        waiting = fetch.following
    return [*fetch.pages]


def capture(url: str) -> Capture:
    return Capture(
        url=url, at=NOON, status=200, file="a.warc.gz", offset=0, length=1, digest="sha1:0", record_id="<0>"
    )


def test_a_portal_may_have_its_articles_read_generically_page_after_page() -> None:
    pages = followed(entered=1, last=3)
    assert [page.url for page in pages] == [part(n).url for n in (1, 2, 3)], "each once"
    assert read_article(None, pages).text.count("样例县说") == 3


def test_a_long_article_is_read_to_its_end_though_its_pager_says_no_number() -> None:
    pages = followed(entered=1, last=14)
    assert [page.url for page in pages] == [part(n).url for n in range(1, 15)]
    assert read_article(None, pages).completeness.missing_pages == ()


def test_a_page_of_a_long_article_that_did_not_come_is_stated() -> None:
    pages = followed(entered=1, last=14)[:12]
    assert read_article(None, pages).completeness.missing_pages == (part(13).url,)


def test_what_may_be_another_article_is_not_followed_from_where_an_article_was_entered() -> None:
    assert [page.url for page in followed(entered=12, last=14)] == [part(12).url]
