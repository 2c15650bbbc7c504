"""Marks of a changed line on the boundaries of words: 规定 → 规范 is a word, not half of one.

A line is compared character by character; a word that a difference cuts is then taken into it whole. Words
come from the dictionary that is installed with jieba, but jieba is not loaded: only the few characters around
a difference are segmented, by the most probable sequence of words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from policy.text.lexicon import terms
from policy.text.numerals import NUMERALS
from policy.text.words import HAN

Difference = tuple[int, int, int, int]
"""Begin and end of a difference in the old line, begin and end in the new line."""

LONGEST = 3
"""The most characters of a word; longer ones are made of shorter ones."""
_AROUND = 6
"""Characters that are segmented on each side of a difference."""
_TERM = 1000
"""The frequency that a term of our lexicon is given."""
_CHARACTER = math.log(5_000 / 60_000_000)
"""The probability of a character by itself, from the mean frequency of the dictionary."""

_COMMON_UNIT = 8
"""Numbers that the dictionary has before a character in one word (三项, 五项) if that character is a unit."""

_ENTRY = re.compile(rb"(?m)^((?:[\xe4-\xe9][\x80-\xbf]{2}){2,3}) (\d{2,}) ")
_HAN = re.compile(f"[{HAN}]")


def whole_words(old: str, new: str, differences: Sequence[Difference]) -> list[Difference]:
    """The differences of two lines with the words that they cut; those that then meet are one.

    Between two differences the lines are the same.
    """
    whole: list[Difference] = []
    for rank, (at_old, end_old, at_new, end_new) in enumerate(differences):
        floor = differences[rank - 1][1] if rank else 0
        ceiling = differences[rank + 1][0] if rank + 1 < len(differences) else len(old)
        ahead = _ahead(old, new, at_old, at_new, at_old - floor)
        behind = _behind(old, new, end_old, end_new, ceiling - end_old)
        begin = at_old - ahead, at_new - ahead
        if whole and begin[0] <= whole[-1][1]:
            before = whole.pop()
            begin = before[0], before[2]
        whole.append((begin[0], end_old + behind, begin[1], end_new + behind))
    return whole


def cuts_word(text: str, at: int) -> bool:
    """Whether a word of the text lies on both sides of this place."""
    return _word_at(text, at) is not None


def _ahead(old: str, new: str, at_old: int, at_new: int, most: int) -> int:
    """How far before a difference the words begin that it cuts."""
    moved = 0
    while moved < most:
        words = _word_at(old, at_old - moved), _word_at(new, at_new - moved)
        step = max((word[0] for word in words if word), default=0)
        if not step:
            break
        moved += step
    return min(moved, most)


def _behind(old: str, new: str, end_old: int, end_new: int, most: int) -> int:
    """How far behind a difference the words end that it cuts."""
    moved = 0
    while moved < most:
        words = _word_at(old, end_old + moved), _word_at(new, end_new + moved)
        step = max((word[1] for word in words if word), default=0)
        if not step:
            break
        moved += step
    return min(moved, most)


# ------------------------------------------------------------------ words of a line


def _word_at(text: str, at: int) -> tuple[int, int] | None:
    """The characters before and behind this place that are one word or figure; None where two words meet."""
    if not (0 < at < len(text) and _HAN.match(text, at - 1) and _HAN.match(text, at)):
        return None
    if text[at - 1] in NUMERALS and text[at] in NUMERALS:
        return 1, 1
    if text[at - 1] in NUMERALS and text[at] in _units():
        return None
    known = _frequencies()
    if not (
        text[at - 1 : at + 1] in known
        or text[at - 1 : at + 2] in known
        or text[max(at - 2, 0) : at + 1] in known
    ):
        return None
    begin = max(at - _AROUND, 0)
    place = begin
    for size in _segment(text[begin : at + _AROUND]):
        if place < at < place + size:
            return at - place, place + size - at
        place += size
    return None


@lru_cache(4096)
def _segment(text: str) -> tuple[int, ...]:
    """The sizes of the most probable words of a short text."""
    known = _frequencies().get
    scores, sizes = [0.0], [0]
    for end in range(1, len(text) + 1):
        score, size = scores[end - 1] + _CHARACTER, 1
        for longer in range(2, min(LONGEST, end) + 1):
            likely = known(text[end - longer : end])
            if likely is not None and likely + scores[end - longer] > score:
                score, size = likely + scores[end - longer], longer
        scores.append(score)
        sizes.append(size)
    words: list[int] = []
    end = len(text)
    while end:
        words.append(sizes[end])
        end -= sizes[end]
    return tuple(words[::-1])


@cache
def _frequencies() -> Mapping[str, float]:
    """The words of two and three characters and the logarithm of their probability."""
    counts = {word.decode(): int(count) for word, count in _ENTRY.findall(_dictionary().read_bytes())}
    counts |= dict.fromkeys((term for term in terms() if 1 < len(term) <= LONGEST), _TERM)
    total = sum(counts.values())
    return {word: math.log(count / total) for word, count in counts.items()}


@cache
def _units() -> frozenset[str]:
    """The characters that count or measure: 三十日 is a number and its unit, 一般 is a word."""
    counted = (word for word in _frequencies() if word[-1] not in NUMERALS)
    units = Counter(word[-1] for word in counted if all(sign in NUMERALS for sign in word[:-1]))
    return frozenset(unit for unit, numbers in units.items() if numbers >= _COMMON_UNIT)


def _dictionary() -> Path:
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed")
    return Path(spec.submodule_search_locations[0]) / "dict.txt"
