"""Which texts of two sets are most alike, in bounded time: by the pairs of characters they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise

_FEW = 400
"""Pairs that are all looked at; of more, only those of one place or that share something rare."""
_RARE = 12
"""Texts that hold a rare pair of characters, at most."""
_BEST = 5
"""Candidates a text."""
_MANY = 20
"""Texts from which on a pair of characters that very many hold says nothing."""
_LEAST_GRAMS = 5
_LONGEST = 20_000
"""Characters of a text that are looked at."""
_PART = 0.7
"""How alike a text is to one that contains it."""
_MOST = 0.6
"""How much of it that is at least: phrases of the trade are in all texts."""

Grams = frozenset[str]


def closest(
    old: Sequence[str], new: Sequence[str], least: Callable[[int, int], float]
) -> list[tuple[int, int, float]]:
    """Pairs of alike texts, each text in one at most, with their likeness from 0 to 1, best first.

    ``least`` says how alike two must be (more than 1: never); what exceeds it most is paired first.
    """
    grams_old, grams_new = _telling([_grams(text) for text in old], [_grams(text) for text in new])
    scored = []
    for one, other in _candidates(grams_old, grams_new):
        likeness, bound = alike(grams_old[one], grams_new[other]), least(one, other)
        if likeness >= bound:
            scored.append((likeness - bound, likeness, one, other))
    scored.sort(key=lambda each: (-each[0], abs(each[2] - each[3]), each[2], each[3]))
    pairs, used_old, used_new = [], set[int](), set[int]()
    for _, likeness, one, other in scored:
        if one not in used_old and other not in used_new:
            used_old.add(one)
            used_new.add(other)
            pairs.append((one, other, likeness))
    return pairs


def alike(one: Grams, other: Grams) -> float:
    """Dice's coefficient; for a text that was extended, the part of it that is in the longer one."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    shorter = min(len(one), len(other))
    part = _PART * shared / shorter if shared > _MOST * shorter and shorter > _LEAST_GRAMS else 0.0
    return max(2 * shared / (len(one) + len(other)), part)


def _grams(text: str) -> Grams:
    framed = f"\n{text[:_LONGEST]}\n"
    return frozenset(map("".join, pairwise(framed)))


def _telling(old: Sequence[Grams], new: Sequence[Grams]) -> tuple[list[Grams], list[Grams]]:
    """Without what one text in six holds; a text of nothing else keeps it."""
    if len(old) + len(new) < _MANY:
        return list(old), list(new)
    counts = Counter(gram for grams in (*old, *new) for gram in grams)
    common = {gram for gram, count in counts.items() if count > (len(old) + len(new)) / 6}

    def telling(grams: Grams) -> Grams:
        kept = grams - common
        return kept if len(kept) >= _LEAST_GRAMS else grams

    return [telling(grams) for grams in old], [telling(grams) for grams in new]


def _candidates(old: Sequence[Grams], new: Sequence[Grams]) -> Iterator[tuple[int, int]]:
    if len(old) * len(new) <= _FEW:
        yield from ((one, other) for one in range(len(old)) for other in range(len(new)))
        return
    if len(old) == len(new):  # as many on both sides: of the same place
        yield from ((at, at) for at in range(len(old)))
    holders: dict[str, list[int]] = {}
    for other, grams in enumerate(new):
        for gram in grams:
            holders.setdefault(gram, []).append(other)
    for one, grams in enumerate(old):
        lists = (holders.get(gram, ()) for gram in grams)
        shared = Counter(other for found in lists if len(found) <= _RARE for other in found)
        yield from ((one, other) for other in nlargest(_BEST, shared, key=shared.__getitem__))
