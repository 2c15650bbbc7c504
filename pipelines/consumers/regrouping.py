"""Regroup linked articles into policies, and move the articles that belong to another policy.

The whole connected neighbourhood is grouped again, so the result does not depend on the order of arrival.
Moves are reported in the change feed; a policy that lost all its articles becomes a tombstone. Announcements
go with the articles: what was announced as one policy is not announced again as another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import evolve, frozen
from sqlalchemy.orm import Session

from pipelines.dedupe.assignment import (
    Assignment,
    GroupingFacts,
    assignments,
    claimed_policies,
    load_facts,
    relations_of,
)
from pipelines.dedupe.comparison_profile import comparison_profile
from pipelines.dedupe.grouping import Group, Relations, group_articles
from pipelines.dedupe.relations import find_relation
from policy.records import Change, ChangeKind, Version
from policy.records.saves import JOINING, Announcement, Link, Ruling
from policy.rules.identity import policy_keys
from storage import queries
from storage.change_feed import add_change
from storage.database import lock_feed
from storage.policies import article_links, memberships
from storage.policies.memberships import Membership

Pair = tuple[int, int]
MOST = 3000
"""Most articles that are grouped at once."""


@frozen(kw_only=True)
class _Around:
    """The articles that bear on each other, and the policies they belong to."""

    facts: Mapping[int, GroupingFacts]
    held: Mapping[int, int]
    relations: Relations
    """What they are to each other."""

    @property
    def ids(self) -> dict[str, int]:
        """Their numbers by their keys."""
        return {facts.key: number for number, facts in self.facts.items()}


def regroup(
    session: Session, articles: Iterable[int], *, at: dt.datetime, silent: bool = True, by: str = "rule"
) -> frozenset[int]:
    """Regroup everything connected with these articles and move what changed; returns the grouped
    articles."""
    around = _around(session, articles)
    ids, relations = around.ids, around.relations
    groups = group_articles({facts.key: facts.member for facts in around.facts.values()}, relations)
    held = {facts.key: around.held[number] for number, facts in around.facts.items()}
    kept, told = claimed_policies(groups, held, ids), assignments(groups, relations)
    now = memberships.current_memberships(session, around.facts)
    moved: list[Membership] = []
    for each, claimed, theirs in zip(groups, kept, told, strict=True):
        policy = claimed if claimed is not None else _new_policy(session, each, around, at)
        for key, belonging in theirs.items():
            put = _membership(ids[key], policy, held[key], belonging, at=at, by=by)
            if _says_more(put, now.get(ids[key])):
                memberships.save_membership(session, put)
            moved += [put] if put.policy_id != put.was else []
    if moved:
        lock_feed(session)
        _carry_announcements(session, moved)
        _bury(session, moved, around, at)
        _tell(session, moved, around, at=at, silent=silent)
        _tell_completed(session, groups, moved, around, at)
    return frozenset(around.facts)


def _around(session: Session, articles: Iterable[int]) -> _Around:
    """Whoever is linked with these or claims their number, or is in one policy with one of them, and so
    on."""
    told, ruled = dict[Pair, Link](), dict[Pair, Ruling]()
    reached, fresh = set[int](), set(articles)
    while fresh and len(reached) < MOST:
        reached |= fresh
        linked = {(link.a, link.b): link for link in article_links.links_of(session, fresh)}
        rulings = {(ruling.a, ruling.b): ruling for ruling in article_links.rulings_of(session, fresh)}
        joined = [pair for pair, link in linked.items() if link.kind in JOINING or link.contested]
        joined += [pair for pair, ruling in rulings.items() if ruling.same]
        policies = {*memberships.policies_of(session, fresh).values()}
        near = {end for pair in joined for end in pair}
        fresh = {*near, *article_links.compared_in(session, policies)} - reached
        told, ruled = told | linked, ruled | rulings
    facts = {number: load_facts(one) for number, one in article_links.facts_of(session, reached).items()}
    return _Around(
        facts=facts,
        held=memberships.policies_of(session, facts),
        relations=relations_of([told[pair] for pair in sorted(told)], [*ruled.values()], facts),
    )


def _membership(
    article_id: int, policy: int, was: int, belonging: Assignment, *, at: dt.datetime, by: str
) -> Membership:
    return Membership(
        article_id=article_id,
        policy_id=policy,
        was=was,
        at=at,
        relation=belonging.relation,
        edition=belonging.edition,
        flagged=belonging.flagged,
        evidence=belonging.evidence,
        by=by,
    )


def _says_more(put: Membership, now: Membership | None) -> bool:
    """Whether there is anything to put down; of an article that is alone in its policy nothing is."""
    if put.policy_id != put.was:
        return True
    said = now or evolve(put, relation="", edition=None, flagged=False)
    return (put.relation, put.edition, put.flagged) != (said.relation, said.edition, said.flagged)


def _new_policy(session: Session, group: Group, around: _Around, at: dt.datetime) -> int:
    """A number for a group that had none of its own: it was part of another policy until now."""
    first = min(group.articles, key=lambda key: around.ids[key])
    title = around.facts[around.ids[first]].title
    return memberships.add_policy(session, title, at)


def _bury(session: Session, moved: Sequence[Membership], around: _Around, at: dt.datetime) -> None:
    """Policies that lost all their articles are tombstones; of others, the keys go with the articles."""
    for was in sorted({each.was for each in moved}):
        gone = [each for each in moved if each.was == was]
        successor = _successor(session, was, gone)
        if successor is not None:
            _merge(session, was, next(each for each in gone if each.policy_id == successor), around, at)
            continue
        rest = memberships.articles_of(session, [was])
        stay = {key for one in rest for key in _keys(session, one)}
        for each in gone:
            keys = [key for key in _keys(session, each.article_id) if key not in stay]
            memberships.transfer_keys(session, keys, was, each.policy_id)


def _successor(session: Session, policy_id: int, moved: Sequence[Membership]) -> int | None:
    """The policy that a policy's id leads to, if all its articles moved."""
    if memberships.articles_of(session, [policy_id], limit=1):
        return None
    return min(each.policy_id for each in moved if each.was == policy_id)


def _merge(session: Session, policy_id: int, joined: Membership, around: _Around, at: dt.datetime) -> None:
    """Lead a policy's id to the policy that its articles joined. If both were announced, that is corrected by
    a change."""
    ours, other = (memberships.announced_as(session, each) for each in (policy_id, joined.policy_id))
    memberships.mark_merged(session, policy_id, joined.policy_id, at)
    if ours and other and not ours & other:
        version = around.facts[joined.article_id].version
        _add(session, "corrected", joined.policy_id, joined.article_id, version, at=at, silent=True)


def _keys(session: Session, article_id: int) -> tuple[str, ...]:
    version = queries.version(session, article_id)
    return policy_keys(version.article) if version else ()


# ------------------------------------------------------------------ announcements


def _carry_announcements(session: Session, moved: Sequence[Membership]) -> None:
    """Mark a policy as announced if it got articles of an announced one whose id does not lead to it."""
    for policy_id, was in sorted({(each.policy_id, each.was) for each in moved}):
        source, now = (memberships.announcement(session, each) for each in (was, policy_id))
        if source is None or not source.final or policy_id == _successor(session, was, moved):
            continue
        articles = [each.article_id for each in moved if (each.policy_id, each.was) == (policy_id, was)]
        if (now is None or not now.final) and _was_announced(session, source, articles):
            reason = "announced before" if source.how != "none" else source.reason
            memberships.save_announcement(
                session, evolve(source, policy_id=policy_id, reason=reason, change_id=None)
            )


def _was_announced(session: Session, source: Announcement, articles: Sequence[int]) -> bool:
    """Whether one of these articles has the text that was announced as the policy they leave."""
    if source.article_id is None:
        return True
    announced = queries.version(session, source.article_id, source.version)
    if announced is None:
        return True
    profile = comparison_profile(announced.article)
    versions = (queries.version(session, article) for article in articles)
    return any(find_relation(profile, comparison_profile(each.article)).joins for each in versions if each)


def has_same_words(version: Version, other: Version) -> bool:
    """Whether two pages are one policy but for their numbers, of which one may be misprinted. Linking keeps
    them apart; they are not announced as two."""
    ours, theirs = (evolve(comparison_profile(each.article), number=None) for each in (version, other))
    relation = find_relation(ours, theirs)
    return relation.joins and not relation.differs


# ------------------------------------------------------------------ change rows


def _tell(
    session: Session, moved: Sequence[Membership], around: _Around, *, at: dt.datetime, silent: bool
) -> None:
    """Articles that joined another policy, and articles that are a new policy."""
    known = {*around.held.values()}
    for each in moved:
        born = each.policy_id not in known
        known.add(each.policy_id)
        kind: ChangeKind = "split" if born else "joined"
        version = around.facts[each.article_id].version
        _add(session, kind, each.policy_id, each.article_id, version, at=at, silent=silent or not born)


def _tell_completed(
    session: Session, groups: Sequence[Group], moved: Sequence[Membership], around: _Around, at: dt.datetime
) -> None:
    """Policies whose articles of an edition had gaps until one came that has all, or fills them."""
    came = {each.article_id: each for each in moved}
    ids = around.ids
    for edition in (edition for group in groups for edition in group.editions):
        inside = {ids[key]: around.facts[ids[key]] for key in edition.articles}
        arrived = inside.keys() & came.keys()
        there = [facts for number, facts in inside.items() if number not in arrived]
        if arrived and there and not _complete(there) and _complete([*inside.values()]):
            first = min(arrived)
            _add(
                session, "completed", came[first].policy_id, first, inside[first].version, at=at, silent=True
            )


def _add(
    session: Session,
    kind: ChangeKind,
    policy_id: int,
    article_id: int,
    version: int,
    *,
    at: dt.datetime,
    silent: bool,
) -> None:
    told = Change(
        id=0, kind=kind, policy_id=policy_id, article_id=article_id, version=version, at=at, silent=silent
    )
    add_change(session, told)


def _complete(facts: Collection[GroupingFacts]) -> bool:
    """Whether one of them is whole, or what the fullest lacks stands in the others."""
    if any(one.complete for one in facts):
        return True
    fullest = min(facts, key=lambda one: (len(one.gaps), one.key))
    printed = {label for one in facts for label in one.labels}
    return bool(fullest.gaps) and printed >= {*fullest.gaps}
