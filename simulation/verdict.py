"""Compares the reports of all nights and the final archive with the planned faults and the truth."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import field, frozen
from sqlalchemy import select
from sqlalchemy.orm import Session

from health import baseline
from policy.records import Change, Version
from policy.records.runs import Finding
from simulation.faults import KINDS, Fault, Plan
from simulation.fortnight import Passed
from simulation.portals.declared import FRESH_WITHIN
from simulation.world import ELSEWHERE, Paper
from storage import change_feed, queries
from storage.database import Database
from storage.tables import DeliveryRow


@frozen(kw_only=True)
class Verdict:
    """The result of a fortnight.

    Of the ``planned`` visible faults, ``missed`` were not reported on their first night. Of the ``judged``
    findings, ``false`` have no fault as cause. The other fields are lists of sentences that should be empty.
    """

    planned: int
    judged: int
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    """Versions with a text that was never published."""
    lost: tuple[str, ...] = ()
    """Published policies and editions that are missing in the archive."""
    misnotified: tuple[str, ...] = ()
    """Policies about which subscribers were notified twice, too late or not at all."""

    @property
    def recall(self) -> float:
        """The share of planned faults that were reported."""
        return 1 - len(self.missed) / self.planned if self.planned else 1.0

    @property
    def precision(self) -> float:
        """The share of findings with a fault as cause."""
        return 1 - len(self.false) / self.judged if self.judged else 1.0

    @property
    def complaints(self) -> tuple[str, ...]:
        """All sentences about errors."""
        return (*self.missed, *self.false, *self.wrong, *self.lost, *self.misnotified)


def verdict(plan: Plan, passed: Sequence[Passed], database: Database) -> Verdict:
    """The result of a fortnight."""
    with database.read() as session:
        changes = list(change_feed.every_change(session))
        archive = _Archive.of(session, changes)
    seen = [fault for fault in plan.faults if _visible(plan, fault) is not None]
    judged = [(one, finding) for one in passed for finding in one.night.findings]
    return Verdict(
        planned=len(seen),
        judged=len(judged),
        missed=tuple(_missed(plan, seen, passed, archive)),
        false=tuple(
            f"night {one.number}: {finding.portal}: {finding.kind}: {finding.sentence}"
            for one, finding in judged
            if not _explained(plan, one, finding)
        ),
        wrong=tuple(_wrong(plan, archive)),
        lost=tuple(_lost(plan, passed, archive)),
        misnotified=tuple(_misnotified(plan, archive)),
    )


@frozen(kw_only=True)
class _Archive:
    """By portal and policy number: the versions, the changes, the number of notifications, and which policies
    are archived as several articles."""

    versions: Mapping[tuple[str, int], Sequence[Version]]
    changes: Mapping[tuple[str, int], Sequence[Change]]
    notifications: Mapping[tuple[str, int], int]
    at_once: Mapping[tuple[str, int], int] = field(factory=dict)
    doubled: Sequence[tuple[str, int]] = ()

    @classmethod
    def of(cls, session: Session, changes: Sequence[Change]) -> _Archive:
        versions: dict[tuple[str, int], Sequence[Version]] = {}
        doubled: list[tuple[str, int]] = []
        names: dict[int, tuple[str, int]] = {}
        policies: dict[int, tuple[str, int]] = {}
        for newest in _all_newest(session):
            name = newest.article.portal, _number(newest.article.key)
            doubled += [name] if name in versions else []
            names[newest.article_id] = policies[newest.policy_id] = name
            versions[name] = queries.versions(session, newest.article_id)
        by_name: dict[tuple[str, int], list[Change]] = defaultdict(list)
        for change in changes:
            by_name[names[change.article_id]].append(change)
        sent = session.execute(select(DeliveryRow.policy_id, DeliveryRow.event)).all()
        return cls(
            versions=versions,
            changes=by_name,
            notifications=Counter(policies[policy] for policy, _ in sent),
            at_once=Counter(policies[policy] for policy, event in sent if event == "new"),
            doubled=tuple(doubled),
        )


def _all_newest(session: Session) -> Iterator[Version]:
    after = 0
    while found := queries.newest_versions(session, after=after):
        yield from found
        after = found[-1].article_id


def _number(key: str) -> int:
    return int(key.rpartition("_")[2]) % ELSEWHERE


# ------------------------------------------------------------------ was it reported


def _visible(plan: Plan, fault: Fault) -> int | None:
    """The first night on which the fault is visible; None if the fortnight ends before."""
    if fault.kind == "stale":
        return next((n for n in range(fault.first, plan.world.nights) if _silent(plan, fault, n)), None)
    night = fault.first + KINDS[fault.kind].delay
    return night if night < plan.world.nights else None


def _silent(plan: Plan, fault: Fault, night: int) -> bool:
    last = max(paper.day for paper in plan.world.shelf(fault.portal, night))
    yesterday = plan.world.day(night) - dt.timedelta(days=1)
    return baseline.workdays_between(last, yesterday) > FRESH_WITHIN


def _missed(
    plan: Plan, faults: Sequence[Fault], passed: Sequence[Passed], archive: _Archive
) -> Iterator[str]:
    for fault in faults:
        night = _visible(plan, fault)
        assert night is not None
        kinds = {one.kind for one in passed[night].night.findings if one.portal == fault.portal}
        if KINDS[fault.kind].shows and not KINDS[fault.kind].shows & kinds:
            yield f"night {night}: {fault.portal}: {fault.kind} not reported: {', '.join(kinds) or 'nothing'}"
        if fault.kind in _CHANGES:
            yield from _unchanged(plan, fault, night, archive)


_CHANGES = {"withdrawn": "withdrawn", "back_dated": "new_policy", "moved": "moved"}


def _unchanged(plan: Plan, fault: Fault, night: int, archive: _Archive) -> Iterator[str]:
    """Faults of withdrawn, restored or back-dated policies that the changes of that night do not show."""
    expected = [(night, _CHANGES[fault.kind])]
    if fault.kind == "withdrawn" and fault.last + 1 < plan.world.nights and _returns(plan, fault):
        expected.append((fault.last + 1, "restored"))
    for number in fault.papers:
        found = {
            (_night(plan, each.at), each.kind) for each in archive.changes.get((fault.portal, number), ())
        }
        for when, kind in expected:
            if (when, kind) not in found:
                yield f"night {when}: {fault.portal}: {number}: no change {kind}: {sorted(found)}"
        if fault.kind == "moved" and {"withdrawn", "source_added"} & {kind for _, kind in found}:
            yield f"{fault.portal}: {number}: moved, and more: {sorted(found)}"


def _returns(plan: Plan, fault: Fault) -> bool:
    papers = (each for each in plan.world.papers[fault.portal] if each.number in fault.papers)
    return any(each.stands(fault.last + 1) for each in papers)


def _night(plan: Plan, at: dt.datetime) -> int:
    return (at + dt.timedelta(hours=8)).date().toordinal() - plan.world.first.toordinal()


def _explained(plan: Plan, one: Passed, finding: Finding) -> bool:
    """Whether a fault of that night explains the finding, or backoff after an earlier one."""
    resting = any(run.portal == finding.portal and run.state == "skipped" for run in one.night.runs)
    return any(
        finding.kind in KINDS[fault.kind].shows | KINDS[fault.kind].entails
        for fault in plan.faults
        if fault.portal == finding.portal
        and (fault.holds(one.number) or (resting and fault.first < one.number))
    )


# ------------------------------------------------------------------ archive contents


def _wrong(plan: Plan, archive: _Archive) -> Iterator[str]:
    """Versions whose text is no edition, or the same edition as the version before.

    A text that a portal shows truncated at first is archived as shown.
    """
    papers = {(portal, each.number): each for portal, all_of in plan.world.papers.items() for each in all_of}
    yield from (f"{name}: archived as two articles" for name in archive.doubled)
    for name, versions in archive.versions.items():
        paper = papers[name]
        editions = ["\n".join(paper.words(n)) for n in range(len(paper.editions))]
        if any(fault.kind == "body_cut" for fault in plan.at(name[0], paper.shown)):
            editions.append(paper.words(0)[0])
        said = [version.text for version in versions]
        for version in versions:
            title = version.article.title.value
            if version.text not in editions or not title.startswith(paper.title):
                yield f"{name}: version {version.number} says {title}: {version.text[:60]!r}"
        for before, after in pairwise(versions):
            if before.text == after.text and before.article.doc_no == after.article.doc_no:
                yield f"{name}: version {after.number} says nothing new"
        if len(set(said)) != len([text for n, text in enumerate(said) if n == 0 or text != said[n - 1]]):
            yield f"{name}: versions go back and forth"


def _lost(plan: Plan, passed: Sequence[Passed], archive: _Archive) -> Iterator[str]:
    """Policies missing in the archive or outdated, by the last night on which their portal could be read."""
    for portal in plan.world.papers:
        night = _last_good(plan, passed, portal)
        if night is None:
            continue
        for paper in plan.world.shelf(portal, night):
            versions = archive.versions.get((portal, paper.number))
            if versions is None:
                yield f"{portal}: {paper.number} of {paper.day} is not archived"
            elif versions[-1].text not in _standing(plan, paper, night):
                yield f"{portal}: {paper.number}: edition {paper.edition(night) + 1} is not archived"


def _standing(plan: Plan, paper: Paper, night: int) -> Sequence[str]:
    """The texts of a night and of the nights after it."""
    last = paper.edition(plan.world.nights)
    return ["\n".join(paper.words(n)) for n in range(paper.edition(night), last + 1)]


def _last_good(plan: Plan, passed: Sequence[Passed], portal: str) -> int | None:
    """The last night on which the portal could be read."""
    harmless = {"back_dated", "withdrawn", "slow_host", "loop", "duplicate_ids", "stale", "moved"}
    for one in reversed(passed):
        ran = any(run.portal == portal and run.state in {"ok", "partial"} for run in one.night.runs)
        if ran and all(fault.kind in harmless for fault in plan.at(portal, one.number)):
            return one.number
    return None


def _misnotified(plan: Plan, archive: _Archive) -> Iterator[str]:
    """Wrong notifications: each policy published after the first night must have exactly one; those of the
    first night may be in a digest."""
    papers = {(portal, each.number): each for portal, all_of in plan.world.papers.items() for each in all_of}
    for name in archive.versions:
        is_new = papers[name].shown > 0
        count, expected = (archive.notifications if is_new else archive.at_once).get(name, 0), int(is_new)
        if count != expected:
            yield f"{name}: {count} notifications, expected {expected}"
