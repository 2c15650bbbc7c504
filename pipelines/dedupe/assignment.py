"""Assign groups of articles to policies: which policy id each group keeps, and each article's role in its
group.

Pure functions. A group keeps the id of the policy whose first article it contains, so ids are stable; of two
policies that are merged the older id stays.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile
from pipelines.dedupe.grouping import Group, GroupMember, Key, Relations, grouping_member
from pipelines.dedupe.relations import find_relation
from policy.documents.issuers import number_identity
from policy.documents.numbers import parse_number
from policy.records import Article
from policy.records.saves import Candidate, Decision, Link, Relation, Ruling
from policy.rules.identity import document_number


@frozen(kw_only=True)
class Assignment:
    """An article's role in its group, its edition (counted from 1; None where there is only one) and the
    evidence. ``flagged``: it matches several policies equally well, or another policy has its number, and it
    is kept apart."""

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
    contested = _contested(groups, place, relations)
    return [_belongings(group, told, contested) for group in groups]


def _contested(
    groups: Sequence[Group], place: Mapping[Key, int], relations: Relations
) -> dict[Key, tuple[Relation, Key]]:
    """Articles whose number another policy has, in other words; where one policy has more articles, only
    those of the smaller, since a page that bears the number by mistake is likely to be alone."""
    contested: dict[Key, tuple[Relation, Key]] = {}
    for (left, right), found in sorted(relations.items()):
        if not found.contested or place[left] == place[right]:
            continue
        ours, theirs = (len(groups[place[key]].articles) for key in (left, right))
        if ours <= theirs:
            contested.setdefault(left, (found, right))
        if theirs <= ours:
            contested.setdefault(right, (found, left))
    return contested


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


def _belongings(
    group: Group, told: _Told, contested: Mapping[Key, tuple[Relation, Key]]
) -> dict[Key, Assignment]:
    among, several = len(group.articles), len(group.editions) > 1
    return {
        key: Assignment(
            relation=_relation(key, told, among=among),
            edition=number if several else None,
            flagged=bool(group.between) or key in contested,
            evidence=_evidence(group, told.best.get(key), contested.get(key)),
        )
        for number, edition in enumerate(group.editions, start=1)
        for key in edition.articles
    }


def _relation(key: Key, told: _Told, *, among: int) -> str:
    """What it is to those that it is part of, or the whole where it is part of none."""
    if part := told.parts.get(key):
        return part.kind
    return "annotated" if key in told.wraps else "full" if among > 1 else ""


def _evidence(group: Group, best: tuple[Relation, Key] | None, contested: tuple[Relation, Key] | None) -> str:
    if contested:
        return f"kept apart from {contested[1]}: {contested[0].evidence}"
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


def decide_policy(article: Article, candidates: Sequence[Candidate]) -> Decision:
    """The only policy that the article repeats, or None; ``evidence`` gives the reason."""
    if not candidates:
        return Decision(policy_id=None, evidence="No known policy has this number or these words.")
    if contested := _number_contested(article, candidates):
        return Decision(policy_id=None, evidence=f"Kept apart, ambiguous: {contested}.")
    policies = {candidate.policy_id for candidate in candidates}
    numbered = {found.policy_id for found in candidates if found.key.startswith("doc:")}
    worded = {found.policy_id for found in candidates if found.key.startswith("words:")}
    both = numbered & worded
    if len(both) == 1 and numbered == both:
        return _same(article, both.pop(), candidates)
    if len(policies) > 1:
        return Decision(policy_id=None, evidence=f"Kept apart, ambiguous: {_pointing(candidates)}.")
    other = _other_numbers(article, candidates)
    if worded and not numbered and other:
        return Decision(
            policy_id=None,
            evidence=f"Kept apart, ambiguous: the same words as policy {policies.pop()}, "
            f"but the number is {_own(article)}, not {', '.join(other)}.",
        )
    return _same(article, policies.pop(), candidates)


def _number_contested(article: Article, candidates: Sequence[Candidate]) -> str | None:
    """What the words of the policies with the article's number say against it."""
    others = {found.policy_id: found.article for found in candidates if found.article}
    ours = comparison_profile(article) if others else None
    for policy, other in others.items():
        relation = find_relation(ours, comparison_profile(other)) if ours else None
        if relation and not relation.joins:
            return f"policy {policy} has the number, but {relation.evidence}"
    return None


def _same(article: Article, policy: int, candidates: Sequence[Candidate]) -> Decision:
    kinds = {found.key.partition(":")[0] for found in candidates if found.policy_id == policy}
    reasons = {"doc": f"the same issuer and number ({_own(article)})", "words": "the same words"}
    told = " and ".join(reasons[kind] for kind in ("doc", "words") if kind in kinds)
    return Decision(policy_id=policy, evidence=f"Policy {policy}: {told}.")


def _own(article: Article) -> str | None:
    return article.doc_no.value.norm if article.doc_no else None


def _other_numbers(article: Article, candidates: Sequence[Candidate]) -> list[str]:
    """Numbers known of the candidates, if the article has one and it is not among them."""
    ours, known = document_number(article), sorted({no for found in candidates for no in found.doc_nos})
    if ours is None or not known or _own(article) in known:
        return []
    parsed = (number for number in map(parse_number, known) if number)
    return [] if any(ours.matches(number_identity(number)) for number in parsed) else known


def _pointing(candidates: Sequence[Candidate]) -> str:
    """``the number points at policy 3, the words at policy 5``."""
    ways: defaultdict[str, set[int]] = defaultdict(set)
    for found in candidates:
        ways["number" if found.key.startswith("doc:") else "words"].add(found.policy_id)
    told = (
        f"the {way} point{'s' if way == 'number' else ''} at {_named(policies)}"
        for way, policies in sorted(ways.items())
    )
    return ", ".join(told)


def _named(policies: set[int]) -> str:
    return f"{'policies' if len(policies) > 1 else 'policy'} {', '.join(map(str, sorted(policies)))}"
