"""What changed inside a line, marked as a reader would: no number and no Latin word is cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from attrs import frozen

from pipelines.alignment import Block, equal_blocks, gaps, joined
from policy.numerals import NUMERALS
from policy.words import HAN

PartKind = Literal["same", "removed", "added"]


@frozen(kw_only=True)
class Part:
    """A piece of a changed line: the old one is all but ``added``, the new one all but ``removed``."""

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
"""Pairs of units up to which a line is compared as one; a longer one is cut at its commas first."""
_ISLAND = 2
"""Equal stretches shorter than this between two differences only make them harder to read."""
_SLIDE = 40
_STOPS = frozenset("，。；：、,;:!?！？（）()“”《》 \n")


def parts(old: str, new: str) -> tuple[Part, ...]:
    """The pieces of a changed line, those that are the same between those that are not."""
    if renumbered := _only_renumbered(old, new):
        return renumbered
    units_old, units_new = units(old), units(new)
    blocks = _settled(_blocks(old, new, units_old, units_new), units_old, units_new)
    pieces: list[Part] = []
    at_old = at_new = 0
    for start_old, start_new, size in [*blocks, (len(units_old), len(units_new), 0)]:
        pieces.append(Part(kind="removed", text="".join(units_old[at_old:start_old])))
        pieces.append(Part(kind="added", text="".join(units_new[at_new:start_new])))
        at_old, at_new = start_old + size, start_new + size
        pieces.append(Part(kind="same", text="".join(units_old[start_old:at_old])))
    shown = (piece for piece in pieces if piece.text)
    return tuple(Part(kind=kind, text="".join(piece.text for piece in run)) for kind, run in _runs(shown))


def _only_renumbered(old: str, new: str) -> tuple[Part, ...]:
    """Most changes of a regulation are of this kind, and need no search."""
    one, other = _NUMBERED.match(old), _NUMBERED.match(new)
    if not one or not other or one[0] == other[0] or old[one.end() :] != new[other.end() :]:
        return ()
    rest = (Part(kind="same", text=old[one.end() :]),) if old[one.end() :] else ()
    return Part(kind="removed", text=one[0]), Part(kind="added", text=other[0]), *rest


def units(line: str) -> list[str]:
    """Numbers and Latin words whole, and the number of an article or item; all else a character each."""
    head = _NUMBERED.match(line)
    return [head[0], *_UNITS.findall(line, head.end())] if head else _UNITS.findall(line)


def _runs(pieces: Iterable[Part]) -> Iterator[tuple[PartKind, Iterator[Part]]]:
    return groupby(pieces, key=lambda piece: piece.kind)


# ------------------------------------------------------------------ which units are the same


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
    for gap_old, gap_new in gaps(blocks, len(pieces_old), len(pieces_new)):
        begin_old, end_old = starts_old[gap_old.start], starts_old[gap_old.stop]
        begin_new, end_new = starts_new[gap_new.start], starts_new[gap_new.stop]
        inside = equal_blocks(units_old[begin_old:end_old], units_new[begin_new:end_new])
        found.extend((begin_old + one, begin_new + other, size) for one, other, size in inside)
    return joined(sorted(found))


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


# ------------------------------------------------------------------ as one would mark it


def _settled(blocks: list[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Differences at commas where they may be, and no crumbs between them."""
    return _without_crumbs(joined(_slid(blocks, old, new)), old, new)


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
    """How far to move ``text[begin:end]`` to stand behind a stop, by what is the same at its other end."""
    steps = [0]
    for step in range(1, min(back, _SLIDE) + 1):
        if text[begin - step] != text[end - step]:
            break
        steps.append(-step)
    for step in range(min(ahead, _SLIDE, len(text) - end)):
        if text[begin + step] != text[end + step]:
            break
        steps.append(step + 1)
    return min(steps, key=lambda step: (begin + step and text[begin + step - 1] not in _STOPS, abs(step)))
