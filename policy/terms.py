"""The curated dictionary of policy and energy terms, and their occurrences in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from operator import add

from policy.data import lines

_QUANTITY = re.compile(
    r"(?<![\d.])\d{1,12}(?:\.\d{1,6})?\s?(?:[万亿]{0,2}(?:千瓦时|千瓦|兆瓦|吉瓦|千伏安|千伏|吨标准煤|吨标煤|立方米|平方公里|公里|亩|吨|元)"
    r"|[kKMG][Ww]h?(?![a-zA-Z])|[kK]V(?:A)?(?![a-zA-Z])|MPa(?![a-zA-Z])|[%％‰℃])"
)


@cache
def terms() -> frozenset[str]:
    """Every term of the dictionary."""
    return frozenset(lines("terms.txt"))


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """The lengths of the terms that begin with two characters, longest first; keys in lower case."""
    lengths: dict[str, set[int]] = {}
    for term in terms():
        lengths.setdefault(term[:2].lower(), set()).add(len(term))
    return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


@cache
def _lowered() -> frozenset[str]:
    return frozenset(term.lower() for term in terms())


def find_terms(text: str) -> tuple[str, ...]:
    """The terms and quantities (``100kW``) in a text as printed: leftmost, longest, in order."""
    return tuple(text[start:end] for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower() if len(text.lower()) == len(text) else text
    quantities = {found.start(): found.end() for found in _QUANTITY.finditer(text)}
    lengths, known, reach = _lengths(), _lowered(), 0
    heads = [at for at, head in enumerate(map(add, lowered, lowered[1:])) if head in lengths]
    for at in sorted({*heads, *quantities}):
        if at < reach:
            continue
        end = quantities.get(at) or _end(lowered, at, lengths[lowered[at : at + 2]], known)
        if end:
            yield at, end
            reach = end


def _end(text: str, at: int, lengths: tuple[int, ...], known: frozenset[str]) -> int | None:
    ends = (at + length for length in lengths if text[at : at + length] in known)
    return next((end for end in ends if _stands_alone(text, at, end)), None)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or figure is cut: there is no 6G in 256GB."""
    return not (_is_word(text[start - 1 : start + 1]) or _is_word(text[end - 1 : end + 1]))


def _is_word(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalnum()
