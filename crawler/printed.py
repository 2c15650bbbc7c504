"""All that pages print, whether or not a template reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from crawler.pages.base import attribute, parse, text_of
from policy.records import Payload
from policy.words import fold


def printed(payloads: Sequence[Payload]) -> str:
    """Folded words of the pages: their text, scripts included, and their metas; all words of an
    answer in JSON."""
    return "".join(fold(words) for payload in payloads for words in _words(payload))


def _words(payload: Payload) -> Iterator[str]:
    for html in _parts(text_of(payload)[0]):
        root = parse(html)
        yield root.text(deep=True)
        yield from (attribute(node, "content") for node in root.css("meta[content]"))


def _parts(text: str) -> Iterator[str]:
    if not text.lstrip().startswith(("{", "[")):
        yield text
        return
    try:
        yield from _strings(json.loads(text))
    except ValueError:
        yield text


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and one.strip():
            yield one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values()) if isinstance(one, dict) else one)
