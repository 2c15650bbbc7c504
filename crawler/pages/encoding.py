"""The encoding of a page, by byte order mark, by trial decoding and by declaration."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

GB = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "936", "euc-cn"})
DAMAGE = "\ufffd"
LATIN = frozenset({"ascii", "iso8859-1", "cp1252"})
"""Defaults of servers, which say nothing about a Chinese page."""

ALLOWED = re.compile(r"utf-(8|16|16-le|16-be)|big5(hkscs)?|iso8859-\d+|cp\d+|shift_jis|euc_\w\w|hz|ascii")
"""Codecs that are character sets; Python has other codecs too."""

_HAN = re.compile("[\u4e00-\u9fff]")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""")
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the encoding that decoded it; gb18030 is used for gb2312 and gbk.

    A byte order mark decides. Then UTF-8 is tried whatever is declared, as text in another encoding is almost
    never valid UTF-8; then the declared encodings and gb18030.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    tried = [*_candidates(body, content_type)]
    for encoding in tried:
        text = body.decode(encoding, "replace")
        if _sound(text) or (encoding == "utf-8" and _mostly(text)):
            return text, encoding
    readings = [(body.decode(encoding, "replace"), encoding) for encoding in tried]
    return min(readings, key=lambda reading: reading[0].count(DAMAGE))


def _sound(text: str) -> bool:
    """Whether so few characters were lost that the page is damaged rather than in another encoding."""
    lost = text.count(DAMAGE)
    return not lost or lost * 50 < sum(not character.isascii() for character in text)


def _mostly(text: str) -> bool:
    """Whether UTF-8 decoded more Chinese characters than it lost. It decodes few in other encodings."""
    return text.count(DAMAGE) < 2 * len(_HAN.findall(text))


def _candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    declared = [*_declared(body[:4096], content_type or "")]
    by_accident = declared[:1] == ["gb18030"] and _scarcely_foreign(body)
    yield from ("gb18030", "utf-8") if by_accident else ("utf-8",)
    yield from (name for name in declared if name not in LATIN)
    yield "gb18030"


def _scarcely_foreign(body: bytes) -> bool:
    """Whether so few bytes are outside ASCII that GBK text may be valid UTF-8 by accident, as 联通 is."""
    return sum(byte > 127 for byte in body[:8192]) <= 8 and len(body) <= 8192


def _declared(head: bytes, content_type: str) -> Iterator[str]:
    stated = [
        match[1].decode("ascii", "replace") for match in (_META.search(head), _XML.search(head)) if match
    ]
    header = _HEADER.search(content_type)
    for name in [*stated, *([header[1]] if header else [])]:
        known = _codec(name)
        if known:
            yield known


def _codec(name: str) -> str | None:
    if name.lower() in GB:
        return "gb18030"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    return known if ALLOWED.fullmatch(known) else None
