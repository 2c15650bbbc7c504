from __future__ import annotations

import codecs

import pytest

from crawler.pages.base import decode

WORDS = "关于样例工作的通知：各县要按时报送，逾期的说明原因。"


def page(charset: str) -> str:
    return f'<html><head><meta charset="{charset}"></head><body><p>{WORDS}</p></body></html>'


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "GB18030", "x-gbk"])
def test_gb_pages_are_read_as_gb18030_whatever_they_call_it(declared: str) -> None:
    text = page(declared).replace("县", "镕㎡")
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize(
    "header", ["text/html; charset=gbk", "text/html; charset=ISO-8859-1", "text/html", None]
)
def test_a_wrong_header_loses_against_a_body_that_is_utf8(header: str | None) -> None:
    assert decode(page("utf-8").encode(), header) == (page("utf-8"), "utf-8")


@pytest.mark.parametrize("header", ["text/html; charset=utf-8", "text/html; charset=ISO-8859-1"])
def test_a_wrong_header_loses_against_the_body_of_a_gbk_page(header: str) -> None:
    assert decode(page("gbk").encode("gbk"), header) == (page("gbk"), "gb18030")


def test_a_wrong_meta_loses_against_a_body_that_is_utf8() -> None:
    assert decode(page("gb2312").encode()) == (page("gb2312"), "utf-8")


def test_a_gbk_body_that_calls_itself_utf8_is_still_read() -> None:
    assert decode(page("utf-8").encode("gbk"))[0] == page("utf-8")


def test_without_any_declaration_gb18030_is_tried() -> None:
    assert decode(WORDS.encode("gbk")) == (WORDS, "gb18030")


def test_two_byte_text_that_happens_to_be_utf8_is_read_as_declared() -> None:
    text = '<meta charset="gb2312"><p>联通</p>'
    assert decode(text.encode("gbk")) == (text, "gb18030")


def test_a_header_decides_where_nothing_else_does() -> None:
    assert decode("電力規劃".encode("big5"), "text/html; charset=big5") == ("電力規劃", "big5")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_the_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    assert decode(mark + page("gbk").encode(encoding)) == (page("gbk"), encoding)


def test_a_cut_utf8_page_stays_utf8() -> None:
    text, encoding = decode(page("utf-8").encode()[:120])
    assert encoding == "utf-8"
    assert WORDS[:10] in text


def test_a_few_bytes_beyond_gb18030_do_not_hide_the_page() -> None:
    text, encoding = decode(page("gb2312").encode("gbk").replace("县".encode("gbk"), b"\xff\xff"))
    assert encoding == "gb18030"
    assert "关于样例工作的通知" in text


@pytest.mark.parametrize("name", ["zlib", "rot13", "unicode_escape", "no-such-thing", "utf-7"])
def test_a_name_that_is_no_character_set_is_not_believed(name: str) -> None:
    assert decode(page(name).encode("gbk"))[1] == "gb18030"


def test_a_utf8_page_with_a_block_of_foreign_bytes_stays_utf8() -> None:
    body = page("utf-8").encode().replace(b"<p>", b"<p>" + bytes(range(128, 168)))
    text, encoding = decode(body)
    assert (encoding, WORDS in text) == ("utf-8", True)
