"""Compare two texts clause by clause (added, removed, changed, moved and renumbered clauses, each with a
grade), two articles field by field, and grade the difference between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from attrs import field, frozen

from pipelines.boilerplate.removal import strip_boilerplate
from pipelines.diff import text_diff as lines_of
from pipelines.diff.alignment import Matched, match_clauses
from pipelines.diff.grading import CanonicalClauses, Grade, Grader, Reason, clause_number, find_moves
from pipelines.diff.text_diff import LineChange
from policy.records import ARTICLE_FIELDS, Article
from policy.records.field_registry import field_names
from policy.text.clauses import Clause, split_clauses
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
    return _Comparing(
        CanonicalClauses.of(split_clauses(old)), CanonicalClauses.of(split_clauses(new)), boilerplate
    ).compared()


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
        at_old = change.old_line + (change.old is not None)
        at_new = change.new_line + (change.new is not None)
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

    def __init__(self, old: CanonicalClauses, new: CanonicalClauses, boilerplate: set[str]) -> None:
        self._old, self._new = old, new
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


def grade_versions(old: Article, new: Article) -> Materiality:
    """The materiality of the difference between two versions of an article."""
    return grade_change(compare_texts(old.text.split("\n"), new.text.split("\n")), compare_fields(old, new))


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
