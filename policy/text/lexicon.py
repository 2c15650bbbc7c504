"""Finds the terms of a dictionary in a text in one pass: leftmost, longest matches. Pure.

This is the only module that imports pyahocorasick. It scans the children of a node linearly, and hundreds of
Han characters begin a term. So terms are stored as UTF-8 with one byte per letter, which is twice as fast; a
match cannot begin or end inside a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import ahocorasick

from policy.data import read_lines
from policy.text.words import unify_radicals


class Lexicon:
    """A set of terms, matched without regard to case and not inside a Latin word or figure (6G in 256GB)."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for term in {term.lower() for term in terms}:
            latin = term[0].isascii() or term[-1].isascii()
            self._automaton.add_word(_letters(_bytes(term)), (term, len(_bytes(term)), latin))
        self._automaton.make_automaton()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and lower-case form of each match, in order and without overlaps."""
        text = unify_radicals(text)
        lowered = text.lower()
        if len(lowered) != len(text):  # İ has two characters in lower case
            lowered = text
        data = _bytes(lowered)
        start = counted = free = 0
        for begins, length, term, latin in self._matches(data):
            if begins < free:
                continue
            start, counted = start + len(data[counted:begins].decode(errors="surrogatepass")), begins
            end = start + len(term)
            if not latin or not (_cuts(lowered, start) or _cuts(lowered, end)):
                free = begins + length
                yield start, end, term

    def _matches(self, data: bytes) -> list[tuple[int, int, str, bool]]:
        """All matches by their first byte, the longest first.

        ``iter_long`` would lose matches inside the beginning of a longer term that then does not match.
        """
        ends = self._automaton.iter(_letters(data))
        matches = [(last - length + 1, length, term, latin) for last, (term, length, latin) in ends]
        return sorted(matches, key=lambda match: (match[0], -match[1]))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _letters(data: bytes) -> str:
    return data.decode("latin-1")


def _cuts(text: str, at: int) -> bool:
    """Whether this index is inside a Latin word or a figure."""
    pair = text[at - 1 : at + 1] if at else ""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


# ------------------------------------------------------------------ the dictionary of policy and energy terms


_QUANTITY = re.compile(
    r"(?<![\d.])\d{1,12}(?:\.\d{1,6})?\s?(?:[万亿]{0,2}(?:千瓦时|千瓦|兆瓦|吉瓦|千伏安|千伏|吨标准煤|吨标煤|立方米|平方公里|公里|亩|吨|元)"
    r"|[kKMG][Ww]h?(?![a-zA-Z])|[kK]V(?:A)?(?![a-zA-Z])|MPa(?![a-zA-Z])|[%％‰℃])"
)


@cache
def terms() -> frozenset[str]:
    """All terms of the dictionary."""
    return frozenset(read_lines("terms.txt"))


@cache
def _lexicon() -> Lexicon:
    return Lexicon(terms())


def find_terms(text: str) -> tuple[str, ...]:
    """The dictionary terms and quantities (``100kW``) in a text, as printed and in order."""
    return tuple(text[start:end] for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    reach = 0
    quantities = (match.span() for match in _QUANTITY.finditer(text))
    terms = ((start, end) for start, end, _ in _lexicon().spans(text))
    for start, end in sorted({*terms, *quantities}):
        if start >= reach:
            yield start, end
            reach = end
