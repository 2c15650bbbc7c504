"""The difference of two texts line by line, and inside a changed line unit by unit.

Lines are aligned by what they say, so that a comma more or another number does not tear a clause
apart; that it is there is still a change, with ``words`` False.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import frozen

from pipelines.alignment import ascending, equal_blocks, gaps
from pipelines.likeness import closest
from pipelines.parts import Part, parts
from policy.canonical import canonical

ALIKE = 0.3
"""How alike two lines between the same neighbours are, if one became the other."""


@frozen(kw_only=True)
class LineChange:
    """One line that was added, removed or changed; line numbers count from 0.

    ``old_line`` is the line's place in the old text, for an added one the place it is put before;
    ``new_line`` is the same of the new text.
    """

    kind: Literal["added", "removed", "changed"]
    old_line: int
    new_line: int
    old: str | None = None
    new: str | None = None
    parts: tuple[Part, ...] = ()
    words: bool = True
    """False when only punctuation, width, white space or the writing of figures changed."""


def diff(
    old: Sequence[str],
    new: Sequence[str],
    *,
    said: tuple[Sequence[str], Sequence[str]] | None = None,
    alike: float = ALIKE,
) -> tuple[LineChange, ...]:
    """What turns the old lines into the new ones, in order. A moved line is removed and added.

    ``said``: what each of the old and of the new lines says, where that is not its canonical form;
    ``alike``: from 0 to 1, how much so two lines must be of which one became the other.
    """
    keys_old, keys_new = said or (tuple(map(canonical, old)), tuple(map(canonical, new)))
    both = _Both(old, new, _solid(keys_old, old), _solid(keys_new, new), alike)
    blocks = equal_blocks(both.keys_old, both.keys_new)
    changes = [change for block in blocks for change in both.rewritten(*block)]
    for lines_old, lines_new in gaps(blocks, len(old), len(new)):
        changes.extend(both.replaced(lines_old, lines_new))
    return tuple(sorted(changes, key=lambda change: (change.old_line, change.new_line, change.kind)))


def apply(changes: Iterable[LineChange], old: Sequence[str]) -> tuple[str, ...]:
    """The new lines; raises ValueError when the changes are not of these old lines."""
    lines: list[str] = []
    at = 0
    for change in changes:
        lines.extend(old[at : change.old_line])
        at = change.old_line + (change.old is not None)
        if change.old is not None and list(old[change.old_line : at]) != [change.old]:
            raise ValueError(f"line {change.old_line} is not {change.old!r}")
        if change.new is not None:
            lines.append(change.new)
    return (*lines, *old[at:])


def _solid(keys: Sequence[str], lines: Sequence[str]) -> list[str]:
    """A line that says nothing is itself: a rule of dashes is no empty line."""
    return [key or line for key, line in zip(keys, lines, strict=True)]


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

    def rewritten(self, at_old: int, at_new: int, size: int) -> Iterator[LineChange]:
        """Lines of the same words that are not written alike."""
        for step in range(size):
            if self.old[at_old + step] != self.new[at_new + step]:
                yield self._changed(at_old + step, at_new + step)

    def replaced(self, lines_old: slice, lines_new: slice) -> Iterator[LineChange]:
        """Pairs of alike lines as changed, the others as removed and added."""
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
        found = closest(self.keys_old[lines_old], self.keys_new[lines_new], lambda one, other: self._alike)
        pairs = sorted((one, other) for one, other, _ in found)
        return [(lines_old.start + one, lines_new.start + other) for one, other in ascending(pairs)]

    def _changed(self, at_old: int, at_new: int) -> LineChange:
        before, after = self.old[at_old], self.new[at_new]
        return LineChange(
            kind="changed",
            old_line=at_old,
            new_line=at_new,
            old=before,
            new=after,
            parts=parts(before, after),
            words=self.keys_old[at_old] != self.keys_new[at_new],
        )
