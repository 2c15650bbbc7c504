"""Pages that would take the parser seconds, told by a cheap look at their text."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

MAX_DEPTH = 512
"""As deep as browsers nest. lexbor searches the open elements at each tag: deeper, time is quadratic."""
MAX_TAGS = 200_000
"""The largest catalogues printed as one page have a fifth of it."""
MAX_ATTRIBUTES = 1000
"""Of one tag; lexbor compares each with all before it."""

_LONG = 4000
"""Characters; a shorter tag has few attributes."""
TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
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
    attributes = _attributes(text)
    return f"a tag with {attributes} attributes" if attributes > MAX_ATTRIBUTES else None


def _depth(text: str) -> int:
    """How deep the tags nest at most, estimated without parsing."""
    depths = [0, *accumulate(map(_step, TAG.findall(text)))]
    most = max(depths) - min(depths)
    if most <= MAX_DEPTH:
        return most
    lows = accumulate(depths, min)  # a tag closed without being open counts for nothing
    nested: list[int] = [*map(operator.sub, depths, lows)]
    return max(nested)


@lru_cache(maxsize=256)
def _step(tag: str) -> int:
    """How much deeper a tag leads."""
    if tag.removeprefix("/").lower() in _LEAVES:
        return 0
    return -1 if tag.startswith("/") else 1


def _attributes(text: str) -> int:
    """How many words the longest-winded tag has."""
    long = [part.partition(">")[0] for part in _long_parts(text)]
    tags = (tag for tag in long if len(tag) > _LONG and tag[0].isascii() and tag[0].isalpha())
    return max((len(tag.split()) for tag in tags), default=0)


def _long_parts(text: str) -> Iterator[str]:
    """What stands between two ``<`` that are far apart; from one to the last one near it is one leap."""
    at = text.find("<")
    while at >= 0:
        ahead = text.rfind("<", at + 1, at + 1 + _LONG)
        if ahead < 0:
            ahead = text.find("<", at + 1)
            yield text[at + 1 : ahead] if ahead > 0 else text[at + 1 :]
        at = ahead
