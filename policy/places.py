"""Where a line stands inside a clause, as one cites it: 第二款第（三）项."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from policy.clauses import Clause, ordinal
from policy.markers import Mark


@frozen(kw_only=True)
class Place:
    """A line inside a clause as one cites it: ``label`` 第二款第（三）项, ``path`` ``款2/项3``."""

    label: str = ""
    path: str = ""


_NUMBERED = {"(一)": "项", "1.": "目"}


def places(clause: Clause) -> dict[int, Place]:
    """Where each line of the clause stands in it, by its index; lines without words have no place."""
    unit = "款" if clause.kind == "article" else "段"
    own = _paragraphs(clause)
    rank = {at: number for number, at in enumerate(own, 1)}
    found: dict[int, Place] = {}
    outer, chain = Place(), list[Mark]()
    for at, line in enumerate(clause.lines):
        if not line.strip():
            continue
        if mark := clause.inner.get(at):
            while chain and (chain[-1].kind == mark.kind or mark.kind in {each.kind for each in chain}):
                chain.pop()
            chain.append(mark)
            found[at] = _item(outer, chain)
            continue
        chain = []
        number = rank.get(at, 0)
        outer = Place(label=f"第{ordinal(number)}{unit}", path=f"{unit}{number}") if number else Place()
        found[at] = outer
    return found


def _paragraphs(clause: Clause) -> list[int]:
    """The lines one counts: an only paragraph of an article has no number, a title is none."""
    own = [at for at, line in enumerate(clause.lines) if line.strip() and at not in clause.inner]
    if clause.kind in ("contents", "signature"):
        return []
    if clause.kind not in ("article", "paragraph"):
        return own[1:]
    titled = own and clause.mark and not clause.unnumbered(own[0])
    own = own[1:] if titled else own
    return own if len(own) > 1 else []


def _item(outer: Place, chain: Sequence[Mark]) -> Place:
    names = [f"第{mark.printed}{_NUMBERED.get(mark.kind, '项')}" for mark in chain]
    steps = [f"{_NUMBERED.get(mark.kind, '项')}{mark.number}" for mark in chain]
    return Place(label=outer.label + "".join(names), path="/".join(filter(None, [outer.path, *steps])))
