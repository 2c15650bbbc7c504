"""What a reprint keeps of the original: the clauses it dropped, those it altered, and what it added."""

from __future__ import annotations

from attrs import frozen

from pipelines.comparison import Change, compare
from policy.records import Article


@frozen(kw_only=True)
class Fidelity:
    """Labels of the original's clauses that are not in the reprint, of those that say something else there,
    and of what only the reprint has; what is only set otherwise is none of it."""

    dropped: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __str__(self) -> str:
        """``3 dropped, 1 altered``; ``all of it``."""
        told = (("dropped", self.dropped), ("altered", self.altered), ("added", self.added))
        return ", ".join(f"{len(labels)} {name}" for name, labels in told if labels) or "all of it"


def fidelity(original: Article, reprint: Article) -> Fidelity:
    """What became of the original's clauses in a reprint."""
    changes = compare(original.text.split("\n"), reprint.text.split("\n")).changes
    matters = [change for change in changes if change.grade == "substantive"]
    return Fidelity(
        dropped=_labels(matters, "removed"),
        altered=tuple(change.old.label for change in matters if change.old and change.new),
        added=_labels(matters, "added"),
    )


def _labels(changes: list[Change], kind: str) -> tuple[str, ...]:
    return tuple(change.label for change in changes if change.kind == kind)
