"""Grade the change of a clause as substantive or cosmetic, with reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Self

from attrs import field, frozen

from pipelines.diff.reasons import Grade, Reason, find_reasons, renumber_references, typographic_reason
from pipelines.diff.text_diff import LineChange, Part, PartKind, diff_parts
from policy.text.canonical import canonical, join_canonical
from policy.text.clauses import Clause
from policy.text.words import compatible

_LEAST = 8
"""Characters of the shortest line that is recognised in another clause."""


@frozen(kw_only=True)
class Move:
    """Labels of the clauses that a line moved from and to."""

    old: str
    new: str

    @property
    def gone(self) -> Reason:
        """The reason reported for the clause that the line left."""
        return Reason(kind="moved", new=self.new)

    @property
    def come(self) -> Reason:
        """The reason reported for the clause that the line entered."""
        return Reason(kind="moved", old=self.old)


def find_moves(gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]) -> Mapping[str, Move]:
    """The moves by what the lines say, from pairs of that and the label of their clause: of lines that only
    one clause lost and only one other gained."""
    left, entered = _by_words(gone), _by_words(come)
    single = ((key, left[key], entered[key]) for key in left.keys() & entered.keys())
    return {
        key: Move(old=old[0], new=new[0])
        for key, old, new in single
        if len(old) == len(new) == 1 and old != new
    }


def _by_words(lines: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for key, label in lines:
        if len(key) >= _LEAST:
            labels[key].append(label)
    return labels


_MOST_REASONS = 200
"""Most reasons of one clause; a changed table can have a hundred thousand cells."""


@frozen(kw_only=True)
class CanonicalClauses:
    """The clauses of a text with the canonical form of each clause and of each line."""

    clauses: tuple[Clause, ...]
    lines: tuple[tuple[str, ...], ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, clauses: tuple[Clause, ...]) -> Self:
        lines = tuple(
            tuple(canonical(clause.unnumbered(at)) for at in range(len(clause.lines))) for clause in clauses
        )
        return cls(clauses=clauses, lines=lines, words=tuple(map(join_canonical, lines)))


def clause_number(clause: Clause) -> str:
    """The number of a clause as printed; empty where its text begins with figures."""
    return "".join(clause.mark.split()) if clause.counted else ""


class Grader:
    """Grades the changes between two texts whose clauses are matched by ``pairs``."""

    def __init__(
        self,
        old: CanonicalClauses,
        new: CanonicalClauses,
        pairs: Sequence[tuple[int, int]],
        boilerplate: set[str],
        moves: Mapping[str, Move],
    ) -> None:
        self._old, self._new, self._boilerplate, self._moves = old, new, boilerplate, moves
        self._numbers = dict(_renumbered(old.clauses, new.clauses, pairs))

    def whole(self, clause: Clause, keys: Sequence[str], kind: str) -> tuple[Grade, Reason]:
        """Grade a clause that is in one text only; ``kind`` is the reason when it matters."""
        if clause.kind == "contents":
            return "cosmetic", Reason(kind="contents")
        if self._is_boilerplate(clause.lines):
            return "cosmetic", Reason(kind="boilerplate")
        if not canonical(clause.text):
            seen = compatible(clause.text).strip()
            return "cosmetic", Reason(kind="punctuation" if seen else "white space")
        moves = {self._moves.get(line) for line in keys if line}
        if len(moves) == 1 and (move := moves.pop()):
            return "substantive", move.gone if kind == "removed" else move.come
        return "substantive", Reason(kind=kind)

    def inside(
        self, at_old: int, at_new: int, lines: Sequence[LineChange]
    ) -> tuple[Grade, tuple[Reason, ...]]:
        """Grade a clause in which these lines changed, ignoring its number and position."""
        old, new = self._old.clauses[at_old], self._new.clauses[at_new]
        if old.kind == new.kind == "contents":
            return "cosmetic", (Reason(kind="contents"),)
        if self._old.words[at_old] == self._new.words[at_new] or _run_together(old, new):
            return "cosmetic", _typography(old, new)
        if self._numbers and self._follows(at_old, at_new):
            return "cosmetic", (Reason(kind="following"),)
        every = (reason for line in lines for reason in self._line(at_old, at_new, line))
        found = list(islice(every, _MOST_REASONS))
        worded = [line for line in lines if line.words] if not found else []
        if worded and all(self._is_boilerplate([line.old or line.new or ""]) for line in worded):
            return "cosmetic", (Reason(kind="boilerplate"),)
        return "substantive", tuple(dict.fromkeys(found)) or (Reason(kind="order"),)

    def is_stale(self, at_old: int, at_new: int) -> bool:
        """Whether an unchanged clause refers to an article number that now belongs to another article."""
        if not self._numbers or self._old.words[at_old] != self._new.words[at_new]:
            return False
        words = self._old.clauses[at_old].words
        return renumber_references(words, self._numbers) != words

    def _follows(self, at_old: int, at_new: int) -> bool:
        """Whether nothing differs but the numbers of the articles it refers to."""
        old = self._old.clauses[at_old]
        lines = [renumber_references(old.unnumbered(at), self._numbers) for at in range(len(old.lines))]
        if all(line == old.unnumbered(at) for at, line in enumerate(lines)):
            return False
        return join_canonical(map(canonical, lines)) == self._new.words[at_new]

    def _line(self, at_old: int, at_new: int, line: LineChange) -> Iterator[Reason]:
        if not line.words:
            return
        if line.old is not None and line.new is not None:
            was = self._old.clauses[at_old].unnumbered(line.old_line)
            after = self._new.clauses[at_new].unnumbered(line.new_line)
            before = renumber_references(was, self._numbers)
            if before == was:
                heads = line.old.find(was), line.new.find(after)
                yield from find_reasons(line.old, line.new, line.parts, heads)
            elif canonical(before) != self._new.lines[at_new][line.new_line]:
                yield from find_reasons(before, after, diff_parts(before, after))
        elif move := self._moves.get(self._said(at_old, at_new, line)):
            yield move.gone if line.new is None else move.come
        elif not self._is_boilerplate([line.old or line.new or ""]):
            yield from find_reasons(line.old or "", line.new or "", _one_sided(line))

    def _said(self, at_old: int, at_new: int, line: LineChange) -> str:
        """What a line that is on one side only says."""
        gone = line.new is None
        return self._old.lines[at_old][line.old_line] if gone else self._new.lines[at_new][line.new_line]

    def _is_boilerplate(self, lines: Sequence[str]) -> bool:
        solid = [line.strip() for line in lines if line.strip()]
        return bool(solid) and all(line in self._boilerplate for line in solid)


def _renumbered(
    old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, str]]:
    """The clauses that have another number; not those of which a page has two, in two documents."""
    counts = Counter(map(clause_number, old))
    for at_old, at_new in pairs:
        before, after = clause_number(old[at_old]), clause_number(new[at_new])
        if before and after and before != after and counts[before] == 1:
            yield before, after


def _one_sided(line: LineChange) -> tuple[Part, ...]:
    kind: PartKind = "removed" if line.old is not None else "added"
    return (Part(kind=kind, text=line.old or line.new or ""),)


def _typography(old: Clause, new: Clause) -> tuple[Reason, ...]:
    words_old, words_new = old.words, new.words
    if words_old == words_new:
        if old.lines == new.lines:
            return ()
        if not _same_number(old, new):
            return (Reason(kind="numbering"),)
    if words_old == words_new or "".join(old.text.split()) == "".join(new.text.split()):
        return (typographic_reason(old.text, new.text),)
    return (typographic_reason(words_old, words_new),)


def _run_together(old: Clause, new: Clause) -> bool:
    """Whether items of their own line in one text stand behind each other in the other."""
    return len(old.lines) != len(new.lines) and canonical(old.text) == canonical(new.text)


def _same_number(old: Clause, new: Clause) -> bool:
    return old.mark == new.mark or canonical(old.text) == canonical(new.text)
