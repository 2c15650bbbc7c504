"""Articles that only a script shows: in JSON, a text area, a template or a noscript element."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import unquote

from crawler.pages.base import Document, attribute, inner_html

ENOUGH = 100
"""Chinese characters from which a fragment is taken for an article."""
LARGEST = 2_000_000
"""Characters; longer scripts are not searched."""
DEEPEST = 40
"""Nesting depth to which objects in a script are searched."""
_HAN = re.compile("[\u4e00-\u9fff]")
_TAG = re.compile(r"<(?:p|br|div|section|span|h\d|table|li)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"&lt;(?:p|br|div|section|span|h\d|table)\b", re.IGNORECASE)
_STRING = re.compile(
    r'"(?:\w*(?:content|html|body)\w*|text|detail)"\s*:\s*"((?:[^"\\]++|\\.)*+)"',
    re.IGNORECASE | re.DOTALL,
)
"""A string under a key that names the text of an article."""
_PARSED = re.compile(
    r"""JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?:"((?:[^"\\]++|\\.)*+)"|'((?:[^'\\]++|\\.)*+)')""",
    re.DOTALL,
)
"""JSON inside a string of a script."""
_WORDS = re.compile(
    r"\w*(?:text|content|value|insert|children|paragraphs?|blocks?|ops|body|p)", re.IGNORECASE
)
"""Keys of the parts of an editor's document."""


def article(page: Document) -> str | None:
    """The HTML of the longest hidden article, or None."""
    texts = [text for text in _fragments(page) if _han(text) >= ENOUGH]
    return max(texts, key=_han, default=None)


def _fragments(page: Document) -> Iterator[str]:
    for node in page.root.css("noscript"):
        yield inner_html([node])
    for node in page.root.css("template"):
        yield re.sub(r"</?template\b[^>]*>", "", node.html or "")  # its content is not part of the tree
    for node in page.root.css("textarea"):
        yield _html(node.text(deep=True))
    for node in page.root.css("script"):
        text, kind = node.text(deep=True) or "", attribute(node, "type").lower()
        if len(text) <= LARGEST:
            yield from [text] if "template" in kind or "html" in kind else _carried(text)


def _carried(script: str) -> Iterator[str]:
    """Strings of a script that are articles, and documents in parts."""
    for text in (script, *map(_quoted, _PARSED.findall(script))):
        for string in _STRING.findall(text):
            yield _html(_spoken(string))
        yield from ("".join(f"<p>{escape(piece)}</p>" for piece in pieces) for pieces in _documents(text))


def _documents(text: str) -> Iterator[list[str]]:
    """The longest list of parts in an object that a script consists of or assigns."""
    start = text.find("{")
    if start < 0 or _han(text) + text.count("\\u") < ENOUGH:
        return
    try:
        held, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
    except (ValueError, RecursionError):
        return
    rows = [[*_pieces(row, 0)] for row in _rows(held, 0)]
    yield from ([max(rows, key=lambda row: sum(map(len, row)))] if rows else [])


def _rows(held: object, depth: int) -> Iterator[list[object]]:
    """The outermost lists under a document key in an object."""
    values = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
    for key, value in values if depth < DEEPEST else ():
        if isinstance(value, list) and isinstance(key, str) and _WORDS.fullmatch(key):
            yield value
        else:
            yield from _rows(value, depth + 1)


def _pieces(held: object, depth: int) -> Iterator[str]:
    """The text of a document in parts, a paragraph per part."""
    if isinstance(held, str):
        yield from filter(str.strip, held.split("\n"))
    elif isinstance(held, list) and depth and all(map(_is_leaf, held)):
        yield "".join(word for piece in held for word in _pieces(piece, depth + 1))
    elif isinstance(held, list) and depth < DEEPEST:
        for piece in held:
            yield from _pieces(piece, depth + 1)
    elif isinstance(held, dict) and depth < DEEPEST:
        for key, value in held.items():
            yield from _pieces(value, depth + 1) if _WORDS.fullmatch(key) else ()


def _is_leaf(held: object) -> bool:
    """Whether the value is text, or an object with formatted text: part of a line."""
    if isinstance(held, dict):
        return not any(isinstance(value, dict | list) for key, value in held.items() if _WORDS.fullmatch(key))
    return isinstance(held, str)


def _quoted(found: tuple[str, str]) -> str:
    """The value of a quoted string in a script, percent-decoded."""
    double, single = found
    text = _spoken(double) if double else _spoken(single.replace("\\'", "'").replace('"', '\\"'))
    return unquote(text) if text.startswith("%7B") else text


def _spoken(string: str) -> str:
    """The value of a JSON string; ``""`` for an invalid one."""
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return ""


def _html(text: str) -> str:
    """The text as HTML: escaped HTML is unescaped, in plain text line breaks become elements."""
    if _ESCAPED.search(text):
        return unescape(text)
    return text if _TAG.search(text) else text.replace("\n", "<br>")


def _han(text: str) -> int:
    return len(_HAN.findall(text))
