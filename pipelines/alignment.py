"""Which items of two sequences are the same, in order, in bounded time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Block = tuple[int, int, int]
"""Where a run of equal items begins in the one and in the other, and how long it is."""

_DIFFLIB_COST = 50_000
"""Pairs of equal items up to which difflib answers at once; a table of dashes has millions."""


def equal_blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Runs of equal items in ascending order, as long as they are."""
    merged: list[Block] = []
    for at_old, at_new, size in _blocks(old, new):
        before_old, before_new, before = merged[-1] if merged else (0, 0, 0)
        if merged and (before_old + before, before_new + before) == (at_old, at_new):
            merged[-1] = before_old, before_new, before + size
        else:
            merged.append((at_old, at_new, size))
    return merged


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """The common beginning and end are no work for difflib."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    if head:
        yield 0, 0, head
    for at_old, at_new, size in _middle(old[head:old_end], new[head:new_end]):
        yield head + at_old, head + at_new, size
    if tail:
        yield old_end, new_end, tail


def gaps(blocks: Sequence[Block], old: int, new: int) -> Iterator[tuple[slice, slice]]:
    """What lies between the blocks of two sequences of these lengths."""
    at_old = at_new = 0
    for start_old, start_new, size in [*blocks, (old, new, 0)]:
        if start_old > at_old or start_new > at_new:
            yield slice(at_old, start_old), slice(at_new, start_new)
        at_old, at_new = start_old + size, start_new + size


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    counts_old, counts_new = Counter(old), Counter(new)
    if sum(count * counts_new[item] for item, count in counts_old.items()) <= _DIFFLIB_COST:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        yield from (block for block in matcher.get_matching_blocks() if block[2])
    else:
        yield from _by_unique(old, new, counts_old, counts_new)


def _by_unique(
    old: Sequence[str], new: Sequence[str], counts_old: Counter[str], counts_new: Counter[str]
) -> Iterator[Block]:
    """Patience: items that occur once on each side hold the two together, and what lies between
    them is compared at its ends."""
    places = {item: at for at, item in enumerate(new) if counts_new[item] == 1}
    pairs = [(at, places[item]) for at, item in enumerate(old) if counts_old[item] == 1 and item in places]
    at_old = at_new = 0
    for anchor_old, anchor_new in [*_ascending(pairs), (len(old), len(new))]:
        yield from _ends(old, new, slice(at_old, anchor_old), slice(at_new, anchor_new))
        if anchor_old < len(old):
            yield anchor_old, anchor_new, 1
        at_old, at_new = anchor_old + 1, anchor_new + 1


def _ends(old: Sequence[str], new: Sequence[str], between_old: slice, between_new: slice) -> Iterator[Block]:
    one, other = old[between_old], new[between_new]
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    if head:
        yield between_old.start, between_new.start, head
    if tail:
        yield between_old.stop - tail, between_new.stop - tail, tail


def _ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second members ascend (the first do already)."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, (_, place) in enumerate(pairs):
        rank = bisect_left(ends, place)
        ends[rank : rank + 1] = [place]
        at[rank : rank + 1] = [position]
        before.append(at[rank - 1] if rank else -1)
    chain, position = [], at[-1] if at else -1
    while position >= 0:
        chain.append(pairs[position])
        position = before[position]
    return chain[::-1]
