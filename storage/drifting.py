"""What drifted: the readings of a run beside those of the portal's earlier runs."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from policy import drift
from policy.drift import Alarm
from policy.records import Readings, Run
from storage.judging import ENDED, NIGHTS
from storage.models import RunRow
from storage.rows import readings_record


def alarms(session: Session, run: Run) -> tuple[Alarm, ...]:
    """What is unusual about a run; nothing of a re-extraction."""
    return alarms_of(session, run.portal, run.readings, before=run.id) if run.kind == "crawl" else ()


def alarms_of(
    session: Session, portal: str, readings: Readings, *, before: int | None = None
) -> tuple[Alarm, ...]:
    """What is unusual about readings made now, or by the run of this id."""
    earlier = (RunRow.portal == portal, RunRow.replay.is_(False), *([RunRow.id < before] if before else []))
    settled = (RunRow.kind == "acceptance", RunRow.state.in_(ENDED), RunRow.state != "failed")
    accepted = select(func.max(RunRow.id)).where(*earlier, *settled)
    since = session.scalar(accepted) or 0
    crawls = (
        select(RunRow.readings)
        .where(*earlier, RunRow.kind == "crawl", RunRow.state.in_(ENDED))
        .order_by(RunRow.id.desc())
    )
    history = session.scalars(crawls.where(RunRow.id > since).limit(NIGHTS)).all()
    in_order = session.scalar(crawls.where(RunRow.id < since).limit(1))
    return drift.alarms(
        [*map(readings_record, reversed(history)), readings],
        readings_record(in_order) if in_order is not None else None,
    )
