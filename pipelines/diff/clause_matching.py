"""Match the clauses of two texts: by equal words first, then by similarity, independently of their
numbers."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from pipelines.diff.alignment import equal_blocks, longest_ascending, pair_similar
from policy.text.clauses import Clause

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
