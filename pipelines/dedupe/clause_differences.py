"""Classify the difference of two corresponding clauses: a misread character, a number, or other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from attrs import evolve, frozen

from policy.text.numerals import NUMERALS
from policy.text.words import canonical

ALIKE, SURELY = 0.55, 0.75
"""Dice coefficient of character pairs from which on two clauses may correspond, and surely do."""
_SHORT = 12
_DROPPED = 8
"""Characters that only one side has, from which on they count as another clause instead of a changed word."""
_NUMERAL = re.compile(rf"(?!(?<=[统唯专单])一|一[致体般律些旦并切定起样])[{NUMERALS}\d]")
"""The numeral 一 in words such as 统一 and 一般 is excluded."""
_MARKER = re.compile(rf"(?:[{NUMERALS}]{{1,3}}|\d{{1,2}})$")
_CITED = re.compile(rf"第[{NUMERALS}\d]{{1,8}}[编章节条](?:之[{NUMERALS}])?")
"""Article numbers: another number does not mean another rule."""
_WEIGHTY = frozenset("不未无非免禁勿否应可须上下以内外前后")
"""Single characters that change the meaning of a sentence."""

Difference = Literal["noise", "numbers", "words"]


@frozen(kw_only=True)
class ClauseDifference:
    """A clause of the shorter article and its counterpart in the longer one."""

    kind: Difference
    small: str
    large: str
    shown: str


def pair_clauses(
    small: Sequence[str], large: Sequence[str], *, least: float, torn: bool
) -> tuple[list[ClauseDifference], tuple[list[str], list[str]]]:
    """The differences of clauses that are alike, the most alike first; and the clauses without a
    counterpart."""
    if len(small) == len(large) == 1 and _at_most_like(small[0], large[0]) < least:
        likes_nothing = least != ALIKE or torn or max(len(small[0]), len(large[0])) > _SHORT
        if likes_nothing:
            return [], ([*small], [*large])
    grams = {each: {each[at : at + 2] for at in range(len(each) - 1)} or {each} for each in (*small, *large)}
    likes = sorted(
        (-_like(grams[mine], grams[other]), abs(rank - place), rank, place)
        for rank, mine in enumerate(small)
        for place, other in enumerate(large)
    )
    pairs: dict[int, int] = {}
    for like, _, rank, place in likes:
        if -like >= least and rank not in pairs and place not in pairs.values():
            pairs[rank] = place
    changes = [_change(small[rank], large[place], torn=torn) for rank, place in pairs.items()]
    rest = [each for rank, each in enumerate(small) if rank not in pairs]
    others = [each for place, each in enumerate(large) if place not in pairs.values()]
    if (
        least == ALIKE and not torn and len(rest) == len(others)
    ):  # short ones in the same place: 三年 for 五年
        short = [_short(*pair) for pair in zip(rest, others, strict=True)]
        rest, others = (
            [each for each, known in zip(some, short, strict=True) if not known] for some in (rest, others)
        )
        changes += short
    return [each for each in changes if each], (rest, others)


def _at_most_like(mine: str, theirs: str) -> float:
    """The Dice coefficient that two clauses could reach by their lengths and characters."""
    shorter, longer = sorted((len(mine), len(theirs)))
    return 2 * shorter / (shorter + longer) if shorter else 0.0


def _like(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _short(mine: str, theirs: str) -> ClauseDifference | None:
    """Two short clauses in the same place: one sign misread, or another word."""
    if max(len(mine), len(theirs)) > _SHORT:
        return None
    differ = [pair for pair in zip(mine, theirs, strict=False) if pair[0] != pair[1]]
    misread = len(mine) == len(theirs) > 2 and len(differ) == 1 and _kind(differ) == "noise"
    alike = misread or _say_the_same(mine, theirs)
    return evolve(replaced_clause(mine, theirs), kind="noise") if alike else replaced_clause(mine, theirs)


def _numbers(words: str) -> list[str]:
    return _NUMERAL.findall(words)


def _say_the_same(mine: str, theirs: str) -> bool:
    """Whether clauses that differ in figures say the same: 二〇二六年三月 and 2026年3月, 百分之五 and 5%."""
    return canonical(mine) == canonical(theirs)


def _change(mine: str, theirs: str, *, torn: bool) -> ClauseDifference | None:
    """What differs in two clauses that are alike; None where one is merely longer at an end, or numbered."""
    one, other = _CITED.sub("", mine), _CITED.sub("", theirs)
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    inner = {at for at in range(len(codes)) if 0 < at < len(codes) - 1}
    differ = [
        (one[a:b], other[c:d], at in inner)
        for at, (kind, a, b, c, d) in enumerate(codes)
        if kind == "replace" or (kind != "equal" and not torn)
    ]
    within = [pair for *pair, inside in differ if inside or all(pair)]
    ends = [pair for *pair, inside in differ if not (inside or all(pair) or _MARKER.match("".join(pair)))]
    kind = _kind([(each[0], each[1]) for each in within])
    if kind is None and ends:  # a line that ends within a clause
        kind = "noise"
    if kind == "numbers" and _say_the_same(mine, theirs):
        kind = "noise"
    if kind is None:
        return None
    told = next((pair for pair in within if _kind([(pair[0], pair[1])]) == kind), [*within, *ends][0])
    return ClauseDifference(kind=kind, small=mine, large=theirs, shown=f"{told[0] or '–'} → {told[1] or '–'}")


def _kind(differ: Sequence[tuple[str, str]]) -> Difference | None:
    within = [pair for pair in differ if min(map(len, pair)) or max(map(len, pair)) < _DROPPED]
    if not within:
        return None
    if any(_numbers(mine) != _numbers(theirs) for mine, theirs in within):
        return "numbers"
    if any(max(len(mine), len(theirs)) > 1 or {*mine, *theirs} <= _WEIGHTY for mine, theirs in within):
        return "words"
    return "noise"


def replaced_clause(small: str, large: str) -> ClauseDifference:
    """The difference of a clause that stands in the place of an unlike one."""
    kind: Difference = "numbers" if _numbers(small) != _numbers(large) else "words"
    return ClauseDifference(kind=kind, small=small, large=large, shown=f"{small[:20]} → {large[:20]}")
