"""Find the text of one article in another: shared clauses in order, and the differences between them.

The clauses of the shorter article are searched in the longer one, ignoring punctuation. Clauses found exactly
once anchor the alignment; what lies between two anchors on both sides is compared. A misread character is
noise, another number or word is a substantive difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from pipelines.dedupe.clause_differences import ALIKE, SURELY, ClauseDifference, pair_clauses, replaced_clause
from pipelines.dedupe.comparison_profile import BRIEF, ComparisonProfile, split_pieces
from pipelines.diff.alignment import longest_ascending

LEAST = 4
"""Characters of the shortest clause that is searched."""
_SEARCHED = 300_000_000
"""Most characters that are searched; clauses that both texts have are found without a search."""
_COMPARED = 240
"""Most pairs of clauses that are compared."""
_GAP = 12
"""Clauses of a gap that are compared with one another."""
PROMISING = 0.2
"""Share of the shorter text without formulae that is in the longer, from which on differences are
searched."""
_SWAPPED = 0.05
"""Share of a brief text that is replaced, from which on it is another text."""


@frozen(kw_only=True)
class Overlap:
    """The overlap of the shorter of two articles with the longer; sizes are in characters.

    ``shared`` and ``weighty`` are the characters found, without formulae; ``small`` and ``large`` the totals.
    ``inside``, ``before`` and ``behind`` are what only the longer has between and around the shared text;
    ``own`` is what only the shorter has amid it.
    """

    clauses: int
    matched: int
    small: int
    large: int
    shared: int
    covered: int
    inside: int
    before: int
    behind: int
    own: int
    changes: tuple[ClauseDifference, ...]

    @property
    def of_small(self) -> float:
        """Share of the shorter text that is in the longer, without formulae."""
        return min(self.shared / self.small, 1.0) if self.small else 0.0

    @property
    def of_large(self) -> float:
        """Share of the longer text that is in the shorter."""
        return min(self.covered / self.large, 1.0) if self.large else 0.0

    @property
    def substance(self) -> tuple[ClauseDifference, ...]:
        """Differences of substance."""
        return tuple(each for each in self.changes if each.kind != "noise")

    @property
    def noise(self) -> int:
        """Differences of spelling only."""
        return len(self.changes) - len(self.substance)


def find_overlap(small: ComparisonProfile, large: ComparisonProfile) -> Overlap:
    """Compare the shorter article with the longer.

    Differences are searched where the texts share enough to be one policy, or a name or a number.
    """
    if small.joined == large.joined:
        return _equal(small, large)
    pieces, weights = small.pieces, small.weights
    places = _places(pieces, large)
    anchors = _anchors(pieces, places, large.joined)
    covered = _covered(pieces, places, anchors)
    gaps = list(_gaps(pieces, places, anchors, large))
    matters = _share_a_name(small, large) or _shares(places, weights)
    changes = tuple(_changes(gaps, pieces, small, large)) if matters else ()
    noisy = sum(len(each.small) for each in changes if each.kind == "noise")
    matched = [rank for rank, spots in enumerate(places) if spots]
    first, last = (anchors[0], anchors[-1]) if anchors else ((0, 0), (0, 0))
    changed = {each.small for each in changes}
    outside = {rank for gap in gaps if gap.edge for rank in gap.small}
    own = [
        rank
        for gap in gaps
        if not gap.edge
        for rank in gap.small
        if rank not in outside and pieces[rank] not in changed
    ]
    formulae = len(large.joined) - large.plain_size
    return Overlap(
        clauses=len(pieces),
        matched=len(matched),
        small=sum(weights),
        large=max(large.plain_size, 1),
        shared=sum(weights[rank] for rank in matched) + noisy,
        covered=max(covered - min(formulae, covered), 0) + noisy,
        inside=max(last[1] + len(pieces[last[0]]) - first[1] - covered, 0) if anchors else 0,
        before=first[1],
        behind=len(large.joined) - last[1] - len(pieces[last[0]]) if anchors else len(large.joined),
        own=sum(len(pieces[rank]) for rank in own),
        changes=changes,
    )


def _equal(small: ComparisonProfile, large: ComparisonProfile) -> Overlap:
    """The overlap of texts of equal words."""
    size = sum(small.weights)
    return Overlap(
        clauses=len(small.pieces),
        matched=len(small.pieces),
        small=size,
        large=max(large.plain_size, 1),
        shared=size,
        covered=large.plain_size,
        inside=0,
        before=0,
        behind=0,
        own=0,
        changes=(),
    )


def _share_a_name(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether both bear one title or one number."""
    numbered = small.number is not None and large.number is not None and small.number.matches(large.number)
    return numbered or not small.title.names.isdisjoint(large.title.names)


def _shares(places: Sequence[Sequence[int]], weights: Sequence[int]) -> bool:
    """Whether enough of the shorter text is in the longer for its differences to matter."""
    shared = sum(weight for spots, weight in zip(places, weights, strict=True) if spots)
    return shared >= PROMISING * sum(weights)


# ------------------------------------------------------------------ search


def _places(pieces: Sequence[str], large: ComparisonProfile) -> list[Sequence[int]]:
    """Up to two places of each piece in the longer text."""
    known, joined = large.places, large.joined
    left = _SEARCHED
    places: list[Sequence[int]] = []
    for piece in pieces:
        spots = known.get(piece, ()) if len(piece) >= LEAST else ()
        if not spots and len(piece) >= LEAST and left > 0:
            left -= len(joined)
            at = joined.find(piece)
            spots = () if at < 0 else (at,)
        places.append(spots)
    return places


def _anchors(pieces: Sequence[str], places: Sequence[Sequence[int]], joined: str) -> list[tuple[int, int]]:
    """Pieces in the order of both texts, and where they stand in the longer."""
    single = [(rank, spots[0]) for rank, spots in enumerate(places) if len(spots) == 1]
    chain = longest_ascending(single)
    ends = [(-1, 0), *((rank, at + len(pieces[rank])) for rank, at in chain)]
    begins = [*chain, (len(pieces), len(joined))]
    between = [
        anchor
        for (before, start), (behind, end) in zip(ends, begins, strict=True)
        if behind - before > 1
        for anchor in (_repeated if before >= 0 else _repeated_before)(
            range(before + 1, behind), pieces, places, joined, start, end
        )
    ]
    return sorted([*chain, *between])


def _repeated(
    ranks: range, pieces: Sequence[str], places: Sequence[Sequence[int]], joined: str, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Pieces with several places: the first that lies where it must."""
    for rank in ranks:
        if len(places[rank]) > 1 and (at := joined.find(pieces[rank], start, end)) >= 0:
            yield rank, at
            start = at + len(pieces[rank])


def _repeated_before(
    ranks: range, pieces: Sequence[str], places: Sequence[Sequence[int]], joined: str, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Move the first anchors to their last possible place, which keeps an excerpt together."""
    for rank in reversed(ranks):
        if len(places[rank]) > 1 and (at := joined.rfind(pieces[rank], start, end)) >= 0:
            yield rank, at
            end = at


def _covered(
    pieces: Sequence[str],
    places: Sequence[Sequence[int]],
    anchors: Sequence[tuple[int, int]],
) -> int:
    """Characters of the longer that are in the shorter, moved ones too."""
    spots = {rank: offsets[0] for rank, offsets in enumerate(places) if offsets} | dict(anchors)
    covered = end = 0
    for start, size in sorted((at, len(pieces[rank])) for rank, at in spots.items()):
        covered += max(start + size - max(start, end), 0)
        end = max(end, start + size)
    return covered


# ------------------------------------------------------------------ gaps


@frozen
class _Gap:
    """Pieces that were not found, and the stretch of the longer text in their place."""

    small: tuple[int, ...]
    start: int
    end: int
    edge: bool


def _gaps(
    pieces: Sequence[str],
    places: Sequence[Sequence[int]],
    anchors: Sequence[tuple[int, int]],
    large: ComparisonProfile,
) -> Iterator[_Gap]:
    if not anchors:
        return
    bounds = [(-1, 0), *anchors, (len(pieces), len(large.joined))]
    for (before, at), (behind, end) in pairwise(bounds):
        if behind - before < 2:
            continue
        start = at + len(pieces[before]) if before >= 0 else 0
        lost = tuple(rank for rank in range(before + 1, behind) if not places[rank])
        if lost:
            yield _Gap(lost, start, max(end, start), before < 0 or behind == len(pieces))


def _changes(
    gaps: Sequence[_Gap], pieces: Sequence[str], small: ComparisonProfile, large: ComparisonProfile
) -> Iterator[ClauseDifference]:
    """Clauses that stand in each other's place. What is like nothing counts where there is much of it:
    in a brief text, for of a longer one other paragraphs may be left out. Around what is shared stands
    boilerplate, alike only by chance."""
    left, size, torn = _COMPARED, sum(map(len, pieces)), small.is_torn or large.is_torn
    swapped: list[tuple[list[str], list[str]]] = []
    for gap in gaps:
        theirs = _facing(gap, large)
        ours = [pieces[rank] for rank in (gap.small[-_GAP:] if gap.start == 0 else gap.small[:_GAP])]
        if not theirs or left <= 0:
            continue
        left -= len(ours) * len(theirs)
        if gap.edge:
            yield from pair_clauses(ours, theirs, least=SURELY, torn=torn)[0]
            continue
        changes, rest = pair_clauses(ours, theirs, least=ALIKE, torn=torn)
        yield from changes
        if all(rest):
            swapped.append(rest)
    if (
        not torn
        and _SWAPPED * size <= sum(len(each) for ours, _ in swapped for each in ours)
        and size <= BRIEF
    ):
        yield from (replaced_clause("".join(ours), "".join(theirs)) for ours, theirs in swapped)


def _facing(gap: _Gap, large: ComparisonProfile) -> list[str]:
    """The clauses of the longer that lie in a gap: those nearest to what is shared."""
    first = max(bisect_right(large.offsets, gap.start) - 1, 0)
    last = bisect_left(large.offsets, gap.end)
    chosen = range(max(first, last - _GAP), last) if gap.start == 0 else range(first, min(last, first + _GAP))
    spans = (
        (
            max(large.offsets[rank], gap.start),
            min(large.offsets[rank] + len(large.clauses[rank]), gap.end),
        )
        for rank in chosen
    )
    cut = (large.joined[start:end] for start, end in spans if end > start)
    return [piece for each in cut for piece in split_pieces(each)]


# ------------------------------------------------------------------ classification of an overlap


WHOLE = 0.85
"""Share of a text from which on it counts as whole, allowing for boilerplate."""
EXCERPT = 0.6
"""Least share of an excerpt that is in the original; the rest is its headline and the editor's words."""
CLEARLY = 0.5
"""Least share of both texts for two editions where only the text is evidence; two pages of one text share
some."""
RARE_WORDS, RARE_CLAUSES = 24, 2
"""Characters and clauses, without formulae, below which an overlap is no evidence."""
NOISE = 3
"""Misread clauses per substantive difference above which the text counts as badly read."""
ERRORS = 0.05
"""Share of the clauses of a page or excerpt under the title of the measure that may be badly read."""


def is_whole(overlap: Overlap) -> bool:
    """Whether each text is wholly in the other."""
    return overlap.of_small >= WHOLE and overlap.of_large >= WHOLE


def is_near(overlap: Overlap) -> bool:
    """Whether much of each text is in the other."""
    return overlap.of_small >= EXCERPT and overlap.of_large >= CLEARLY


def is_fragment(overlap: Overlap) -> bool:
    """Whether the shorter is wholly in the longer and much shorter: one page of it, without its history."""
    return overlap.of_small >= WHOLE and overlap.of_large < EXCERPT and not overlap.substance


def differs_in_substance(overlap: Overlap) -> bool:
    """Whether the shared clauses differ in substance, and not merely because they are badly read."""
    return bool(overlap.substance) and len(overlap.substance) * NOISE > overlap.noise


def describe_overlap(overlap: Overlap) -> str:
    """The extent of an overlap as a phrase for people."""
    more = f", {len(overlap.changes)} differ" if overlap.changes else ""
    return (
        f"{overlap.matched} of {overlap.clauses} clauses of the shorter are in the longer{more}; "
        f"{overlap.of_small:.0%} of its words, {overlap.of_large:.0%} of the longer's"
    )
