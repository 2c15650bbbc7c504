"""A text as a bounded set of hashes, and how much of the shorter of two texts is in the longer by these."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from attrs import field, frozen

MOST = 88
"""Hashes of an article, its keys aside: some 3 KB in the index."""
MOST_CLAUSES = 64
"""Of these so many are hashes of clauses at most."""


@frozen(kw_only=True)
class Fingerprints:
    """Signed numbers of 64 bits in ascending order: the smallest of those that a text has.

    Hashes of clauses are even, of runs of characters odd. ``digest`` is equal for equal words; ``keys``
    are hashes of what names a policy, titles and numbers.
    """

    digest: int
    clauses: tuple[int, ...] = field(default=(), repr=False)
    runs: tuple[int, ...] = field(default=(), repr=False)
    keys: tuple[int, ...] = ()

    @property
    def hashes(self) -> tuple[int, ...]:
        """Of clauses and of runs."""
        return self.clauses + self.runs


@frozen(kw_only=True)
class SimilarWording:
    """Archived articles in one wording that shares rare words with another article.

    ``likeness`` is how much of the shorter is in the longer, by weight and by what is sampled of both:
    ``shared`` of ``of`` hashes. ``keyed``: a title or a number is the same.
    """

    articles: tuple[int, ...]
    likeness: float = 0.0
    shared: int = 0
    of: int = 0
    keyed: bool = False


def pack(hashes: Sequence[int]) -> bytes:
    """8 bytes each, little-endian where the machine is."""
    return array("q", hashes).tobytes()


def unpack(packed: bytes) -> tuple[int, ...]:
    """The hashes again."""
    hashes = array("q")
    hashes.frombytes(packed)
    return tuple(hashes)


def containment(
    one: Sequence[int], other: Sequence[int], weights: Mapping[int, float]
) -> tuple[float, int, int]:
    """How much of the smaller sample is in the other, by weight; how many hashes; of how many.

    Each sample is as ``hashes`` of Fingerprints are. Only hashes that both would have kept are counted:
    up to the largest that the fuller sample kept. What both have is below that by itself.
    """
    common = {*one}.intersection(other)
    if not common:
        return 0.0, 0, 0
    least = min(_comparable(one, other), _comparable(other, one))
    return sum(weights.get(each, 0.0) for each in common) / least, len(common), least


def _comparable(one: Sequence[int], other: Sequence[int]) -> int:
    """How many hashes of a sample the other would have kept."""
    mine, theirs = _runs_at(one), _runs_at(other)
    clauses = mine
    if theirs >= MOST_CLAUSES:
        clauses = bisect_right(one, other[theirs - 1], 0, mine)
    runs = len(one)
    if len(other) >= MOST > theirs:
        runs = bisect_right(one, other[-1], mine)
    return clauses + runs - mine


def _runs_at(hashes: Sequence[int]) -> int:
    """Where the odd ones begin."""
    return bisect_left(hashes, 1, key=_is_odd)


def _is_odd(each: int) -> int:
    return each & 1
