"""Compare two texts clause by clause (added, removed, changed, moved and renumbered clauses, each with a
grade), two articles field by field, and grade the difference between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Literal

from attrs import evolve, field, frozen

from pipelines.boilerplate.removal import strip_boilerplate
from pipelines.diff import text_diff as lines_of
from pipelines.diff.alignment import Matched, match_clauses
from pipelines.diff.grading import CanonicalClauses, Grade, Grader, Reason, clause_number, find_moves
from pipelines.diff.text_diff import LineChange
from pipelines.diff.typography import line_key, number_key
from policy.records import ARTICLE_FIELDS, Article
from policy.records.article import field_names
from policy.text.clauses import Clause, split_clauses
from policy.text.numerals import parse_mark
from policy.text.words import fold

ChangeKind = Literal["added", "removed", "changed", "moved", "renumbered"]


@frozen(kw_only=True)
class ClauseChange:
    """A changed clause. ``lines`` turn its old lines into its new ones, counted within the clause.

    ``renumbered``: only its number, and perhaps its typography, differs. ``moved``: its position among the
    others changed; what changed in it is in ``lines``.
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
    """The clauses of two texts and the changes, in the order of the new text."""

    old: tuple[Clause, ...] = field(repr=False)
    new: tuple[Clause, ...] = field(repr=False)
    pairs: tuple[tuple[int, int], ...] = field(repr=False)
    """Indices of the matched clauses."""
    changes: tuple[ClauseChange, ...]

    @property
    def grade(self) -> Grade | None:
        """The highest grade of the changes; None where nothing changed."""
        grades = {change.grade for change in self.changes}
        return "substantive" if "substantive" in grades else "cosmetic" if grades else None


def compare_texts(old: Sequence[str], new: Sequence[str]) -> Comparison:
    """Compare the lines of two texts."""
    boilerplate = _boilerplate(old) | _boilerplate(new)
    key = cache(line_key)
    clauses_old, clauses_new = (CanonicalClauses.of(split_clauses(lines), key) for lines in (old, new))
    keys = clauses_old.numbered_lines(clauses_new), clauses_new.numbered_lines(clauses_old)
    rebroken = lines_of.rebroken_lines(*keys)
    if rebroken:
        joined = join_clauses(clauses_old.clauses, clauses_new.clauses, keys, rebroken)
        clauses_old, clauses_new = (CanonicalClauses.of(clauses, key) for clauses in joined)
    return _Comparing(clauses_old, clauses_new, boilerplate, rebroken).compared()


def join_clauses(
    old: Sequence[Clause],
    new: Sequence[Clause],
    keys: tuple[Sequence[str], Sequence[str]],
    rebroken: Sequence[lines_of.Lines],
) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """The clauses of two texts with those joined that stand in one line of the other text.

    The line itself and the same lines behind it, as the items of an article, may begin a clause in one of the
    texts only; these are joined too. ``keys`` are those of all lines.
    """
    starts_old, starts_new = (
        {clause.line + clause.head: number_key(clause.mark) for clause in clauses} for clauses in (old, new)
    )
    joints: tuple[dict[int, bool], dict[int, bool]] = {}, {}
    for lines_old, lines_new in rebroken:
        alone = (lines_old.start in starts_old) != (lines_new.start in starts_new)
        joints[0].update(dict.fromkeys(range(lines_old.start + (not alone), lines_old.stop), False))
        joints[1].update(dict.fromkeys(range(lines_new.start + (not alone), lines_new.stop), False))
        behind = zip(keys[0][lines_old.stop :], keys[1][lines_new.stop :], strict=False)
        for step, (key_old, key_new) in enumerate(behind):
            at_old, at_new = lines_old.stop + step, lines_new.stop + step
            begins = at_old in starts_old, at_new in starts_new
            number = starts_old.get(at_old) or starts_new.get(at_new) or ""
            same = key_old == key_new or (
                number and key_old.startswith(number) and key_new.startswith(number)
            )
            if all(begins) or (any(begins) and not same):
                break
            if begins[0]:
                joints[0][at_old] = True
            if begins[1]:
                joints[1][at_new] = True
    return _of_one_kind(tuple(_joined(old, joints[0])), tuple(_joined(new, joints[1])), rebroken)


def _of_one_kind(
    old: Sequence[Clause], new: Sequence[Clause], rebroken: Iterable[lines_of.Lines]
) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """The clauses of both texts; where a joined line has lost its number as a heading, the number is text."""
    sides = [*old], [*new]
    starts = [clause.line for clause in old], [clause.line for clause in new]
    for lines in rebroken:
        places = [bisect_right(begun, run.start) - 1 for begun, run in zip(starts, lines, strict=True)]
        one, other = (side[at] for side, at in zip(sides, places, strict=True))
        if (one.kind, bool(one.mark)) != (other.kind, bool(other.mark)):
            label = one.label if one.mark else other.label
            for side, at in zip(sides, places, strict=True):
                side[at] = evolve(side[at], kind="paragraph", label=label, mark="", counted=False)
    return tuple(sides[0]), tuple(sides[1])


def _joined(clauses: Sequence[Clause], joints: Mapping[int, bool]) -> Iterator[Clause]:
    """The clauses, those that begin at ``joints`` as part of the one before; True where the number is one of
    its items."""
    runs: list[list[Clause]] = []
    for clause in clauses:
        if runs and clause.line + clause.head in joints:
            runs[-1].append(clause)
        else:
            runs.append([clause])
    for first, *others in runs:
        inner = dict(first.inner)
        for clause in others:
            shift = clause.line - first.line
            inner |= {shift + at: mark for at, mark in clause.inner.items()}
            mark = parse_mark(0, clause.lines[clause.head]) if clause.counted and clause.mark else None
            if mark and joints[clause.line + clause.head]:
                inner[shift + clause.head] = mark
        lines = tuple(line for clause in (first, *others) for line in clause.lines)
        yield evolve(first, lines=lines, inner=inner) if others else first


def apply_clause_changes(changes: Iterable[ClauseChange], old: Sequence[str]) -> tuple[str, ...]:
    """The lines of the new text; raises ValueError when the changes do not belong to this old text."""
    changes = list(changes)
    for change in changes:
        if change.old and tuple(old[at] for at in _span(change.old) if at < len(old)) != change.old.lines:
            raise ValueError(f"line {change.old.line} does not begin {change.old.label}")
    gone = {at for change in changes if change.old for at in _span(change.old)}
    kept = iter([line for at, line in enumerate(old) if at not in gone])
    lines: list[str] = []
    for change in sorted((change for change in changes if change.new), key=_new_line):
        lines.extend(islice(kept, max(_new_line(change) - len(lines), 0)))
        lines.extend(lines_of.apply_line_changes(change.lines, change.old.lines if change.old else ()))
    return (*lines, *kept)


def line_pairs(changes: Sequence[LineChange], old: int) -> Iterator[tuple[int, int]]:
    """Pairs of the unchanged and changed lines of a clause that had ``old`` lines."""
    at_old = at_new = 0
    for change in changes:
        yield from ((at_old + step, at_new + step) for step in range(change.old_line - at_old))
        if change.kind == "changed":
            yield change.old_line, change.new_line
        at_old, at_new = change.old_end, change.new_end
    yield from ((at_old + step, at_new + step) for step in range(old - at_old))


def _new_line(change: ClauseChange) -> int:
    return change.new.line if change.new else -1


def _span(clause: Clause) -> range:
    return range(clause.line, clause.line + len(clause.lines))


def _boilerplate(lines: Sequence[str]) -> set[str]:
    stripped = strip_boilerplate(lines)
    return set() if stripped.all_boilerplate else {line.strip() for line in stripped.removed}


class _Comparing:
    """Two texts as clauses, and which is which."""

    def __init__(
        self,
        old: CanonicalClauses,
        new: CanonicalClauses,
        boilerplate: set[str],
        rebroken: Sequence[lines_of.Lines],
    ) -> None:
        self._old, self._new, self._rebroken = old, new, rebroken
        matched: Matched = match_clauses(old.clauses, new.clauses, (old.words, new.words))
        self._moved = matched.moved
        self._changed = {pair: self._lines(*pair) for pair in matched.pairs if self._differ(*pair)}
        self._pairs = tuple(pair for pair in matched.pairs if self._is_one(*pair))
        self._paired = frozenset[tuple[int | None, int | None]](self._pairs)
        self._above_old, self._above_new = _above(old.clauses), _above(new.clauses)
        gone, come = ({pair[side] for pair in self._pairs} for side in (0, 1))
        self._removed = [at for at in range(len(old.clauses)) if at not in gone]
        self._added = [at for at in range(len(new.clauses)) if at not in come]
        between = find_moves(self._lost(), self._gained())
        self._grader = Grader(old, new, self._pairs, boilerplate, between)

    def _differ(self, one: int, other: int) -> bool:
        return self._old.clauses[one].lines != self._new.clauses[other].lines or other in self._moved

    def _lines(self, one: int, other: int) -> tuple[LineChange, ...]:
        """What changed in a clause; an only line became the only other, whatever is left."""
        keys = self._old.lines[one], self._new.lines[other]
        only = sum(map(bool, keys[0])) == sum(map(bool, keys[1])) == 1
        return lines_of.diff_lines(
            self._old.clauses[one].lines,
            self._new.clauses[other].lines,
            keys=keys,
            alike=0.0 if only else lines_of.ALIKE,
            rebroken=[*self._rebroken_in(self._old.clauses[one], self._new.clauses[other])],
        )

    def _rebroken_in(self, old: Clause, new: Clause) -> Iterator[lines_of.Lines]:
        """The lines of the two clauses that are broken at other places, counted within the clauses."""
        for lines_old, lines_new in self._rebroken:
            if lines_old.start in _span(old) and lines_new.start in _span(new):
                yield (
                    slice(lines_old.start - old.line, lines_old.stop - old.line),
                    slice(lines_new.start - new.line, lines_new.stop - new.line),
                )

    def _is_one(self, one: int, other: int) -> bool:
        """Whether a line of the clause was kept or became another; else it is another clause."""
        known = self._old.clauses[one].kind in ("contents", "signature")
        if known or self._old.words[one] == self._new.words[other]:
            return True
        lines = self._changed.get((one, other), ())
        gone = {line.old_line for line in lines if line.kind == "removed"}
        return any(keys and at not in gone for at, keys in enumerate(self._old.lines[one]))

    def _lost(self) -> Iterator[tuple[str, str]]:
        """What lines say that their clause has no more, and its label."""
        for at in self._removed:
            yield from ((keys, self._old.clauses[at].label) for keys in self._old.lines[at])
        for one, other in self._pairs:
            for line in self._changed.get((one, other), ()):
                if line.new is None:
                    yield self._old.lines[one][line.old_line], self._old.clauses[one].label

    def _gained(self) -> Iterator[tuple[str, str]]:
        """What lines say that their clause did not have, and its label."""
        for at in self._added:
            yield from ((keys, self._new.clauses[at].label) for keys in self._new.lines[at])
        for one, other in self._pairs:
            for line in self._changed.get((one, other), ()):
                if line.old is None:
                    yield self._new.lines[other][line.new_line], self._new.clauses[other].label

    def compared(self) -> Comparison:
        old, new = self._old.clauses, self._new.clauses
        changes = [
            *(change for pair in self._pairs if (change := self._pair(*pair))),
            *(self._removal(at) for at in self._removed),
            *(self._addition(at) for at in self._added),
        ]
        place = _Order(old, new, self._pairs)
        return Comparison(old=old, new=new, pairs=self._pairs, changes=tuple(sorted(changes, key=place)))

    def _removal(self, at: int) -> ClauseChange:
        clause = self._old.clauses[at]
        lines = lines_of.diff_lines(clause.lines, (), keys=(self._old.lines[at], ()))
        grade, why = self._grader.whole(clause, self._old.lines[at], "removed")
        return ClauseChange(kind="removed", grade=grade, reasons=(why,), old=clause, lines=lines)

    def _addition(self, at: int) -> ClauseChange:
        clause = self._new.clauses[at]
        lines = lines_of.diff_lines((), clause.lines, keys=((), self._new.lines[at]))
        grade, why = self._grader.whole(clause, self._new.lines[at], "added")
        return ClauseChange(kind="added", grade=grade, reasons=(why,), new=clause, lines=lines)

    def _pair(self, one: int, other: int) -> ClauseChange | None:
        """One clause and what became of it; None where nothing did."""
        old, new = self._old.clauses[one], self._new.clauses[other]
        stale = self._grader.is_stale(one, other)
        if (one, other) not in self._changed and not stale:
            return None
        lines = self._changed.get((one, other), ())
        grade, why = self._grader.inside(one, other, lines)
        if stale:
            grade, why = "substantive", (Reason(kind="stale"), *why)
        kind: ChangeKind = "changed"
        if clause_number(old) != clause_number(new):
            why = (*(reason for reason in why if reason.kind != "numbering"), Reason(kind="renumbered"))
            kind = "renumbered" if grade == "cosmetic" else kind
        if other in self._moved:
            kind, why = "moved", (Reason(kind="moved"), *why)
            grade = grade if self._is_below_the_same(one, other) else "substantive"
        return ClauseChange(kind=kind, grade=grade, reasons=why, old=old, new=new, lines=lines)

    def _is_below_the_same(self, one: int, other: int) -> bool:
        """Under another heading a clause may mean something else; below the same, its place is typography."""
        above = self._above_old[one], self._above_new[other]
        return above == (None, None) or above in self._paired


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

    def __call__(self, change: ClauseChange) -> tuple[int, int, int]:
        if change.new:
            return change.new.line, 0, 0
        return self._after[change.old.line] if change.old else -1, 1, change.old.line if change.old else 0


# ------------------------------------------------------------------ fidelity of a reprint


@frozen(kw_only=True)
class Fidelity:
    """Labels of the original's clauses that are missing in a reprint, of those that differ in substance, and
    of what only the reprint has; typographic differences are not counted."""

    dropped: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __str__(self) -> str:
        """``3 dropped, 1 altered``; ``all of it``."""
        told = (("dropped", self.dropped), ("altered", self.altered), ("added", self.added))
        return ", ".join(f"{len(labels)} {name}" for name, labels in told if labels) or "all of it"


def compare_reprint(original: Article, reprint: Article) -> Fidelity:
    """What of the original's clauses a reprint preserves."""
    changes = compare_texts(original.text.split("\n"), reprint.text.split("\n")).changes
    matters = [change for change in changes if change.grade == "substantive"]
    return Fidelity(
        dropped=_labels(matters, "removed"),
        altered=tuple(change.old.label for change in matters if change.old and change.new),
        added=_labels(matters, "added"),
    )


def _labels(changes: list[ClauseChange], kind: str) -> tuple[str, ...]:
    return tuple(change.label for change in changes if change.kind == kind)


# ------------------------------------------------------------------ fields


@frozen(kw_only=True)
class FieldChange:
    """A field with a changed value, as printed; None where there is none."""

    name: str
    old: str | None
    new: str | None


def compare_fields(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """The fields whose folded values differ, in the order of :data:`policy.records.ARTICLE_FIELDS`; missing
    pages last."""
    pairs = [
        *((name, old.printed(name), new.printed(name)) for name in field_names(ARTICLE_FIELDS, "comparison")),
        ("missing_pages", _missing_pages(old), _missing_pages(new)),
    ]
    return tuple(
        FieldChange(name=name, old=before, new=after)
        for name, before, after in pairs
        if fold(before or "") != fold(after or "")
    )


def _missing_pages(article: Article) -> str | None:
    return "、".join(article.completeness.missing_pages) or None


# ------------------------------------------------------------------ materiality


OF_THE_PAGE = frozenset({*field_names(ARTICLE_FIELDS, "filing"), "missing_pages"})
"""Fields that describe how a portal files a document; a change of them is cosmetic."""


@frozen(kw_only=True)
class Materiality:
    """The grade of a change (None where nothing changed) with the fields and reasons that justify it."""

    grade: Grade | None
    fields: tuple[FieldChange, ...] = ()
    reasons: tuple[Reason, ...] = ()


def grade_change(comparison: Comparison, fields: tuple[FieldChange, ...]) -> Materiality:
    """The materiality of a comparison and of the fields that differ."""
    told = tuple(field for field in fields if field.name not in OF_THE_PAGE)
    grade: Grade | None = "substantive" if told else comparison.grade or ("cosmetic" if fields else None)
    return Materiality(
        grade=grade,
        fields=told or (fields if grade == "cosmetic" else ()),
        reasons=tuple(
            dict.fromkeys(
                reason for change in comparison.changes if change.grade == grade for reason in change.reasons
            )
        ),
    )
