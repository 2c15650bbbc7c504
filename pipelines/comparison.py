"""Two texts compared clause by clause: what was added, removed, changed, moved, renumbered, and whether
it matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from attrs import field, frozen

from pipelines import diff as lines_of
from pipelines.diff import LineChange
from pipelines.furniture import strip
from pipelines.matching import Matched, match
from pipelines.parts import Part, PartKind, parts
from pipelines.reasons import Grade, Reason, followed, reasons, typography
from policy.canonical import canonical, joined
from policy.clauses import Clause, clauses
from policy.words import compatible

_MOST_REASONS = 200
"""Of one clause: a table of a hundred thousand cells has changed, whatever is in the others."""

ChangeKind = Literal["added", "removed", "changed", "moved", "renumbered"]


@frozen(kw_only=True)
class Change:
    """A clause that is not as it was. ``lines`` turn its old lines into its new ones, counted within it.

    ``renumbered``: nothing but its number, and perhaps its typography, is different. ``moved``: it stands
    elsewhere among the others; what changed in it is in ``lines``.
    """

    kind: ChangeKind
    grade: Grade
    reasons: tuple[Reason, ...]
    old: Clause | None = None
    new: Clause | None = None
    lines: tuple[LineChange, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """``第三条``, ``第三条 → 第四条``."""
        labels = dict.fromkeys(clause.label for clause in (self.old, self.new) if clause)
        return " → ".join(labels)


@frozen(kw_only=True)
class Comparison:
    """The clauses of two texts and what changed, in the order of the new text."""

    old: tuple[Clause, ...] = field(repr=False)
    new: tuple[Clause, ...] = field(repr=False)
    pairs: tuple[tuple[int, int], ...] = field(repr=False)
    """Which clause is which, by their ranks."""
    changes: tuple[Change, ...]

    @property
    def grade(self) -> Grade | None:
        """Of the whole; None where nothing changed."""
        grades = {change.grade for change in self.changes}
        return "substantive" if "substantive" in grades else "cosmetic" if grades else None


def compare(old: Sequence[str], new: Sequence[str]) -> Comparison:
    """The lines of two texts, compared."""
    return _Comparing(clauses(old), clauses(new), _furniture(old) | _furniture(new)).compared()


def apply(changes: Iterable[Change], old: Sequence[str]) -> tuple[str, ...]:
    """The lines of the new text; raises ValueError when the changes are not of this old one."""
    changes = list(changes)
    for change in changes:
        if change.old and tuple(old[at] for at in _span(change.old) if at < len(old)) != change.old.lines:
            raise ValueError(f"line {change.old.line} does not begin {change.old.label}")
    gone = {at for change in changes if change.old for at in _span(change.old)}
    kept = iter([line for at, line in enumerate(old) if at not in gone])
    lines: list[str] = []
    for change in sorted((change for change in changes if change.new), key=_new_line):
        lines.extend(islice(kept, max(_new_line(change) - len(lines), 0)))
        lines.extend(lines_of.apply(change.lines, change.old.lines if change.old else ()))
    return (*lines, *kept)


def line_pairs(changes: Sequence[LineChange], old: int) -> Iterator[tuple[int, int]]:
    """Which line of a clause is which, of a clause that had so many."""
    at_old = at_new = 0
    for change in changes:
        yield from ((at_old + step, at_new + step) for step in range(change.old_line - at_old))
        if change.kind == "changed":
            yield change.old_line, change.new_line
        at_old = change.old_line + (change.old is not None)
        at_new = change.new_line + (change.new is not None)
    yield from ((at_old + step, at_new + step) for step in range(old - at_old))


def _new_line(change: Change) -> int:
    return change.new.line if change.new else -1


def _span(clause: Clause) -> range:
    return range(clause.line, clause.line + len(clause.lines))


def _furniture(lines: Sequence[str]) -> set[str]:
    stripped = strip(lines)
    return set() if stripped.all_furniture else {line.strip() for line in stripped.removed}


class _Comparing:
    """Two texts as clauses, and the words of each."""

    def __init__(self, old: tuple[Clause, ...], new: tuple[Clause, ...], furniture: set[str]) -> None:
        self._old, self._new, self._furniture = old, new, furniture
        self._lines_old, self._lines_new = list(map(_said, old)), list(map(_said, new))
        self._said_old = list(map(joined, self._lines_old))
        self._said_new = list(map(joined, self._lines_new))
        self._matched: Matched = match(old, new, (self._said_old, self._said_new))
        self._changed = {pair: self._lines(*pair) for pair in self._matched.pairs if self._differ(*pair)}
        self._pairs = tuple(pair for pair in self._matched.pairs if self._is_one(*pair))
        self._paired = frozenset[tuple[int | None, int | None]](self._pairs)
        self._above_old, self._above_new = _above(old), _above(new)
        self._numbers = dict(self._renumbered())

    def _differ(self, one: int, other: int) -> bool:
        return self._old[one].lines != self._new[other].lines or other in self._matched.moved

    def _lines(self, one: int, other: int) -> tuple[LineChange, ...]:
        """What changed in a clause; an only line became the only other, whatever is left."""
        old, new = self._old[one], self._new[other]
        only = sum(map(bool, self._lines_old[one])) == sum(map(bool, self._lines_new[other])) == 1
        said = self._lines_old[one], self._lines_new[other]
        return lines_of.diff(old.lines, new.lines, said=said, alike=0.0 if only else lines_of.ALIKE)

    def _is_one(self, one: int, other: int) -> bool:
        """Whether a line of the clause was kept or became another; else it is another clause."""
        if self._said_old[one] == self._said_new[other] or self._old[one].kind in ("contents", "signature"):
            return True
        lines = self._changed.get((one, other), ())
        gone = {line.old_line for line in lines if line.kind == "removed"}
        return any(said and at not in gone for at, said in enumerate(self._lines_old[one]))

    def _renumbered(self) -> Iterator[tuple[str, str]]:
        for one, other in self._pairs:
            old, new = _number(self._old[one]), _number(self._new[other])
            if old and new and old != new:
                yield old, new

    def compared(self) -> Comparison:
        changed = [self._pair(one, other) for one, other in self._pairs]
        gone, come = ({pair[side] for pair in self._pairs} for side in (0, 1))
        removed = [
            self._removed(clause, self._lines_old[at])
            for at, clause in enumerate(self._old)
            if at not in gone
        ]
        added = [
            self._added(clause, self._lines_new[at]) for at, clause in enumerate(self._new) if at not in come
        ]
        changes = [change for change in (*changed, *removed, *added) if change]
        return Comparison(
            old=self._old,
            new=self._new,
            pairs=self._pairs,
            changes=tuple(sorted(changes, key=self._order())),
        )

    def _order(self) -> _Order:
        """By the place in the new text; what was removed behind what it followed."""
        return _Order(self._old, self._new, self._pairs)

    def _removed(self, clause: Clause, said: Sequence[str]) -> Change:
        lines = lines_of.diff(clause.lines, (), said=(said, ()))
        grade, why = self._whole(clause, "removed")
        return Change(kind="removed", grade=grade, reasons=(why,), old=clause, lines=lines)

    def _added(self, clause: Clause, said: Sequence[str]) -> Change:
        lines = lines_of.diff((), clause.lines, said=((), said))
        grade, why = self._whole(clause, "added")
        return Change(kind="added", grade=grade, reasons=(why,), new=clause, lines=lines)

    def _whole(self, clause: Clause, kind: str) -> tuple[Grade, Reason]:
        if clause.kind == "contents":
            return "cosmetic", Reason(kind="contents")
        if self._is_furniture(clause.lines):
            return "cosmetic", Reason(kind="furniture")
        if not canonical(clause.text):
            return "cosmetic", Reason(
                kind="punctuation" if compatible(clause.text).strip() else "white space"
            )
        return "substantive", Reason(kind=kind)

    def _is_furniture(self, lines: Sequence[str]) -> bool:
        solid = [line.strip() for line in lines if line.strip()]
        return bool(solid) and all(line in self._furniture for line in solid)

    # -------------------------------------------------------------- one clause and what became of it

    def _pair(self, one: int, other: int) -> Change | None:
        old, new = self._old[one], self._new[other]
        moved, renumbered = other in self._matched.moved, _number(old) != _number(new)
        if (one, other) not in self._changed:
            return None
        lines = self._changed[one, other]
        grade, why = self._judged(old, new, lines, same=self._said_old[one] == self._said_new[other])
        if moved:
            grade, why = self._moved(one, other, grade, why)
        if renumbered and (old.mark or new.mark):
            why = (*why, Reason(kind="renumbered"))
        if grade == "cosmetic":
            why = tuple(reason for reason in why if reason.kind != "numbering" or not renumbered)
        kind: ChangeKind = (
            "moved" if moved else "renumbered" if renumbered and grade == "cosmetic" else "changed"
        )
        return Change(kind=kind, grade=grade, reasons=why, old=old, new=new, lines=lines)

    def _moved(
        self, one: int, other: int, grade: Grade, why: tuple[Reason, ...]
    ) -> tuple[Grade, tuple[Reason, ...]]:
        """Under another heading a clause may mean something else; below the same, its place is typography."""
        above = self._above_old[one], self._above_new[other]
        same = above == (None, None) or above in self._paired
        return (grade if same else "substantive"), (Reason(kind="moved"), *why)

    def _judged(
        self, old: Clause, new: Clause, lines: Sequence[LineChange], *, same: bool
    ) -> tuple[Grade, tuple[Reason, ...]]:
        if old.kind == new.kind == "contents":
            return "cosmetic", (Reason(kind="contents"),)
        if same or _run_together(old, new):
            return "cosmetic", _typography(old, new)
        if self._follows(old, new):
            return "cosmetic", (Reason(kind="following"),)
        every = (reason for line in lines for reason in self._line(old, new, line))
        found = list(islice(every, _MOST_REASONS))
        worded = [line for line in lines if line.words] if not found else []
        if worded and all(self._is_furniture([line.old or line.new or ""]) for line in worded):
            return "cosmetic", (Reason(kind="furniture"),)
        return "substantive", tuple(dict.fromkeys(found)) or (Reason(kind="order"),)

    def _follows(self, old: Clause, new: Clause) -> bool:
        """Whether nothing differs but the numbers of the articles it refers to."""
        words = followed(old.words, self._numbers)
        return words != old.words and canonical(words) == canonical(new.words)

    def _line(self, old: Clause, new: Clause, line: LineChange) -> Iterator[Reason]:
        if not line.words:
            return
        if line.old is not None and line.new is not None:
            was, after = old.unnumbered(line.old_line), new.unnumbered(line.new_line)
            before = followed(was, self._numbers)
            if before == was:
                heads = line.old.find(was), line.new.find(after)
                yield from reasons(line.old, line.new, line.parts, heads)
            elif canonical(before) != canonical(after):
                yield from reasons(before, after, parts(before, after))
        elif not self._is_furniture([line.old or line.new or ""]):
            yield from reasons(line.old or "", line.new or "", _one_sided(line))


def _one_sided(line: LineChange) -> tuple[Part, ...]:
    kind: PartKind = "removed" if line.old is not None else "added"
    return (Part(kind=kind, text=line.old or line.new or ""),)


def _said(clause: Clause) -> tuple[str, ...]:
    return tuple(canonical(clause.unnumbered(at)) for at in range(len(clause.lines)))


def _number(clause: Clause) -> str:
    return "".join(clause.mark.split()) if clause.counted else ""


def _typography(old: Clause, new: Clause) -> tuple[Reason, ...]:
    if "".join(old.text.split()) == "".join(new.text.split()) and old.text != new.text:
        return (typography(old.text, new.text),)
    if old.words != new.words:
        return (typography(old.words, new.words),)
    if old.text != new.text:
        return (typography(old.text, new.text) if _same_number(old, new) else Reason(kind="numbering"),)
    return (Reason(kind="white space"),) if old.lines != new.lines else ()


def _run_together(old: Clause, new: Clause) -> bool:
    """Whether items of their own line in one text stand behind each other in the other."""
    return len(old.lines) != len(new.lines) and canonical(old.text) == canonical(new.text)


def _same_number(old: Clause, new: Clause) -> bool:
    return canonical(old.text) == canonical(new.text)


def _above(clauses: Sequence[Clause]) -> list[int | None]:
    """For each clause the rank of the chapter, section or point it belongs to."""
    latest: dict[str, int] = {}
    above: list[int | None] = []
    for rank, clause in enumerate(clauses):
        path = clause.path.partition("~")[0]
        above.append(latest.get(path.rpartition("/")[0]))
        latest[path] = rank
    return above


class _Order:
    """Where a change is told: at the line of its new clause, or behind the one that its old one followed."""

    def __init__(
        self, old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]
    ) -> None:
        became: Mapping[int, int] = dict(pairs)
        self._after: dict[int, int] = {}
        last = -1
        for at, clause in enumerate(old):
            last = new[became[at]].line if at in became else last
            self._after[clause.line] = last

    def __call__(self, change: Change) -> tuple[int, int, int]:
        if change.new:
            return change.new.line, 0, 0
        return self._after[change.old.line] if change.old else -1, 1, change.old.line if change.old else 0
