"""Trace the clauses of an article through its versions: a clause keeps the id of its first appearance.

Nothing is stored: the ids follow from comparing each version with the next. A clause that was moved,
renumbered or changed keeps its id, and so does one that was removed and later restored with the same words.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from pipelines.diff.comparison import Comparison, compare_texts, line_pairs
from policy.text.clauses import Clause, line_positions, split_clauses
from policy.text.words import canonical

PREFIX = "c-"
_LETTERS = 8


@frozen(kw_only=True)
class Traced:
    """A clause of one version, or a paragraph or item in it, with its id (``c-3fk2a7qd``).

    ``label`` and ``path`` are its place in this version, ``line`` is its first line there.
    """

    id: str
    label: str
    path: str
    text: str
    line: int


def trace_clauses(versions: Sequence[Sequence[str]]) -> list[tuple[Traced, ...]]:
    """The clauses of each version with their ids; versions are lists of lines, the first version first."""
    ids = _Ids()
    traced: list[tuple[Traced, ...]] = []
    before: Sequence[str] = ()
    for number, lines in enumerate(versions, 1):
        if traced and tuple(lines) == tuple(before):
            traced.append(traced[-1])
            continue
        known = _carried(compare_texts(before, lines), split_clauses(before), traced[-1]) if traced else {}
        traced.append(tuple(ids.give(number, _all(split_clauses(lines)), known)))
        before = lines
    return traced


def find_clauses(traced: Iterable[Traced], name: str) -> list[Traced]:
    """The clauses with this id or label; a short label matches a full one (第十二条 is 第三章第十二条)."""
    wanted = "".join(name.split())
    return [one for one in traced if wanted in (one.id, one.label)] or [
        one for one in traced if wanted and one.label.endswith(wanted)
    ]


# ------------------------------------------------------------------ inherited ids


def _all(found: Iterable[Clause]) -> Iterator[tuple[Clause, int | None]]:
    """The clauses, and the lines in each that have a place of their own."""
    for clause in found:
        yield clause, None
        yield from ((clause, at) for at, place in line_positions(clause).items() if place.path)


def _carried(
    comparison: Comparison, clauses: Iterable[Clause], before: Sequence[Traced]
) -> Mapping[tuple[int, int | None], str]:
    """The ids by place in the new text: the clause's line, and the line in it."""
    keys = ((clause.line, at) for clause, at in _all(clauses))
    ids = {key: one.id for key, one in zip(keys, before, strict=True)}
    changes = {change.new.line: change for change in comparison.changes if change.old and change.new}
    carried: dict[tuple[int, int | None], str] = {}
    for one, other in comparison.pairs:
        old, new = comparison.old[one], comparison.new[other]
        lines = changes[new.line].lines if new.line in changes else ()
        pairs = [(None, None), *line_pairs(lines, len(old.lines))]
        for at_old, at_new in pairs:
            if (old.line, at_old) in ids:
                carried[new.line, at_new] = ids[old.line, at_old]
    return carried


class _Ids:
    """The ids that were given, so that none is given twice and one that comes back is known."""

    def __init__(self) -> None:
        self._by_words: dict[str, list[str]] = {}
        self._taken: set[str] = set()

    def give(
        self,
        version: int,
        found: Iterable[tuple[Clause, int | None]],
        known: Mapping[tuple[int, int | None], str],
    ) -> Iterator[Traced]:
        living = set(known.values())
        for clause, at in found:
            place = line_positions(clause)[at] if at is not None else None
            path = f"{clause.path}/{place.path}" if place else clause.path
            words = canonical(clause.words if at is None else clause.unnumbered(at))
            given = (
                known.get((clause.line, at))
                or self._restored(words, living)
                or self._new(version, path, words)
            )
            living.add(given)
            yield Traced(
                id=given,
                label=clause.label + (place.label if place else ""),
                path=path,
                text=clause.text if at is None else clause.lines[at].strip(),
                line=clause.line + (at or 0),
            )

    def _restored(self, words: str, living: set[str]) -> str | None:
        return next((one for one in self._by_words.get(words, ()) if one not in living), None)

    def _new(self, version: int, path: str, words: str) -> str:
        again = 0
        while (given := _hashed(f"{version}\n{path}\n{words}\n{again}")) in self._taken:
            again += 1
        self._taken.add(given)
        self._by_words.setdefault(words, []).append(given)
        return given


def _hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return PREFIX + b32encode(digest).decode().lower()[:_LETTERS]
