"""Diff two texts line by line, and a changed line unit by unit.

Lines are aligned by their canonical form, so that another comma or number does not tear a clause apart; such
a difference is still a change, with ``words`` False.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Literal

from attrs import frozen

from pipelines.diff.alignment import (
    Block,
    equal_blocks,
    gaps_between,
    longest_ascending,
    merge_blocks,
    pair_similar,
)
from pipelines.diff.typography import line_key
from pipelines.diff.word_marks import Difference, cuts_word, whole_words
from policy.text.numerals import NUMERALS
from policy.text.words import HAN

PartKind = Literal["same", "removed", "added"]


@frozen(kw_only=True)
class Part:
    """A piece of a changed line; the old line is all parts but ``added``, the new line all but
    ``removed``."""

    kind: PartKind
    text: str


_FIGURE = "0-9０-９"
_UNITS = re.compile(
    rf"[^\W_{HAN}]+(?:(?<=[{_FIGURE}])[.,．][{_FIGURE}]+)*[%％‰]?|[〇零一二三四五六七八九十百千万亿]+|.",
    re.DOTALL,
)
_NUMBERED = re.compile(
    rf"\s*(?:第\s?[{NUMERALS}\d]{{1,8}}\s?[编章节条](?:之[{NUMERALS}]+)?|[（(][{NUMERALS}\d]{{1,3}}[)）]|[{NUMERALS}\d]{{1,3}}[、．.](?!\d))"
)
_CLAUSE = re.compile(r"[^，。；：、,;\n]*(?:[，。；：、,;\n]|$)")
_WHOLE = 1_000_000
"""Most pairs of units for which a line is compared as a whole; a longer one is first split at its commas."""
_ISLAND = 2
"""Equal stretches shorter than this between two differences are merged into them, for readability."""
_SLIDE = 40
_NEAR = 10
"""Units around a place that say whether it is inside a word."""
_STOPS = frozenset("，。；：、,;:!?！？（）()“”《》 \n")


def diff_parts(old: str, new: str) -> tuple[Part, ...]:
    """The same, removed and added parts of a changed line. No part begins or ends inside a word or number."""
    if renumbered := _only_renumbered(old, new):
        return renumbered
    units_old, units_new = split_units(old), split_units(new)
    blocks = _settled(_blocks(old, new, units_old, units_new), units_old, units_new)
    pieces: list[Part] = []
    at = 0
    for at_old, end_old, at_new, end_new in whole_words(
        old, new, [*_differences(blocks, units_old, units_new)]
    ):
        pieces.append(Part(kind="same", text=old[at:at_old]))
        pieces.append(Part(kind="removed", text=old[at_old:end_old]))
        pieces.append(Part(kind="added", text=new[at_new:end_new]))
        at = end_old
    pieces.append(Part(kind="same", text=old[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _differences(
    blocks: Sequence[Block], units_old: Sequence[str], units_new: Sequence[str]
) -> Iterator[Difference]:
    """What lies between the blocks, in characters of both lines."""
    ends_old, ends_new = ([0, *accumulate(map(len, units))] for units in (units_old, units_new))
    for gap_old, gap_new in gaps_between(blocks, len(units_old), len(units_new)):
        yield ends_old[gap_old.start], ends_old[gap_old.stop], ends_new[gap_new.start], ends_new[gap_new.stop]


def _only_renumbered(old: str, new: str) -> tuple[Part, ...]:
    """Most changes of a regulation are of this kind, and need no search."""
    one, other = _NUMBERED.match(old), _NUMBERED.match(new)
    if not one or not other or one[0] == other[0] or old[one.end() :] != new[other.end() :]:
        return ()
    rest = (Part(kind="same", text=old[one.end() :]),) if old[one.end() :] else ()
    return Part(kind="removed", text=one[0]), Part(kind="added", text=other[0]), *rest


def split_units(line: str) -> list[str]:
    """The units of a line: numbers, Latin words and the number of an article or item as one, otherwise a
    character."""
    head = _NUMBERED.match(line)
    return [head[0], *_UNITS.findall(line, head.end())] if head else _UNITS.findall(line)


# ------------------------------------------------------------------ equal units


def _blocks(old: str, new: str, units_old: Sequence[str], units_new: Sequence[str]) -> list[Block]:
    if len(units_old) * len(units_new) <= _WHOLE:
        return equal_blocks(units_old, units_new)
    pieces_old, pieces_new = _pieces(old), _pieces(new)
    starts_old, starts_new = _starts(pieces_old), _starts(pieces_new)
    blocks = equal_blocks(pieces_old, pieces_new)
    found: list[Block] = []
    for start_old, start_new, size in blocks:
        begin, end = starts_old[start_old], starts_old[start_old + size]
        found.append((begin, starts_new[start_new], end - begin))
    for gap_old, gap_new in gaps_between(blocks, len(pieces_old), len(pieces_new)):
        begin_old, end_old = starts_old[gap_old.start], starts_old[gap_old.stop]
        begin_new, end_new = starts_new[gap_new.start], starts_new[gap_new.stop]
        inside = equal_blocks(units_old[begin_old:end_old], units_new[begin_new:end_new])
        found.extend((begin_old + one, begin_new + other, size) for one, other, size in inside)
    return merge_blocks(sorted(found))


def _pieces(line: str) -> list[str]:
    """Cut behind commas; never inside a unit, since 1,000 is one."""
    pieces: list[str] = []
    for piece in _CLAUSE.findall(line):
        if pieces and pieces[-1][-2:-1].isdecimal() and piece[:1].isdecimal():
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return pieces


def _starts(pieces: Sequence[str]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(_UNITS.findall(piece)))
    return starts


# ------------------------------------------------------------------ readable boundaries


def _settled(blocks: list[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Differences at commas where they may be, and no crumbs between them."""
    return _without_crumbs(merge_blocks(_slid(blocks, old, new)), old, new)


def _without_crumbs(blocks: Sequence[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    kept: list[Block] = []
    for rank, (at_old, at_new, size) in enumerate(blocks):
        first = at_old == 0 and at_new == 0
        last = at_old + size == len(old) and at_new + size == len(new)
        end_old, end_new = (kept[-1][0] + kept[-1][2], kept[-1][1] + kept[-1][2]) if kept else (0, 0)
        next_old, next_new = blocks[rank + 1][:2] if rank + 1 < len(blocks) else (len(old), len(new))
        before = max(at_old - end_old, at_new - end_new)
        behind = max(next_old - at_old - size, next_new - at_new - size)
        letters = len("".join(old[at_old : at_old + min(size, _ISLAND)]))
        if first or last or (letters >= _ISLAND and 2 * size > min(before, behind)):
            kept.append((at_old, at_new, size))
    return kept


def _slid(blocks: Sequence[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Where something was only put in or only taken out, one of the places it may have been."""
    slid = list(blocks)
    for rank in range(1, len(slid)):
        one, other = slid[rank - 1], slid[rank]
        end_old, end_new = one[0] + one[2], one[1] + one[2]
        if (end_old == other[0]) == (end_new == other[1]):
            continue
        text, begin, end = (new, end_new, other[1]) if end_old == other[0] else (old, end_old, other[0])
        step = _best_step(text, begin, end, back=one[2], ahead=other[2])
        slid[rank - 1] = one[0], one[1], one[2] + step
        slid[rank] = other[0] + step, other[1] + step, other[2] - step
    return [block for block in slid if block[2]]


def _best_step(text: Sequence[str], begin: int, end: int, *, back: int, ahead: int) -> int:
    """How far to move ``text[begin:end]``, by what is the same at its other end: to stand between words,
    behind a stop where it can."""
    steps = [0]
    for step in range(1, min(back, _SLIDE) + 1):
        if text[begin - step] != text[end - step]:
            break
        steps.append(-step)
    for step in range(min(ahead, _SLIDE, len(text) - end)):
        if text[begin + step] != text[end + step]:
            break
        steps.append(step + 1)
    if len(steps) == 1:
        return 0

    def cost(step: int) -> tuple[int, bool, int]:
        first, last = begin + step, end + step
        cuts = _is_inside_word(text, first) + _is_inside_word(text, last)
        return cuts, bool(first) and text[first - 1] not in _STOPS, abs(step)

    return min(steps, key=cost)


def _is_inside_word(units: Sequence[str], at: int) -> bool:
    ahead = "".join(units[max(at - _NEAR, 0) : at])
    return cuts_word(ahead + "".join(units[at : at + _NEAR]), len(ahead))


# ------------------------------------------------------------------ lines


ALIKE = 0.3
"""Least similarity of two lines between the same neighbours for one to be a change of the other."""


@frozen(kw_only=True)
class LineChange:
    """A line that was added, removed or changed; line numbers count from 0.

    ``old_line`` is its place in the old text, for an added line the place it is inserted before; ``new_line``
    is the same in the new text. Where a line break moved, several lines are one change: ``old_count`` lines,
    with line breaks between them in ``old``, became ``new_count`` lines.
    """

    kind: Literal["added", "removed", "changed"]
    old_line: int
    new_line: int
    old: str | None = None
    new: str | None = None
    parts: tuple[Part, ...] = ()
    words: bool = True
    """False when only punctuation, width, white space, spelling or the notation of figures changed."""
    old_count: int = 1
    new_count: int = 1

    @property
    def old_end(self) -> int:
        """The place behind it in the old text."""
        return self.old_line + (0 if self.old is None else self.old_count)

    @property
    def new_end(self) -> int:
        """The place behind it in the new text."""
        return self.new_line + (0 if self.new is None else self.new_count)


def diff_lines(
    old: Sequence[str],
    new: Sequence[str],
    *,
    keys: tuple[Sequence[str], Sequence[str]] | None = None,
    alike: float = ALIKE,
    rebroken: Iterable[Lines] = (),
) -> tuple[LineChange, ...]:
    """The changes that turn the old lines into the new ones, in order. A moved line is removed and added.

    ``keys``: the keys of the old and new lines, where these are not `line_key` of the lines. ``alike``: the
    least similarity, from 0 to 1, of a changed line. ``rebroken``: lines that are broken at other places.
    """
    keys_old, keys_new = keys or (tuple(map(line_key, old)), tuple(map(line_key, new)))
    both = _Both(old, new, _solid(keys_old, old), _solid(keys_new, new), alike)
    changes: list[LineChange] = []
    at_old = at_new = 0
    for lines_old, lines_new in rebroken:
        changes.extend(both.compared(slice(at_old, lines_old.start), slice(at_new, lines_new.start)))
        changes.append(both.rejoined(lines_old, lines_new))
        at_old, at_new = lines_old.stop, lines_new.stop
    changes.extend(both.compared(slice(at_old, len(old)), slice(at_new, len(new))))
    return tuple(sorted(changes, key=lambda change: (change.old_line, change.new_line, change.kind)))


def apply_line_changes(changes: Iterable[LineChange], old: Sequence[str]) -> tuple[str, ...]:
    """The new lines; raises ValueError when the changes do not belong to these old lines."""
    lines: list[str] = []
    at = 0
    for change in changes:
        lines.extend(old[at : change.old_line])
        at = change.old_end
        if change.old is not None and "\n".join(old[change.old_line : at]) != change.old:
            raise ValueError(f"line {change.old_line} is not {change.old!r}")
        if change.new is not None:
            lines.extend(change.new.split("\n") if change.new_count > 1 else [change.new])
    return (*lines, *old[at:])


def _solid(keys: Sequence[str], lines: Sequence[str]) -> list[str]:
    """A line that says nothing is itself: a rule of dashes is no empty line."""
    return [key or line for key, line in zip(keys, lines, strict=True)]


def _shifted(lines: slice, by: int) -> slice:
    return slice(lines.start + by, lines.stop + by)


class _Both:
    """Two texts and what each of their lines says."""

    def __init__(
        self,
        old: Sequence[str],
        new: Sequence[str],
        keys_old: Sequence[str],
        keys_new: Sequence[str],
        alike: float,
    ) -> None:
        self._alike = alike
        self.old, self.new, self.keys_old, self.keys_new = old, new, keys_old, keys_new

    def compared(self, lines_old: slice, lines_new: slice) -> Iterator[LineChange]:
        """The changes between these lines."""
        keys_old, keys_new = self.keys_old[lines_old], self.keys_new[lines_new]
        blocks = equal_blocks(keys_old, keys_new)
        first_old, first_new = lines_old.start, lines_new.start
        for at_old, at_new, size in blocks:
            yield from self._rewritten(first_old + at_old, first_new + at_new, size)
        for gap_old, gap_new in gaps_between(blocks, len(keys_old), len(keys_new)):
            yield from self._replaced(_shifted(gap_old, first_old), _shifted(gap_new, first_new))

    def rejoined(self, lines_old: slice, lines_new: slice) -> LineChange:
        """The change of lines that are broken at other places, whatever else changed in them."""
        before, after = "\n".join(self.old[lines_old]), "\n".join(self.new[lines_new])
        return LineChange(
            kind="changed",
            old_line=lines_old.start,
            new_line=lines_new.start,
            old=before,
            new=after,
            parts=diff_parts(before, after),
            words=line_key(before) != line_key(after),
            old_count=lines_old.stop - lines_old.start,
            new_count=lines_new.stop - lines_new.start,
        )

    def _rewritten(self, at_old: int, at_new: int, size: int) -> Iterator[LineChange]:
        """Changes of lines with the same key that are written differently."""
        for step in range(size):
            if self.old[at_old + step] != self.new[at_new + step]:
                yield self._changed(at_old + step, at_new + step)

    def _replaced(self, lines_old: slice, lines_new: slice) -> Iterator[LineChange]:
        """Similar lines as changed, the others as removed and added."""
        at_old, at_new = lines_old.start, lines_new.start
        for pair_old, pair_new in [*self._pairs(lines_old, lines_new), (lines_old.stop, lines_new.stop)]:
            for line in range(at_old, pair_old):
                yield LineChange(kind="removed", old_line=line, new_line=at_new, old=self.old[line])
            for line in range(at_new, pair_new):
                yield LineChange(kind="added", old_line=pair_old, new_line=line, new=self.new[line])
            if pair_old < lines_old.stop and pair_new < lines_new.stop:
                yield self._changed(pair_old, pair_new)
            at_old, at_new = pair_old + 1, pair_new + 1

    def _pairs(self, lines_old: slice, lines_new: slice) -> list[tuple[int, int]]:
        if self._alike <= 0 and lines_old.stop - lines_old.start == lines_new.stop - lines_new.start == 1:
            return [(lines_old.start, lines_new.start)]
        found = pair_similar(
            self.keys_old[lines_old], self.keys_new[lines_new], lambda one, other: self._alike
        )
        pairs = sorted((one, other) for one, other, _ in found)
        return [(lines_old.start + one, lines_new.start + other) for one, other in longest_ascending(pairs)]

    def _changed(self, at_old: int, at_new: int) -> LineChange:
        before, after = self.old[at_old], self.new[at_new]
        return LineChange(
            kind="changed",
            old_line=at_old,
            new_line=at_new,
            old=before,
            new=after,
            parts=diff_parts(before, after),
            words=self.keys_old[at_old] != self.keys_new[at_new],
        )


# ------------------------------------------------------------------ line breaks that moved


Lines = tuple[slice, slice]
"""Lines of the old and of the new text."""

_NEAR_BREAK = 8
"""Characters on each side of a line break by which its place is found in the other text."""
_WIDER = 24
"""The same where these stand in several places."""
_LEAST_NEAR = 10
"""Least characters on both sides; fewer may stand together by chance."""
_SEARCHED = 300_000_000
"""Most characters that are searched for line breaks."""


def rebroken_lines(old: Sequence[str], new: Sequence[str]) -> list[Lines]:
    """The lines that are the same text broken into lines at other places, in order; from the keys of all
    lines. A heading that stands in one line with its first paragraph is such a place."""
    joined = [*_joined_lines(old, new), *((one, other) for other, one in _joined_lines(new, old))]
    runs: list[Lines] = []
    for lines_old, lines_new in sorted(joined, key=lambda run: (run[0].start, run[1].start)):
        last_old, last_new = runs[-1] if runs else (slice(0, 0), slice(0, 0))
        if lines_new.start < last_new.start:
            continue  # out of order: the text was moved as well
        if lines_old.start < last_old.stop or lines_new.start < last_new.stop:
            runs.pop()
            lines_old = slice(last_old.start, max(last_old.stop, lines_old.stop))
            lines_new = slice(last_new.start, max(last_new.stop, lines_new.stop))
        runs.append((lines_old, lines_new))
    return runs


def _joined_lines(apart: Sequence[str], joined: Sequence[str]) -> Iterator[Lines]:
    """Two lines next to each other that stand in one line of the other text."""
    shared = {*apart} & {*joined}
    filled = [at for at, key in enumerate(apart) if key]
    searched = [at for at, key in enumerate(joined) if key]
    text = "\n".join(joined[at] for at in searched)
    ends = [*accumulate(len(joined[at]) + 1 for at in searched)]
    breaks = [pair for pair in pairwise(filled) if not {apart[pair[0]], apart[pair[1]]} <= shared]
    if len(breaks) * len(text) > _SEARCHED:
        return
    place = 0
    for at, behind in breaks:
        found = _find_joint(text, apart[at], apart[behind], place)
        if found >= 0:
            place = found
            line = searched[bisect_right(ends, found)]
            yield slice(at, behind + 1), slice(line, line + 1)


def _find_joint(text: str, before: str, behind: str, place: int) -> int:
    """Where the end of one line stands right before the beginning of the next; -1 for nowhere, or where the
    line break is still there."""
    ends = before[-_NEAR_BREAK:], behind[:_NEAR_BREAK]
    found = text.find("".join(ends), place) if sum(map(len, ends)) >= _LEAST_NEAR else -1
    if found < 0 or "\n".join(ends) in text:
        return -1
    wider = text.find(before[-_WIDER:] + behind[:_WIDER], place)
    return wider if wider >= 0 else found
