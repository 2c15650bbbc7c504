"""What two titles differ in: a year, a batch, a place, a name, or that one changes what the other is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

from pipelines.naming import Title, quotes
from policy.numerals import NUMERALS

_NUMBERS = re.compile(rf"\d+(?:\.\d+)?|[{NUMERALS}零〇]+")
_ALIKE = 0.6


def contradiction(one: Title, other: Title) -> str | None:
    """What two formal titles of one template differ in, as ``2024年第三批 ≠ 2024年第四批``; None where
    they are one title, or simply other words."""
    if not (one.formal and other.formal):
        return None
    if one.names & other.names:
        return years_differ(one, other)
    return _numbers_differ(one.core, other.core) or _words_differ(one.core, other.core)


def has_number(told: str) -> bool:
    """Whether what titles differ in is a count, a year or a number."""
    return _NUMBERS.search(told) is not None


def years_differ(one: Title, other: Title) -> str | None:
    """（2024年） ≠ （2025年）: what is made for a year is another the next year, unless it is amended."""
    lasting = one.normative and other.normative and one.genre != "标准"
    if lasting or not (one.year and other.year) or one.year == other.year:
        return None
    return f"{one.year} ≠ {other.year}"


def places_differ(one: Title, other: Title) -> str | None:
    """Whether two titles are of two provinces, cities or counties, the one not in the other."""
    mine, theirs = one.place, other.place
    if not (mine and theirs) or mine in other.printed or theirs in one.printed:
        return None
    return f"{mine} ≠ {theirs}"


def amends_another(one: Title, other: Title) -> bool:
    """Whether one is about changing or ending documents, and the other is a document, or one of those: a
    headline of neither kind does not say what it is above."""
    if one.amends == other.amends:
        return False
    amending, plain = (one, other) if one.amends else (other, one)
    return plain.formal or quotes(amending, plain)


def versions_differ(one: Title, other: Title) -> bool:
    """Whether both say of which year their edition is, and of two: （2021年版）, （2025年版）."""
    return bool(one.version and other.version and one.version != other.version)


def _numbers_differ(one: str, other: str) -> str | None:
    if _NUMBERS.sub("#", one) != _NUMBERS.sub("#", other):
        return None
    pairs = zip(_NUMBERS.findall(one), _NUMBERS.findall(other), strict=True)
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in pairs if mine != theirs) or None


def _words_differ(one: str, other: str) -> str | None:
    """The same title but for a name: two or more characters that stand for others."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    told = [pair for pair in _between(matcher.get_matching_blocks(), one, other) if all(pair)]
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in told if len(mine + theirs) > 2) or None


def _between(blocks: Sequence[Match], one: str, other: str) -> Iterator[tuple[str, str]]:
    """What lies between the words that are equal; a single character that two names share is no word:
    桃源山 ≠ 广源城."""
    words = [block for block in blocks if block.size > 1]
    ends = [(0, 0), *((block.a + block.size, block.b + block.size) for block in words)]
    begins = [*((block.a, block.b) for block in words), (len(one), len(other))]
    for (at, place), (start, begin) in zip(ends, begins, strict=True):
        yield one[at:start], other[place:begin]
