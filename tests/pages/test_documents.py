from __future__ import annotations

import time

import pytest

from crawler.pages.base import First, Many, Maybe, One, document, text_in
from policy.errors import LayoutChanged, NotHtml, Rejected, TooDeep
from policy.records import Payload


def page_of(html: str | bytes, url: str = "https://a.example/x/1.html"):  # type: ignore[no-untyped-def]
    body = html.encode() if isinstance(html, str) else html
    return document(Payload(url=url, body=body), portal="sample")


def test_a_stray_html_end_tag_hides_nothing() -> None:
    page = page_of("<html><body><p>前</p></html><div id='later'><p>后</p></div></body></html>")
    assert [text_in(p) for p in page.root.css("body p")] == ["前", "后"]


@pytest.mark.parametrize("body", [b"", b"  \r\n\t "], ids=["nothing", "blank"])
def test_an_empty_page_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected, match="empty page"):
        page_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n%\xe2\xe3 <a>",
        b"\x89PNG\r\n\x1a\n<b>",
        b"PK\x03\x04<c>",
        b"\x00\x01\x02<html>",
        "没有标记的文字".encode(),
    ],
    ids=["pdf", "png", "zip", "binary", "plain text"],
)
def test_what_is_no_page_is_not_html(body: bytes) -> None:
    with pytest.raises(NotHtml, match=r"https://a\.example/x/1\.html"):
        page_of(body)


@pytest.mark.parametrize("tag", ["div", "table", "b", "span", "ul><li"])
def test_five_megabytes_of_nested_tags_are_refused_at_once(tag: str) -> None:
    bomb = f"<html><body>{f'<{tag}>' * (5_000_000 // (len(tag) + 2))}"
    start = time.process_time()
    with pytest.raises(TooDeep, match=r"nested|tags"):
        page_of(bomb)
    assert time.process_time() - start < 5


def test_a_thousand_nested_tags_and_a_tag_with_a_thousand_attributes_are_refused() -> None:
    with pytest.raises(TooDeep, match="nested 1002 deep"):
        page_of(f"<html><body>{'<div>' * 1000}")
    with pytest.raises(TooDeep, match="2001 attributes"):
        page_of(f"<p {' '.join(f'a{n}=1' for n in range(2000))}>")


def test_many_tags_that_do_not_nest_are_a_page() -> None:
    page = page_of(f"<ul>{'<li>项目<br>' * 5000}</ul>{'<p>段落' * 5000}")
    assert len(page.root.css("li, p")) == 10_000


def test_relative_addresses_follow_the_base_element() -> None:
    page = page_of('<base href="/other/"><a href="a.html">A</a>')
    assert page.absolute(" a\n.html ") == "https://a.example/other/a.html"


class Samples:
    heading = One("h1")
    box = First("div.box")
    note = Maybe("p.note")
    rows = Many("li", at_least=2)


def test_selectors_find_as_many_as_they_state() -> None:
    page = page_of("<h1>题</h1><div class=box>一</div><div class=box>二</div><ul><li>1<li>2</ul>")
    assert text_in(Samples.heading.on(page)) == "题"
    assert text_in(Samples.box.on(page)) == "一"
    assert Samples.note.on(page) is None
    assert [text_in(row) for row in Samples.rows.on(page)] == ["1", "2"]


@pytest.mark.parametrize(
    ("selector", "html", "said"),
    [
        (Samples.heading, "<h1>甲</h1><h1>乙</h1>", "heading: .*exactly one .*found 2"),
        (Samples.heading, "<p>", "heading: .*found 0"),
        (Samples.box, "<p>", "box: .*at least one .*found 0"),
        (Samples.rows, "<ul><li>1</ul>", "rows: .*at least 2 .*found 1"),
    ],
)
def test_a_selector_that_finds_otherwise_names_portal_field_and_address(
    selector: One, html: str, said: str
) -> None:
    with pytest.raises(LayoutChanged, match=f"sample: {said}") as caught:
        selector.on(page_of(html))
    assert "https://a.example/x/1.html" in str(caught.value)


def test_a_body_printed_twice_is_the_first_that_has_words() -> None:
    page = page_of('<div class="b"> <p></p></div><div class="b">正文</div><div class="b">正文二</div>')
    assert text_in(First(".b").on(page)) == "正文"
