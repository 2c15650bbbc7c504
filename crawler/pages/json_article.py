"""Articles that are data: served as JSON, or shown by a script from JSON, a text area or a template element.

A JSON article is an object with a title and a body of HTML (金融监管总局 ``docClob``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from crawler.pages.base import Document, attribute, inner_html, join, text_of
from crawler.pages.listings.entries import plain
from policy.errors import NotHtml, TooDeep
from policy.records import Attachment, Label, Page, Payload

BODIES = ("docClob", "content", "docContent", "body", "html")
FILES = ("pdfFileUrl", "docFileUrl")
WORDS = ("title", "name", "content", "text")
"""Keys of the text of a node in a tree of chapters."""
NAMES = {
    "docSubtitle": "title",
    "docTitle": "title",
    "title": "title",
    "zdjgName": "issuer",
    "gbrq": "published",
    "sxrq": "effective",
    "documentNo": "doc_no",
    "indexNo": "index_no",
    "publishDate": "published",
    "docSource": "source",
}
"""Labels by key. ``docTitle`` contains line breaks; ``builddate`` is not the day of signing."""


def read_json(payload: Payload) -> Page | None:
    """The article in a JSON payload; None for a payload that is not JSON. Raises NotHtml for other JSON."""
    if payload.body.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        answer = json.loads(text_of(payload)[0])
    except ValueError:
        return None
    except RecursionError as error:
        raise TooDeep("JSON nested too deeply", url=payload.url) from error
    article = next(_articles(answer), None)
    if article is None:
        raise NotHtml("JSON without an article", url=payload.url)
    try:
        body = next((_html(article[key]) for key in BODIES if _is_body(article.get(key))), "")
    except RecursionError as error:
        raise TooDeep("JSON nested too deeply", url=payload.url) from error
    return Page(
        url=payload.url,
        number=1,
        body=body,
        labels=tuple(_labels(article)),
        attachments=_files(payload, article),
    )


def _articles(answer: Any) -> Iterator[Mapping[str, Any]]:
    """The object itself or the one under ``data``, when it has a body or a file."""
    if not isinstance(answer, dict):
        return
    for candidate in (answer, answer.get("data")):
        if not isinstance(candidate, dict):
            continue
        if any(_is_body(candidate.get(key)) for key in BODIES) or any(map(candidate.get, FILES)):
            yield candidate


def _is_body(value: Any) -> bool:
    """HTML, or a law as a tree of chapters and articles."""
    return bool(value) and (
        isinstance(value, str) or (isinstance(value, list) and isinstance(value[0], dict))
    )


def _html(value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(_paragraphs(value))


def _paragraphs(tree: Any) -> Iterator[str]:
    """The text of a tree in order, a paragraph per node."""
    if isinstance(tree, list):
        for branch in tree:
            yield from _paragraphs(branch)
    elif isinstance(tree, dict):
        words = [str(tree[key]) for key in WORDS if isinstance(tree.get(key), str)]
        yield f"<p>{' '.join(words)}</p>"
        for branch in tree.values():
            if isinstance(branch, list):
                yield from _paragraphs(branch)


def _files(payload: Payload, article: Mapping[str, Any]) -> tuple[Attachment, ...]:
    urls = (join(payload.url, str(article[key])) for key in FILES if article.get(key))
    return tuple(Attachment(url=url, name=url.rpartition("/")[2]) for url in dict.fromkeys(urls) if url)


def _labels(article: Mapping[str, Any]) -> Iterator[Label]:
    for key, name in NAMES.items():
        if value := plain(str(article.get(key) or "")):
            yield Label(name=name, value=value, rule=f"cell:{key}")


# ------------------------------------------------------------------ articles that only a script shows


ENOUGH = 100
"""Chinese characters from which a fragment is taken for an hidden_article."""
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
"""A string under a key that names the text of an hidden_article."""
_PARSED = re.compile(
    r"""JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?:"((?:[^"\\]++|\\.)*+)"|'((?:[^'\\]++|\\.)*+)')""",
    re.DOTALL,
)
"""JSON inside a string of a script."""
_WORDS = re.compile(
    r"\w*(?:text|content|value|insert|children|paragraphs?|blocks?|ops|body|p)", re.IGNORECASE
)
"""Keys of the parts of an editor's document."""


def hidden_article(page: Document) -> str | None:
    """The HTML of the longest hidden hidden_article, or None."""
    texts = [text for text in _fragments(page) if _han(text) >= ENOUGH]
    return max(texts, key=_han, default=None)


def _fragments(page: Document) -> Iterator[str]:
    for node in page.root.css("noscript"):
        yield inner_html([node])
    for node in page.root.css("template"):
        yield re.sub(r"</?template\b[^>]*>", "", node.html or "")  # its content is not part of the tree
    for node in page.root.css("textarea"):
        yield _as_html(node.text(deep=True))
    for node in page.root.css("script"):
        text, kind = node.text(deep=True) or "", attribute(node, "type").lower()
        if len(text) <= LARGEST:
            yield from [text] if "template" in kind or "html" in kind else _carried(text)


def _carried(script: str) -> Iterator[str]:
    """Strings of a script that are articles, and documents in parts."""
    for text in (script, *map(_quoted, _PARSED.findall(script))):
        for string in _STRING.findall(text):
            yield _as_html(_spoken(string))
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


def _as_html(text: str) -> str:
    """The text as HTML: escaped HTML is unescaped, in plain text line breaks become elements."""
    if _ESCAPED.search(text):
        return unescape(text)
    return text if _TAG.search(text) else text.replace("\n", "<br>")


def _han(text: str) -> int:
    return len(_HAN.findall(text))
