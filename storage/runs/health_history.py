"""The history that a run is checked against, its findings, and backed-off domains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from attrs import asdict, evolve, frozen
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, defer, undefer

from policy.records import ChangeKind
from policy.records.runs import ExtractionQuality, Finding, Run
from policy.rules import drift
from policy.rules.drift import DriftAlarm
from policy.rules.revisit import Backoff
from storage.rows import readings_record, run_record, stored_record
from storage.tables import ArticleRow, BackoffRow, ChangeRow, PolicyRow, RunRow

NIGHTS = 60
"""The number of past runs that define what is usual for a portal."""
QUIET_NIGHTS = 20
"""The number of earlier runs without findings that are added if all past runs have findings."""
ENDED = ("ok", "partial", "failed", "timeout", "budget")
_QUIET: list[dict[str, Any]] = []


def past_runs(session: Session, run: Run) -> list[Run]:
    """The portal's earlier crawls, the oldest first, without their extraction quality.

    They begin with the crawl that was accepted last: whatever it was like counts as usual.
    """
    in_order, later = past_rows(session, run.portal, before=run.id)
    first = [evolve(run_record(in_order, readings=False), findings=())] if in_order else []
    return [*first, *(run_record(row, readings=False) for row in later)]


def past_rows(
    session: Session, portal: str, *, before: int | None = None, readings: bool = False
) -> tuple[RunRow | None, list[RunRow]]:
    """The crawl that was accepted last, and those after it, the oldest first.

    A problem that lasts longer than the history must not become usual: then earlier runs without findings
    are added.
    """
    query = _crawls(portal, before).options(undefer(RunRow.readings) if readings else defer(RunRow.readings))
    since = _accepted(session, portal, before)
    later = [*session.scalars(query.where(RunRow.id > since).limit(NIGHTS))]
    if len(later) == NIGHTS and all(row.findings for row in later):
        quiet = query.where(RunRow.id > since, RunRow.id < later[-1].id, RunRow.findings == _QUIET)
        later += session.scalars(quiet.limit(QUIET_NIGHTS))
    return session.scalar(query.where(RunRow.id < since).limit(1)), later[::-1]


def _crawls(portal: str, before: int | None) -> Select[RunRow]:
    query = select(RunRow).where(RunRow.portal == portal, RunRow.replay.is_(False), RunRow.kind == "crawl")
    query = query.where(RunRow.id < before) if before is not None else query
    return query.where(RunRow.state.in_(ENDED)).order_by(RunRow.id.desc())


def _accepted(session: Session, portal: str, before: int | None) -> int:
    """The id of the last acceptance run; 0 if there is none."""
    settled = (RunRow.kind == "acceptance", RunRow.state.in_(ENDED), RunRow.state != "failed")
    query = select(func.max(RunRow.id)).where(RunRow.portal == portal, *settled)
    return session.scalar(query.where(RunRow.id < before) if before is not None else query) or 0


def save_findings(session: Session, run_id: int, findings: Sequence[Finding]) -> None:
    """Save the findings of a run."""
    stored = [stored_record(each) for each in findings]
    session.execute(update(RunRow).where(RunRow.id == run_id).values(findings=stored))


# ------------------------------------------------------------------ history for reports


_CRAWLS = (RunRow.kind == "crawl", RunRow.state != "running")


@frozen(kw_only=True)
class ReportedChange:
    """A change and its article."""

    portal: str
    kind: ChangeKind
    title: str
    url: str


def runs_before(session: Session, portal: str, *, limit: int, until: dt.datetime | None = None) -> list[Run]:
    """The portal's last crawls and acceptances with a slot before ``until``, the oldest first, without
    their extraction quality."""
    entered = (RunRow.kind.in_(["crawl", "acceptance"]), RunRow.state != "running")
    query = select(RunRow).options(defer(RunRow.readings)).where(RunRow.portal == portal, *entered)
    query = query.where(RunRow.slot < until) if until else query
    rows = session.scalars(query.order_by(RunRow.slot.desc(), RunRow.id.desc()).limit(limit))
    return [run_record(row, readings=False) for row in reversed(rows.all())]


def portals_crawled(session: Session, first: dt.datetime, last: dt.datetime) -> list[str]:
    """The portals with a crawl whose slot lies in [first, last)."""
    query = select(RunRow.portal).where(RunRow.slot >= first, RunRow.slot < last, *_CRAWLS).distinct()
    return sorted(session.scalars(query))


def newest_slot(session: Session) -> dt.datetime | None:
    """The newest slot of any crawl."""
    return session.scalar(select(func.max(RunRow.slot)).where(*_CRAWLS))


def changes_to_report(session: Session, run_ids: list[int], *, limit: int) -> list[ReportedChange]:
    """The changes of these runs that are not silent, the newest first."""
    query = (
        select(ChangeRow.kind, ArticleRow.portal, ArticleRow.title, ArticleRow.url, PolicyRow.merged_into)
        .join(ArticleRow, ArticleRow.id == ChangeRow.article_id)
        .join(PolicyRow, PolicyRow.id == ChangeRow.policy_id)
        .where(ChangeRow.run_id.in_(run_ids), ChangeRow.silent.is_(False))
        .order_by(ChangeRow.id.desc())
    )
    return [
        ReportedChange(portal=portal, kind=_kind(kind, into), title=title, url=url)
        for kind, portal, title, url, into in session.execute(query.limit(limit))
    ]


def _kind(kind: str, merged_into: int | None) -> ChangeKind:
    """The kind of change; the first change of a policy that was merged is a new source of the other."""
    told = "source_added" if kind == "new_policy" and merged_into is not None else kind
    return cast("ChangeKind", told)


# ------------------------------------------------------------------ drift


def drift_alarms(session: Session, run: Run) -> tuple[DriftAlarm, ...]:
    """What is unusual about a run's extraction quality; nothing for re-extractions."""
    return drift_alarms_of(session, run.portal, run.readings, before=run.id) if run.kind == "crawl" else ()


def drift_alarms_of(
    session: Session, portal: str, readings: ExtractionQuality, *, before: int | None = None
) -> tuple[DriftAlarm, ...]:
    """What is unusual about an extraction quality measured now, or by the run with the id ``before``."""
    in_order, later = past_rows(session, portal, before=before, readings=True)
    return drift.find_alarms(
        [*(readings_record(row.readings) for row in later), readings],
        readings_record(in_order.readings) if in_order else None,
    )


# ------------------------------------------------------------------ backoff of domains


def backoffs(session: Session) -> dict[str, Backoff]:
    """All backoffs by domain, including expired ones whose domain was not tried since."""
    rows = session.scalars(select(BackoffRow).order_by(BackoffRow.domain))
    return {
        row.domain: Backoff(
            domain=row.domain,
            portal=row.portal,
            reason=row.reason,
            times=row.times,
            since=row.since,
            until=row.until,
        )
        for row in rows
    }


def backed_off_domains(session: Session, slot: dt.datetime) -> frozenset[str]:
    """The domains that runs of this slot do not request."""
    return frozenset(domain for domain, each in backoffs(session).items() if each.holds(slot))


def save_backoff(session: Session, backoff: Backoff) -> None:
    """Save a backoff of a domain."""
    session.merge(BackoffRow(**asdict(backoff)))


def end_backoff(session: Session, domain: str) -> None:
    """Delete the backoff of a domain that answers again."""
    session.execute(delete(BackoffRow).where(BackoffRow.domain == domain))
