"""Lines that went from one clause into another: a paragraph of 第三条 that is of 第五条 now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from attrs import frozen

from pipelines.reasons import Reason

_LEAST = 8
"""Characters of the shortest line that is recognised in another clause."""


@frozen(kw_only=True)
class Move:
    """Where a line stood and where it stands: labels of clauses."""

    old: str
    new: str

    @property
    def gone(self) -> Reason:
        """What is told of the clause that it left."""
        return Reason(kind="moved", new=self.new)

    @property
    def come(self) -> Reason:
        """What is told of the clause that it came into."""
        return Reason(kind="moved", old=self.old)


def moves(gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]) -> Mapping[str, Move]:
    """The moves by what the lines say, from pairs of that and the label of their clause: of lines that only
    one clause lost and only one other gained."""
    left, entered = _by_words(gone), _by_words(come)
    single = ((said, left[said], entered[said]) for said in left.keys() & entered.keys())
    return {
        said: Move(old=old[0], new=new[0])
        for said, old, new in single
        if len(old) == len(new) == 1 and old != new
    }


def _by_words(lines: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for said, label in lines:
        if len(said) >= _LEAST:
            labels[said].append(label)
    return labels
