"""Align two sequences in bounded time: equal runs in order, pairs of similar texts, and on these the clauses
of two texts."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise

from attrs import field, frozen

from policy.text.clauses import Clause

Block = tuple[int, int, int]
"""Start of a run of equal items in the old and in the new sequence, and its length."""

_TABLE = 16_000_000
"""Most pairs of items for which the exact longest common subsequence is computed: one bit each, two
megabytes."""
_DEPTH = 4
"""Most recursions of the patience search between unique items."""


def equal_blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Maximal runs of equal items in ascending order."""
    return merge_blocks(_between(old, new, _DEPTH))


def merge_blocks(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in ascending order, adjacent ones merged and empty ones dropped."""
    found: list[Block] = []
    end_old = end_new = -1
    for at_old, at_new, size in blocks:
        if not size:
            continue
        if at_old == end_old and at_new == end_new:
            start_old, start_new, before = found[-1]
            found[-1] = start_old, start_new, before + size
        else:
            found.append((at_old, at_new, size))
        end_old, end_new = at_old + size, at_new + size
    return found


def gaps_between(blocks: Sequence[Block], old: int, new: int) -> Iterator[tuple[slice, slice]]:
    """The slices between the blocks of two sequences of these lengths."""
    at_old = at_new = 0
    for start_old, start_new, size in [*blocks, (old, new, 0)]:
        if start_old > at_old or start_new > at_new:
            yield slice(at_old, start_old), slice(at_new, start_new)
        at_old, at_new = start_old + size, start_new + size


def longest_ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second members ascend (the first members ascend already)."""
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


# ------------------------------------------------------------------ longest common subsequence


def _between(old: Sequence[str], new: Sequence[str], depth: int) -> Iterator[Block]:
    """The common beginning and end need no search."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    if head:
        yield 0, 0, head
    for at_old, at_new, size in _middle(old[head:old_end], new[head:new_end], depth):
        yield head + at_old, head + at_new, size
    if tail:
        yield old_end, new_end, tail


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _middle(old: Sequence[str], new: Sequence[str], depth: int) -> Iterator[Block]:
    """Items that only one side has are left out first."""
    of_old, of_new = set(old), set(new)
    places_old = [at for at, item in enumerate(old) if item in of_new]
    places_new = [at for at, item in enumerate(new) if item in of_old]
    shared_old, shared_new = [old[at] for at in places_old], [new[at] for at in places_new]
    if len(shared_old) * len(shared_new) <= _TABLE:
        pairs = _longest(shared_old, shared_new)
    else:
        pairs = list(_by_unique(shared_old, shared_new, depth))
    yield from merge_blocks([(places_old[at_old], places_new[at_new], 1) for at_old, at_new in pairs])


def _by_unique(old: Sequence[str], new: Sequence[str], depth: int) -> Iterator[tuple[int, int]]:
    """Patience: items that occur once on each side hold the two together; what lies between them is
    searched again, and where nothing is unique, at its ends."""
    counts_old, counts_new = Counter(old), Counter(new)
    places = {item: at for at, item in enumerate(new) if counts_new[item] == 1}
    unique = [(at, places[item]) for at, item in enumerate(old) if counts_old[item] == 1 and item in places]
    anchors = longest_ascending(unique)
    deeper = depth - 1 if anchors else 0
    at_old = at_new = 0
    for anchor_old, anchor_new in [*anchors, (len(old), len(new))]:
        for block in _gap(old[at_old:anchor_old], new[at_new:anchor_new], deeper):
            yield from ((at_old + block[0] + step, at_new + block[1] + step) for step in range(block[2]))
        if anchor_old < len(old):
            yield anchor_old, anchor_new
        at_old, at_new = anchor_old + 1, anchor_new + 1


def _gap(old: Sequence[str], new: Sequence[str], depth: int) -> Iterator[Block]:
    if not old or not new:
        return
    if depth > 0 or len(old) * len(new) <= _TABLE:
        yield from _between(old, new, depth)
        return
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield 0, 0, head
    yield len(old) - tail, len(new) - tail, tail


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence, a row of the table at a time as the bits of one number.

    H. Hyyrö, "Bit-parallel LCS-length computation revisited" (2004); a bit is 0 where the row's length
    grows.
    """
    masks: dict[str, int] = {}
    for at, item in enumerate(new):
        masks[item] = masks.get(item, 0) | 1 << at
    full = row = (1 << len(new)) - 1
    rows = [row]
    for item in old:
        hit = row & masks[item]
        row = ((row + hit) | (row - hit)) & full
        rows.append(row)
    pairs: list[tuple[int, int]] = []
    at_old, at_new = len(old), len(new)
    while at_old and at_new:
        if rows[at_old] >> (at_new - 1) & 1:
            at_new -= 1
        else:
            at_old -= 1
            if rows[at_old] >> (at_new - 1) & 1:
                at_new -= 1
                pairs.append((at_old, at_new))
    return pairs[::-1]


# ------------------------------------------------------------------ similar texts


_FEW = 400
"""Most pairs of texts that are all compared; of more, only those at the same place or with a rare pair of
characters."""
_RARE = 12
"""Most texts that contain a rare pair of characters."""
_BEST = 5
"""Candidates per text."""
_MANY = 20
"""Texts from which on frequent pairs of characters are ignored."""
_LEAST_GRAMS = 5
_LONGEST = 20_000
"""Most characters of a text that are compared."""
_PART = 0.7
"""Similarity of a text and one that wholly contains it."""
_MOST = 0.6
"""Least contained share for that; below it the shared text is common phrases."""

Grams = frozenset[str]


def pair_similar(
    old: Sequence[str], new: Sequence[str], least: Callable[[int, int], float]
) -> list[tuple[int, int, float]]:
    """Pairs of similar texts with their similarity from 0 to 1, best first; a text is in one pair at most.

    ``least`` gives the least similarity of a pair (more than 1: never paired). Pairs that exceed it most are
    chosen first.
    """
    grams_old, grams_new = _telling([_grams(text) for text in old], [_grams(text) for text in new])
    scored = []
    for one, other in _candidates(grams_old, grams_new):
        likeness, bound = similarity(grams_old[one], grams_new[other]), least(one, other)
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


def similarity(left: Grams, right: Grams) -> float:
    """Dice's coefficient; for a text that was extended, the share of it that is in the longer left."""
    if not left or not right:
        return 0.0
    shared = len(left & right)
    shorter = min(len(left), len(right))
    part = _PART * shared / shorter if shared > _MOST * shorter and shorter > _LEAST_GRAMS else 0.0
    return max(2 * shared / (len(left) + len(right)), part)


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


# ------------------------------------------------------------------ clauses of two texts


HERE = 0.3
"""Least similarity of two clauses between the same neighbours."""
CLOSE = 0.2
"""The same once all clauses around them are matched."""
AWAY = 0.55
"""Least similarity elsewhere in the text; less is chance."""
_SAME_NUMBER = 0.05
_LEAST_WORDS = 8
"""Characters of the shortest clause that is matched elsewhere, unless it is unique."""


@frozen(kw_only=True)
class Matched:
    """Pairs of clauses by their indices, in the order of the old text; ``moved`` are the new indices of those
    that are out of order."""

    pairs: tuple[tuple[int, int], ...]
    moved: frozenset[int] = field(factory=frozenset)


def match_clauses(
    old: Sequence[Clause], new: Sequence[Clause], keys: tuple[Sequence[str], Sequence[str]]
) -> Matched:
    """Match clauses; ``keys`` holds the canonical form of their words."""
    keys_old, keys_new = _keys(old, keys[0]), _keys(new, keys[1])
    here = [
        (at_old + step, at_new + step)
        for at_old, at_new, size in equal_blocks(keys_old, keys_new)
        for step in range(size)
    ]
    pairs = [*here, *_elsewhere(keys_old, keys_new, here, keys[0])]
    pairs += _Left(old, new, keys, here, pairs).alike(HERE)
    weak = _weak(pairs[len(here) :], _standing(old, pairs), keys)
    pairs = [pair for pair in pairs if pair not in weak]
    pairs += _Left(old, new, keys, _standing(old, pairs), pairs).alike(CLOSE, away=2.0)
    return Matched(pairs=tuple(sorted(pairs)), moved=frozenset(_moved(old, new, pairs)))


def _moved(old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Those out of order among their like; a title that is the same, among all clauses too."""
    stand = set(_standing(old, pairs))
    whole = set(longest_ascending(sorted(stand)))
    for one, other in set(pairs) - whole:
        if (one, other) not in stand or old[one].lines == new[other].lines:
            yield other


def _standing(old: Sequence[Clause], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs that are in order; titles by themselves, since clauses change their chapter more
    often than chapters their place."""
    titles = [pair for pair in pairs if old[pair[0]].kind == "heading"]
    others = [pair for pair in pairs if old[pair[0]].kind != "heading"]
    return sorted([*longest_ascending(sorted(titles)), *longest_ascending(sorted(others))])


def _keys(clauses: Sequence[Clause], keys: Sequence[str]) -> list[str]:
    return [f"{_sort(clause)}{words or clause.text}" for clause, words in zip(clauses, keys, strict=True)]


def _sort(clause: Clause) -> str:
    """A title is no article, a signature no paragraph."""
    return {"heading": "h", "contents": "c", "signature": "s"}.get(clause.kind, "t")


def _elsewhere(
    keys_old: Sequence[str], keys_new: Sequence[str], here: Sequence[tuple[int, int]], keys: Sequence[str]
) -> list[tuple[int, int]]:
    """The same words out of order, the first with the first."""
    used_old, used_new = {one for one, _ in here}, {other for _, other in here}
    counts_old, counts_new = Counter(keys_old), Counter(keys_new)
    free: dict[str, list[int]] = {}
    for at in reversed(range(len(keys_new))):
        if at not in used_new:
            free.setdefault(keys_new[at], []).append(at)
    pairs = []
    for at, key in enumerate(keys_old):
        telling = len(keys[at]) >= _LEAST_WORDS or counts_old[key] == counts_new[key] == 1
        if telling and at not in used_old and free.get(key):
            pairs.append((at, free[key].pop()))
    return pairs


class _Left:
    """The clauses that have no partner yet; ``known`` are pairs in order, which say what lies between the
    same neighbours."""

    def __init__(
        self,
        old: Sequence[Clause],
        new: Sequence[Clause],
        keys: tuple[Sequence[str], Sequence[str]],
        known: Sequence[tuple[int, int]],
        pairs: Sequence[tuple[int, int]],
    ) -> None:
        used_old, used_new = {one for one, _ in pairs}, {other for _, other in pairs}
        self._old, self._new, self._keys = old, new, keys
        self._left_old = [at for at in range(len(old)) if at not in used_old]
        self._left_new = [at for at in range(len(new)) if at not in used_new]
        self._gap_old, self._gap_new = [one for one, _ in known], sorted(other for _, other in known)

    def alike(self, here: float, away: float = AWAY) -> list[tuple[int, int]]:
        """Pairs by similarity; the bound is lower between the same neighbours and for the same number."""
        said_old, said_new = ([keys[at] for at in left] for keys, left in self._sides())
        found = pair_similar(said_old, said_new, lambda one, other: self._least(one, other, here, away))
        alike = [(self._left_old[one], self._left_new[other]) for one, other, _ in found]
        return [*alike, *self._only_ones(alike)]

    def _sides(self) -> Iterator[tuple[Sequence[str], Sequence[int]]]:
        yield self._keys[0], self._left_old
        yield self._keys[1], self._left_new

    def _least(self, rank_old: int, rank_new: int, here: float, away: float) -> float:
        at_old, at_new = self._left_old[rank_old], self._left_new[rank_new]
        one, other = self._old[at_old], self._new[at_new]
        if _sort(one) != _sort(other):
            return 2.0
        if bisect(self._gap_old, at_old) != bisect(self._gap_new, at_new):
            enough = min(len(self._keys[0][at_old]), len(self._keys[1][at_new])) >= _LEAST_WORDS
            return away if enough else 2.0
        return here - (_SAME_NUMBER if one.mark and one.mark == other.mark else 0)

    def _only_ones(self, alike: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The one table of contents is the other's, whatever is in it; so is the one signature."""
        used = {one for one, _ in alike}
        for kind in ("contents", "signature"):
            of_old = [at for at in self._left_old if self._old[at].kind == kind]
            of_new = [at for at in self._left_new if self._new[at].kind == kind]
            if len(of_old) == len(of_new) == 1 and of_old[0] not in used:
                yield of_old[0], of_new[0]


def _weak(
    pairs: Sequence[tuple[int, int]],
    standing: Sequence[tuple[int, int]],
    keys: tuple[Sequence[str], Sequence[str]],
) -> set[tuple[int, int]]:
    """Pairs out of order that are not alike enough to be one clause that was moved."""
    stand = set(standing)
    astray = [pair for pair in pairs if pair not in stand and keys[0][pair[0]] != keys[1][pair[1]]]
    if not astray:
        return set()
    olds, news = [keys[0][one] for one, _ in astray], [keys[1][other] for _, other in astray]
    strong = pair_similar(olds, news, lambda one, other: AWAY if one == other else 2.0)
    return set(astray) - {astray[one] for one, _, _ in strong}
