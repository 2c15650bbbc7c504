"""An article that a page carries and only its script shows: in JSON, a text area, a template, a noscript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from crawler.pages.base import Document, inner_html

ENOUGH = 100
"""Han characters that make a fragment an article."""
LARGEST = 2_000_000
"""Characters of a script that is looked into."""
_HAN = re.compile("[\u4e00-\u9fff]")
_TAG = re.compile(r"<(?:p|br|div|section|span|h\d|table|li)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"&lt;(?:p|br|div|section|span|h\d|table)\b", re.IGNORECASE)
_STRING = re.compile(
    r'"(?:\w*(?:content|html|body)\w*|text|detail)"\s*:\s*"((?:[^"\\]++|\\.)*+)"',
    re.IGNORECASE | re.DOTALL,
)
"""A string under a key that says it is an article's words."""


def article(page: Document) -> str | None:
    """The HTML of the longest article the page carries unshown."""
    found = [text for text in _fragments(page) if _han(text) >= ENOUGH]
    return max(found, key=_han, default=None)


def _fragments(page: Document) -> Iterator[str]:
    for node in page.root.css("noscript"):
        yield inner_html([node])
    for node in page.root.css("template"):
        yield re.sub(r"</?template\b[^>]*>", "", node.html or "")  # what it holds is no part of the tree
    for node in page.root.css("textarea"):
        yield _html(node.text(deep=True))
    for node in page.root.css("script"):
        text = node.text(deep=True) or ""
        for string in _STRING.findall(text) if len(text) <= LARGEST else ():
            yield _html(_spoken(string))


def _spoken(string: str) -> str:
    """What a string of JSON means; ``""`` for what is none."""
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return ""


def _html(text: str) -> str:
    """The text as HTML: escaped once more it is spoken, plain it breaks its lines."""
    if _ESCAPED.search(text):
        return unescape(text)
    return text if _TAG.search(text) else text.replace("\n", "<br>")


def _han(text: str) -> int:
    return len(_HAN.findall(text))
