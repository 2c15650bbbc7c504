"""Assign groups of articles to policies: which policy id each group keeps, and each article's role in its
group.

Pure functions. A group keeps the id of the policy whose first article it contains, so ids are stable; of two
policies that are merged the older id stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from pipelines.dedupe.comparison_profile import ComparisonProfile
from pipelines.dedupe.grouping import Group, GroupMember, Key, Relations, grouping_member
from policy.records import Article
from policy.records.saves import Link, Relation, Ruling


@frozen(kw_only=True)
class Assignment:
    """An article's role in its group, its edition (counted from 1; None where there is only one) and the
    evidence. ``flagged``: it matches several policies equally well and is kept apart."""

    relation: str = ""
    edition: int | None = None
    flagged: bool = False
    evidence: str = ""


def claimed_policies(
    groups: Sequence[Group], current: Mapping[Key, int], ids: Mapping[Key, int]
) -> list[int | None]:
    """The policy that each group keeps, of those its articles have today; None for a new one.

    ``ids`` are the articles' numbers: whoever was archived first has the claim.
    """
    place = {key: n for n, group in enumerate(groups) for key in group.articles}
    first: dict[int, Key] = {}
    for key in sorted(current, key=lambda each: ids[each]):
        first.setdefault(current[key], key)
    claimed: dict[int, list[int]] = {}
    for policy, key in first.items():
        claimed.setdefault(place[key], []).append(policy)
    return [min(claimed[n]) if n in claimed else None for n in range(len(groups))]


def assignments(groups: Sequence[Group], relations: Relations) -> list[dict[Key, Assignment]]:
    """The assignment of each article, group by group."""
    place = {key: n for n, group in enumerate(groups) for key in group.articles}
    told = _Told()
    for (left, right), found in relations.items():
        if found.joins and place[left] == place[right]:
            told.add(left, found, right, leans=found.side == "left")
            told.add(right, found, left, leans=found.side == "right")
    return [_belongings(group, told) for group in groups]


class _Told:
    """Of all that joins an article to others of its group what says most: of it, and as what it is there."""

    def __init__(self) -> None:
        self.best: dict[Key, tuple[Relation, Key]] = {}
        self.parts: dict[Key, Relation] = {}
        self.wraps: set[Key] = set()

    def add(self, key: Key, found: Relation, other: Key, *, leans: bool) -> None:
        """What ``key`` is to ``other``; ``leans``: it is known by that one."""
        best = self.best.get(key)
        if best is None or _telling(best) < _telling((found, other)):
            self.best[key] = found, other
        if not leans:
            return
        if found.kind == "annotated":
            self.wraps.add(key)
        elif found.kind in {"excerpt", "part"}:
            known = self.parts.get(key)
            if known is None or known.containment < found.containment:
                self.parts[key] = found


def _telling(told: tuple[Relation, Key]) -> tuple[int, float, Key]:
    return told[0].strength, told[0].containment, told[1]


def _belongings(group: Group, told: _Told) -> dict[Key, Assignment]:
    among, several = len(group.articles), len(group.editions) > 1
    return {
        key: Assignment(
            relation=_relation(key, told, among=among),
            edition=number if several else None,
            flagged=bool(group.between),
            evidence=_evidence(group, told.best.get(key)),
        )
        for number, edition in enumerate(group.editions, start=1)
        for key in edition.articles
    }


def _relation(key: Key, told: _Told, *, among: int) -> str:
    """What it is to those that it is part of, or the whole where it is part of none."""
    if part := told.parts.get(key):
        return part.kind
    return "annotated" if key in told.wraps else "full" if among > 1 else ""


def _evidence(group: Group, best: tuple[Relation, Key] | None) -> str:
    if len(group.between) == 1:
        return f"like {group.between[0]}, but bears another document's name or is contradicted"
    if group.between:
        return f"matches alike: {', '.join(group.between)}"
    return f"{best[0].kind} with {best[1]}: {best[0].evidence}" if best else ""


# ------------------------------------------------------------------ grouping facts


MOST_LABELS = 60
"""Most first-level heading labels that are stored of an article."""


@frozen(kw_only=True)
class GroupingFacts:
    """The facts of an article that grouping needs, and which parts of its text are missing."""

    key: str
    title: str
    version: int
    member: GroupMember
    complete: bool
    gaps: tuple[str, ...]
    labels: tuple[str, ...]


def facts_of(article: Article, sheet: ComparisonProfile, version: int) -> dict[str, Any]:
    """The grouping facts of an article as JSON."""
    asked = grouping_member(sheet)
    top = [heading.label for heading in article.outline.headings if heading.level == 1]
    return {
        "key": sheet.source,
        "title": article.document_title,
        "version": version,
        "names": sorted(asked.names),
        "draft": asked.draft,
        "revised": asked.revised.isoformat() if asked.revised else None,
        "day": asked.day.isoformat() if asked.day else None,
        "complete": article.completeness.complete,
        "gaps": list(article.completeness.gaps),
        "labels": top[:MOST_LABELS],
    }


def load_facts(facts: Mapping[str, Any]) -> GroupingFacts:
    """The grouping facts from their JSON."""
    return GroupingFacts(
        key=facts["key"],
        title=facts["title"],
        version=facts["version"],
        member=GroupMember(
            names=frozenset(facts["names"]),
            draft=facts["draft"],
            revised=_day(facts["revised"]),
            day=_day(facts["day"]),
        ),
        complete=facts["complete"],
        gaps=tuple(facts["gaps"]),
        labels=tuple(facts["labels"]),
    )


def _day(printed: str | None) -> dt.date | None:
    return dt.date.fromisoformat(printed) if printed else None


def relations_of(
    links: Iterable[Link], rulings: Collection[Ruling], facts: Mapping[int, GroupingFacts]
) -> dict[tuple[str, str], Relation]:
    """The relations of these articles by their keys; a person's ruling replaces the computed relation."""
    ruled = {(ruling.a, ruling.b): _ruled(ruling) for ruling in rulings}
    told: dict[tuple[int, int], Relation] = {(link.a, link.b): link for link in links}
    told |= ruled
    return {
        (facts[a].key, facts[b].key): found for (a, b), found in told.items() if a in facts and b in facts
    }


def _ruled(ruling: Ruling) -> Relation:
    evidence = f"{ruling.by} said so on {ruling.at.date()}: {ruling.why}"
    if ruling.same:
        return Relation(kind="same", containment=1.0, strength=3, evidence=evidence)
    return Relation(kind="different", conflict=True, evidence=evidence)
