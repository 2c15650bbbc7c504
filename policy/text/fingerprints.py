"""Fingerprints of texts: bounded sets of hashes, from which the containment of two texts is estimated.
Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from attrs import field, frozen

MOST = 88
"""The most hashes of an article, without its keys: about 3 KB in the index."""
MOST_CLAUSES = 64
"""The most of these that are hashes of clauses."""


@frozen(kw_only=True)
class Fingerprints:
    """The smallest hashes of a text, as signed 64-bit integers in ascending order (a bottom-k sketch).

    Hashes of clauses are even, those of runs of characters odd. ``digest`` is equal for equal texts. ``keys``
    are hashes of titles and document numbers.
    """

    digest: int
    clauses: tuple[int, ...] = field(default=(), repr=False)
    runs: tuple[int, ...] = field(default=(), repr=False)
    keys: tuple[int, ...] = ()

    @property
    def hashes(self) -> tuple[int, ...]:
        """The hashes of clauses, followed by those of runs."""
        return self.clauses + self.runs


@frozen(kw_only=True)
class SimilarWording:
    """Archived articles of equal text that may be related to another article.

    ``likeness`` is the estimated weighted containment, from ``shared`` of ``of`` comparable hashes.
    ``keyed``: a title or a document number is equal.
    """

    articles: tuple[int, ...]
    likeness: float = 0.0
    shared: int = 0
    of: int = 0
    keyed: bool = False


def pack(hashes: Sequence[int]) -> bytes:
    """The hashes as bytes, 8 per hash, in the byte order of the machine."""
    return array("q", hashes).tobytes()


def unpack(packed: bytes) -> tuple[int, ...]:
    """The hashes from the bytes of :func:`pack`."""
    hashes = array("q")
    hashes.frombytes(packed)
    return tuple(hashes)


def containment(
    hashes: Sequence[int], other: Sequence[int], weights: Mapping[int, float]
) -> tuple[float, int, int]:
    """The weighted containment of the smaller sample in the other, the shared and the comparable hashes.

    Samples are like ``Fingerprints.hashes``. Comparable are the hashes up to the largest one that the fuller
    sample kept, since only these could be in both samples.
    """
    common = {*hashes}.intersection(other)
    if not common:
        return 0.0, 0, 0
    least = min(_comparable(hashes, other), _comparable(other, hashes))
    return sum(weights.get(value, 0.0) for value in common) / least, len(common), least


def _comparable(hashes: Sequence[int], other: Sequence[int]) -> int:
    """The number of hashes of a sample that the other sample would have kept."""
    first_run, other_first_run = _first_run(hashes), _first_run(other)
    clauses = first_run
    if other_first_run >= MOST_CLAUSES:
        clauses = bisect_right(hashes, other[other_first_run - 1], 0, first_run)
    runs = len(hashes)
    if len(other) >= MOST > other_first_run:
        runs = bisect_right(hashes, other[-1], first_run)
    return clauses + runs - first_run


def _first_run(hashes: Sequence[int]) -> int:
    """The index of the first odd hash."""
    return bisect_left(hashes, 1, key=_is_odd)


def _is_odd(value: int) -> int:
    return value & 1
