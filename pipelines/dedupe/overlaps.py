"""Find the text of one article in another: shared clauses in order, and the differences between them.

The clauses of the shorter article are searched in the longer one, ignoring punctuation. Clauses found exactly
once anchor the alignment; what lies between two anchors on both sides is compared. A misread character is
noise, another number or word is a substantive difference.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from pipelines.dedupe.clause_differences import ALIKE, SURELY, ClauseDifference, pair_clauses, replaced_clause
from pipelines.dedupe.comparison_profile import BRIEF, ComparisonProfile
from pipelines.diff.alignment import longest_ascending
from policy.text.numerals import NUMERALS

LEAST = 4
"""Characters of the shortest clause that is searched."""
_PIECE, _LONGEST = 24, 48
"""A clause longer than this has lost its punctuation and is searched in pieces."""
_SEARCHED = 300_000_000
"""Most characters that are searched; clauses that both texts have are found without a search."""
_COMPARED = 240
"""Most pairs of clauses that are compared."""
_GAP = 12
"""Clauses of a gap that are compared with one another."""
_SWAPPED = 0.05
"""Share of a brief text that is replaced, from which on it is another text."""

_MARKER = re.compile(rf"(?:[{NUMERALS}]{{1,3}}|\d{{1,2}})$")
"""An outline number without text."""
_FORMULA = re.compile(
    r"(?:现将?|已经?|经).{0,30}(?:印发|转发|发布|下发|公布|公告|通知|通告)(?:给你们|如下|如下事项)?$"
    r"|.{0,14}(?:认真|遵照|参照|抓好|结合.{0,8}实际)?.{0,8}(?:贯彻|组织|抓好|贯彻落实)?(?:执行|落实|实施)$"
    r"|现?予以?(?:公布|公告|公示|通告|印发)$|特此(?:公告|通知|通告|函告|批复|函复|公示|说明)$"
    r"|(?:本.{1,8})?自.{2,14}起(?:施行|执行|实施|生效)$|自.{2,6}之日起(?:施行|执行|实施|生效)$"
    r"|经研究.{0,12}$|现就有关(?:事项|问题|工作)?(?:通知|公告|批复|函复)?(?:如下)?$|各有关(?:单位|部门|企业)$"
    r"|各省(?:自治区直辖市)?.{0,20}$|.{2,14}(?:厅局?|委员?会?|办公[厅室]|局)$|(?:来源|编辑|责任编辑|作者|字号|浏览).{0,16}$"
    r"|根据.{2,40}(?:有关)?(?:规定|要求|精神)$|执行中(?:遇到|如遇).{0,16}$|请(?:及时|认真|遵照|结合|抓好).{0,20}$"
)


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


def is_formula(clause: str) -> bool:
    """Whether a clause occurs in any document of its kind."""
    return len(clause) <= 60 and _FORMULA.match(clause) is not None


def find_overlap(small: ComparisonProfile, large: ComparisonProfile) -> Overlap:
    """Compare the shorter article with the longer."""
    pieces = [piece for clause in small.clauses if not _MARKER.match(clause) for piece in _pieces(clause)]
    places = _places(pieces, large)
    anchors = _anchors(pieces, places, large.joined)
    weights = [0 if is_formula(piece) else len(piece) for piece in pieces]
    covered = _covered(pieces, places, anchors, large)
    gaps = list(_gaps(pieces, places, anchors, large))
    changes = tuple(_changes(gaps, pieces, small, large))
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
    formulae = sum(len(each) for each in large.clauses if is_formula(each))
    return Overlap(
        clauses=len(pieces),
        matched=len(matched),
        small=sum(weights),
        large=max(len(large.joined) - formulae, 1),
        shared=sum(weights[rank] for rank in matched) + noisy,
        covered=max(covered - min(formulae, covered), 0) + noisy,
        inside=max(last[1] + len(pieces[last[0]]) - first[1] - covered, 0) if anchors else 0,
        before=first[1],
        behind=len(large.joined) - last[1] - len(pieces[last[0]]) if anchors else len(large.joined),
        own=sum(len(pieces[rank]) for rank in own),
        changes=changes,
    )


# ------------------------------------------------------------------ search


def _pieces(clause: str) -> Iterator[str]:
    if len(clause) <= _LONGEST:
        yield clause
        return
    for at in range(0, len(clause), _PIECE):
        yield clause[at : at + _PIECE]


def _places(pieces: Sequence[str], large: ComparisonProfile) -> list[list[int]]:
    """Up to two places of each piece in the longer text."""
    known: defaultdict[str, list[int]] = defaultdict(list)
    for clause, offset in zip(large.clauses, large.offsets, strict=True):
        if len(known[clause]) < 2:
            known[clause].append(offset)
    left = _SEARCHED
    places: list[list[int]] = []
    for piece in pieces:
        spots = known.get(piece, [])
        if len(piece) < LEAST:
            spots = []
        elif not spots and left > 0:
            left -= len(large.joined)
            at = large.joined.find(piece)
            spots = [] if at < 0 else [at]
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
    large: ComparisonProfile,
) -> int:
    """Characters of the longer that are in the shorter, moved ones too."""
    marked = bytearray(len(large.joined))
    at_anchor = dict(anchors)
    for rank, spots in enumerate(places):
        at = at_anchor.get(rank, spots[0] if spots else None)
        if at is not None:
            marked[at : at + len(pieces[rank])] = b"\1" * len(pieces[rank])
    return marked.count(1)


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
    left, size, torn = _COMPARED, sum(map(len, pieces)), _is_torn(small) or _is_torn(large)
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


def _is_torn(sheet: ComparisonProfile) -> bool:
    """Whether a text has lost its punctuation, so that clauses begin and end anywhere."""
    return len(sheet.joined) > _LONGEST * len(sheet.clauses)


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
    return [piece for each in cut if not _MARKER.match(each) for piece in _pieces(each)]


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
