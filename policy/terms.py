"""The curated dictionary of policy and energy terms, and their occurrences in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from policy.data import lines
from policy.lexicon import Lexicon

_QUANTITY = re.compile(
    r"(?<![\d.])\d{1,12}(?:\.\d{1,6})?\s?(?:[万亿]{0,2}(?:千瓦时|千瓦|兆瓦|吉瓦|千伏安|千伏|吨标准煤|吨标煤|立方米|平方公里|公里|亩|吨|元)"
    r"|[kKMG][Ww]h?(?![a-zA-Z])|[kK]V(?:A)?(?![a-zA-Z])|MPa(?![a-zA-Z])|[%％‰℃])"
)


@cache
def terms() -> frozenset[str]:
    """Every term of the dictionary."""
    return frozenset(lines("terms.txt"))


@cache
def _lexicon() -> Lexicon:
    return Lexicon(terms())


def find_terms(text: str) -> tuple[str, ...]:
    """The terms and quantities (``100kW``) in a text as printed: leftmost, longest, in order."""
    return tuple(text[start:end] for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    reach = 0
    quantities = (found.span() for found in _QUANTITY.finditer(text))
    terms = ((start, end) for start, end, _ in _lexicon().spans(text))
    for start, end in sorted({*terms, *quantities}):
        if start >= reach:
            yield start, end
            reach = end
