"""From groups of articles to policies: which number each keeps, and as what each article belongs there.

Pure. A group keeps the number of the policy whose first article it has; so numbers last as long as
policies do, and of two policies that turn out to be one the older number stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from pipelines.clusters import Key
from pipelines.grouping import Group, Relations
from pipelines.relations import Relation


@frozen(kw_only=True)
class Belonging:
    """An article in its group: as what, in which edition (counted from 1; None where there is one only),
    and by what evidence. ``flagged``: it matches several policies alike and is kept apart."""

    relation: str = ""
    edition: int | None = None
    flagged: bool = False
    evidence: str = ""


def claims(groups: Sequence[Group], held: Mapping[Key, int], ids: Mapping[Key, int]) -> list[int | None]:
    """The policy that each group keeps, of those its articles have today; None for a new one.

    ``ids`` are the articles' numbers: whoever was archived first has the claim.
    """
    place = {key: n for n, group in enumerate(groups) for key in group.articles}
    first: dict[int, Key] = {}
    for key in sorted(held, key=lambda each: ids[each]):
        first.setdefault(held[key], key)
    claimed: dict[int, list[int]] = {}
    for policy, key in first.items():
        claimed.setdefault(place[key], []).append(policy)
    return [min(claimed[n]) if n in claimed else None for n in range(len(groups))]


def belongings(group: Group, relations: Relations) -> dict[Key, Belonging]:
    """As what each article of a group belongs to it."""
    mates = group.articles
    told: dict[Key, list[tuple[Relation, Key]]] = {key: [] for key in mates}
    for (left, right), found in relations.items():
        if found.joins and left in mates and right in mates:
            told[left].append((found, right))
            told[right].append((found.mirrored(), left))
    several = len(group.editions) > 1
    return {
        key: Belonging(
            relation=_relation(told[key], among=len(mates)),
            edition=number if several else None,
            flagged=bool(group.between),
            evidence=_evidence(group, told[key]),
        )
        for number, edition in enumerate(group.editions, start=1)
        for key in edition.articles
    }


def _relation(told: Iterable[tuple[Relation, Key]], *, among: int) -> str:
    """What it is to those that it is part of, or the whole where it is part of none."""
    parts = [found for found, _ in told if found.side == "left" and found.kind in {"excerpt", "part"}]
    if parts:
        return max(parts, key=lambda found: found.containment).kind
    wraps = any(found.kind == "annotated" and found.side == "left" for found, _ in told)
    return "annotated" if wraps else "full" if among > 1 else ""


def _evidence(group: Group, told: Iterable[tuple[Relation, Key]]) -> str:
    if len(group.between) == 1:
        return f"like {group.between[0]}, but bears another document's name or is contradicted"
    if group.between:
        return f"matches alike: {', '.join(group.between)}"
    best = max(told, key=lambda pair: (pair[0].strength, pair[0].containment, pair[1]), default=None)
    return f"{best[0].kind} with {best[1]}: {best[0].evidence}" if best else ""
