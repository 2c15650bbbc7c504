"""Runs and their leases: one run per slot, one running run per portal.

The state of a run is in its row; exit codes are not used. A run without a heartbeat is ``crashed``, and its
slot can be claimed again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from policy.errors import ArchiveError
from policy.records.runs import ExtractionQuality, HostTraffic, Run, RunKind, RunState, SectionReport
from storage.database import insert_unless_there
from storage.rows import run_record, sections_record, stored_record
from storage.tables import RunRow

_CRAWLS = (RunRow.replay.is_(False), RunRow.kind == "crawl")


class Counts(TypedDict, total=False):
    """The counts of a run so far; keys that are left out do not change."""

    entries: int
    new: int
    revised: int
    unchanged: int
    captures: int
    not_saved: int
    failed: Mapping[str, int]
    sections: Mapping[str, SectionReport]
    traffic: Mapping[str, HostTraffic]
    swept: Sequence[str]
    readings: ExtractionQuality
    warc: str | None


def claim_run(
    session: Session,
    portal: str,
    slot: dt.datetime,
    now: dt.datetime,
    *,
    since: dt.date | None = None,
    replay: bool = False,
    kind: RunKind = "crawl",
) -> Run | None:
    """Claim a slot: the run, leased to the caller; None if the slot is taken or the portal is running."""
    values = {"portal": portal, "slot": slot, "state": "running", "since": since, "replay": replay}
    leased = insert_unless_there(session, RunRow, **values, kind=kind, started=now, heartbeat=now)
    return run(session, leased) if leased is not None else None


def record_missed(session: Session, portal: str, slot: dt.datetime, now: dt.datetime) -> bool:
    """Record a slot that was not run; False if it has a row already."""
    values = {"portal": portal, "slot": slot, "state": "missed", "finished": now}
    return insert_unless_there(session, RunRow, **values) is not None


def record_skipped(
    session: Session, portal: str, slot: dt.datetime, now: dt.datetime, why: str
) -> Run | None:
    """Record a slot that was skipped because its domain is backed off; None if it has a row already."""
    values = {"portal": portal, "slot": slot, "state": "skipped", "started": now, "finished": now}
    row = insert_unless_there(session, RunRow, **values, message=why)
    return run(session, row) if row is not None else None


def record_heartbeat(session: Session, run_id: int, now: dt.datetime, **counts: Unpack[Counts]) -> bool:
    """Save a heartbeat and counts of a run; False if another process has closed the run, which should then
    end."""
    return _change(session, _running(run_id).values(heartbeat=now, **_columns(counts)))


def close_run(
    session: Session,
    run_id: int,
    state: RunState,
    now: dt.datetime,
    *,
    message: str | None = None,
    **counts: Unpack[Counts],
) -> Run:
    """Close a run in its final state. A run that is already closed stays as it is."""
    last = {"state": state, "finished": now, "message": message}
    _change(session, _running(run_id).values(**last, **_columns(counts)))
    return run(session, run_id)


def close_crashed_runs(session: Session, now: dt.datetime, *, older_than: dt.timedelta) -> list[Run]:
    """Close and return the runs whose last heartbeat is older than ``older_than``."""
    silent = (
        update(RunRow)
        .where(RunRow.state == "running", RunRow.heartbeat < now - older_than)
        .values(
            state="crashed", finished=now, message=f"no heartbeat for {older_than.total_seconds():g} seconds"
        )
        .returning(RunRow.id)
        .execution_options(synchronize_session=False)
    )
    return [run(session, run_id) for run_id in sorted(session.scalars(silent))]


def run(session: Session, run_id: int) -> Run:
    """A run; raises ArchiveError if it does not exist."""
    row = session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise ArchiveError(f"run {run_id}: no such run")
    return run_record(row)


def last_slot(session: Session, portal: str) -> dt.datetime | None:
    """The newest slot that was run or recorded as missed; crashed runs and replays are not counted."""
    settled = (RunRow.portal == portal, RunRow.state != "crashed", *_CRAWLS)
    return session.scalar(select(RunRow.slot).where(*settled).order_by(RunRow.slot.desc()).limit(1))


def first_window(session: Session, portal: str) -> dt.date | None:
    """The start of the window of the portal's first run, which later runs keep as their lower limit."""
    crawled = (RunRow.portal == portal, RunRow.state.not_in(["missed", "skipped"]), *_CRAWLS)
    return session.scalar(select(RunRow.since).where(*crawled).order_by(RunRow.id).limit(1))


def crawled_sections(session: Session, portal: str, *, replay: bool) -> set[str]:
    """The sections that an earlier finished run has listed. For a live run replays are not counted: after
    them the portal's first crawl is still to come."""
    finished = select(RunRow.sections).where(
        RunRow.portal == portal, RunRow.kind == "crawl", RunRow.state.in_(["ok", "partial"])
    )
    counted = finished if replay else finished.where(RunRow.replay.is_(False))
    reports = (sections_record(row) for row in session.scalars(counted))
    return {slug for each in reports for slug, report in each.items() if report.pages}


def reading_periods(
    session: Session, *, as_of: dt.datetime | None = None
) -> list[tuple[str, dt.datetime, dt.datetime]]:
    """Each portal that was crawled, with the end of its first and of its last successful crawl."""
    query = select(RunRow.portal, func.min(RunRow.finished), func.max(RunRow.finished)).where(
        RunRow.kind == "crawl", RunRow.state.in_(["ok", "partial"]), RunRow.finished.is_not(None)
    )
    if as_of is not None:
        query = query.where(RunRow.finished <= as_of)
    rows = session.execute(query.group_by(RunRow.portal).order_by(RunRow.portal))
    return [(portal, first, last) for portal, first, last in rows if first and last]


def last_sweeps(session: Session, portal: str, *, limit: int = 400) -> dict[str, dt.datetime]:
    """The slot of the last deep sweep of each section."""
    crawls = select(RunRow.slot, RunRow.swept).where(RunRow.portal == portal, *_CRAWLS)
    newest = session.execute(crawls.order_by(RunRow.slot.desc()).limit(limit)).all()
    return {section: slot for slot, swept in reversed(newest) for section in swept}


def running_runs(session: Session) -> dict[str, Run]:
    """The running runs, by portal."""
    rows = session.scalars(select(RunRow).where(RunRow.state == "running").order_by(RunRow.portal))
    return {row.portal: run_record(row) for row in rows}


def run_history(session: Session, portal: str | None = None, *, limit: int = 30) -> list[Run]:
    """The newest runs first, of one portal or of all."""
    query = select(RunRow).order_by(RunRow.id.desc()).limit(limit)
    return [
        run_record(row) for row in session.scalars(query.where(RunRow.portal == portal) if portal else query)
    ]


def _columns(counts: Counts) -> dict[str, object]:
    return {name: stored_record(value) for name, value in counts.items()}


def _running(run_id: int) -> Update:
    return update(RunRow).where(RunRow.id == run_id, RunRow.state == "running")


def _change(session: Session, statement: Update) -> bool:
    changed = session.scalar(statement.returning(RunRow.id), execution_options={"synchronize_session": False})
    return changed is not None
