"""Terms of a dictionary in a text: leftmost, longest, in one pass whatever their number.

The only module that knows pyahocorasick. It searches a node's children one by one, and hundreds of Han
characters begin a term; so it is given UTF-8, a byte a letter, where no node has more than 64 of
them: twice as fast, and since no character's bytes are the middle of another's, just as exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import ahocorasick

from policy.data import read_lines


class Lexicon:
    """Terms, found in any case; no Latin word or figure is cut: there is no 6G in 256GB."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for term in {term.lower() for term in terms}:
            latin = term[0].isascii() or term[-1].isascii()
            self._automaton.add_word(_letters(_bytes(term)), (term, len(_bytes(term)), latin))
        self._automaton.make_automaton()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where terms stand, and each in lower case; in order, none overlaps another."""
        lowered = text.lower()
        if len(lowered) != len(text):  # İ is two characters in lower case
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
        """All terms by their first byte, the longest first. ``iter_long`` would lose those inside the
        beginning of a longer one that then fails."""
        found = self._automaton.iter(_letters(data))
        matches = [(last - length + 1, length, term, latin) for last, (term, length, latin) in found]
        return sorted(matches, key=lambda match: (match[0], -match[1]))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _letters(data: bytes) -> str:
    return data.decode("latin-1")


def _cuts(text: str, at: int) -> bool:
    """Whether a Latin word or a figure goes on over this place."""
    pair = text[at - 1 : at + 1] if at else ""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


# ---------------------------------------------------------- the curated dictionary of policy and energy terms


_QUANTITY = re.compile(
    r"(?<![\d.])\d{1,12}(?:\.\d{1,6})?\s?(?:[万亿]{0,2}(?:千瓦时|千瓦|兆瓦|吉瓦|千伏安|千伏|吨标准煤|吨标煤|立方米|平方公里|公里|亩|吨|元)"
    r"|[kKMG][Ww]h?(?![a-zA-Z])|[kK]V(?:A)?(?![a-zA-Z])|MPa(?![a-zA-Z])|[%％‰℃])"
)


@cache
def terms() -> frozenset[str]:
    """Every term of the dictionary."""
    return frozenset(read_lines("terms.txt"))


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
