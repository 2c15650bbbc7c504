"""One clause of an article through all its versions, or of a policy through its editions.

A clause is named by its label in the newest version, or by an id that survives renumbering.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from attrs import evolve, frozen
from sqlalchemy.orm import Session

from pipelines.diff.lineage import Traced, find_clauses, trace_clauses
from policy.documents.dates import calendar_day
from policy.errors import ArchiveError
from policy.query import searchable_text
from policy.records import Version
from services.archive.lookup import find_article, policy_number
from services.archive.policy_views import Owner, end_of, policy_consensus
from services.consumer_lag import ConsumerLag, linking_lag
from storage import queries
from storage.policies import memberships

_CLAUSE = re.compile(r"(?P<article>.+?)#(?P<clause>c-[a-z2-7]+|[^\x00-\x7f].*)")


@frozen(kw_only=True)
class ClauseStage:
    """A clause as it is in one version, or in one edition of a policy; None where it is not. ``since`` is
    from when the text is in force, as far as that is stated."""

    version: Version
    clause: Traced | None
    name: str
    since: dt.date | None = None


@frozen(kw_only=True)
class ClauseHistory:
    """The stages of the clause that was asked for; none where no clause was, then ``clauses`` of the newest
    text are the answer."""

    stages: tuple[ClauseStage, ...]
    clauses: tuple[Traced, ...]
    lag: ConsumerLag


def clause_history(
    session: Session,
    name: str,
    owner: Owner,
    *,
    as_of: dt.date | None = None,
    in_force_on: dt.date | None = None,
) -> ClauseHistory:
    """What ``12#第三条``, ``policy/7#c-…`` or ``12`` asks for; raises ArchiveError for what is not there."""
    match = _CLAUSE.fullmatch(name)
    moment = end_of(as_of) if as_of else None
    texts = _texts(session, match["article"] if match else name, owner, moment)
    traced = trace_clauses([searchable_text(text.version).split("\n") for text in texts])
    stages = list[ClauseStage]()
    if match:
        stages = _stages(texts, traced, _clause_id(traced, match["clause"], name))
        stages = [_stage_on(stages, in_force_on, name)] if in_force_on else stages
    return ClauseHistory(stages=tuple(stages), clauses=tuple(traced[-1]), lag=linking_lag(session))


def _texts(session: Session, name: str, owner: Owner, moment: dt.datetime | None) -> list[ClauseStage]:
    """The versions of an article, or one article of each edition of a policy, as known at that time."""
    number = policy_number(name)
    if number is None:
        return _versions(session, name, moment)
    root = number if moment else memberships.root(session, number)
    editions = policy_consensus(session, root, owner, moment).editions
    versions = queries.versions_at(session, [(edition.article_id, edition.version) for edition in editions])
    return [
        ClauseStage(
            version=versions[edition.article_id, edition.version],
            clause=None,
            name=f"edition {edition.edition or 1}, article {edition.article_id}",
            since=edition.since,
        )
        for edition in editions
    ]


def _versions(session: Session, name: str, moment: dt.datetime | None) -> list[ClauseStage]:
    article = find_article(session, name)
    versions = queries.versions(session, article.id)
    if moment is not None:
        versions = [version for version in versions if version.at <= moment]
        if not versions:
            raise ArchiveError(f"{name}: was not in the archive on {calendar_day(moment)}")
    return [
        ClauseStage(version=version, clause=None, name=f"version {version.number}", since=_since(version))
        for version in versions
    ]


def _since(version: Version) -> dt.date | None:
    """A page's words are those of its policy from the day that it states, never before."""
    effective = version.article.effective
    return effective.value if effective else None


def _stage_on(stages: Sequence[ClauseStage], day: dt.date, name: str) -> ClauseStage:
    """The last of those whose stated day has come."""
    begun = [stage for stage in stages if stage.since and stage.since <= day]
    if not begun:
        raise ArchiveError(f"{name}: no text of it states that it is in force on {day}")
    return begun[-1]


def _clause_id(traced: Sequence[Sequence[Traced]], clause: str, name: str) -> str:
    """The clause's id; a label is looked up in the newest version, an id in all."""
    matches = find_clauses(traced[-1], clause) or [
        candidate for version in traced for candidate in version if candidate.id == clause
    ]
    if not matches:
        raise ArchiveError(f"{name}: no such clause (polarchive clause without # lists them)")
    labels = {match.id: match.label for match in matches}
    if len(labels) > 1:
        choices = ", ".join(f"{label} {clause_id}" for clause_id, label in labels.items())
        raise ArchiveError(f"{name}: {choices}: which one?")
    return matches[0].id


def _stages(
    texts: Sequence[ClauseStage], traced: Sequence[Sequence[Traced]], wanted: str
) -> list[ClauseStage]:
    """From the version on in which the clause first stands."""
    stages = [
        evolve(text, clause=next((clause for clause in clauses if clause.id == wanted), None))
        for text, clauses in zip(texts, traced, strict=True)
    ]
    first = next(at for at, stage in enumerate(stages) if stage.clause)
    return stages[first:]
