"""Articles served as JSON: an object with a title and a body of HTML (金融监管总局 ``docClob``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.pages.base import join, text_of
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
