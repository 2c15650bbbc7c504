"""Pages that would take the parser seconds, told by a cheap look at their text."""

from __future__ import annotations

import re

MAX_DEPTH = 512
"""As deep as browsers nest. lexbor searches the open elements at each tag: deeper, time is quadratic."""
MAX_TAGS = 400_000
"""The largest catalogues printed as one page have a tenth of it."""
MAX_ATTRIBUTES = 1000
"""Of one tag; lexbor compares each with all before it."""

_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000,}")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_LEAVES = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "tbody", "thead"),
        *("tfoot", "rp", "rt"),
    }
)
"""Void, or closed by the next of their kind: they do not nest however many there are."""


def bomb(text: str) -> str | None:
    """Why the text would take the parser seconds, seen without parsing."""
    tags = text.count("<")
    if tags > MAX_TAGS:
        return f"{tags} tags, at most {MAX_TAGS}"
    depth = _depth(text) if tags > MAX_DEPTH else 0
    if depth > MAX_DEPTH:
        return f"tags nested {depth} deep, at most {MAX_DEPTH}"
    attributes = max((len(tag[0].split()) for tag in _LONG_TAG.finditer(text)), default=0)
    return f"a tag with {attributes} attributes" if attributes > MAX_ATTRIBUTES else None


def _depth(text: str) -> int:
    """How deep the tags nest at most, estimated without parsing."""
    depth = deepest = 0
    for closing, tag in TAG.findall(text):
        if tag.lower() in _LEAVES:
            continue
        if not closing:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest
