"""What drifted: the readings of a run beside those of the portal's earlier runs."""

from __future__ import annotations

from sqlalchemy.orm import Session

from policy import drift
from policy.drift import Alarm
from policy.runs import Readings, Run
from storage.judging import past_rows
from storage.rows import readings_record


def alarms(session: Session, run: Run) -> tuple[Alarm, ...]:
    """What is unusual about a run; nothing of a re-extraction."""
    return alarms_of(session, run.portal, run.readings, before=run.id) if run.kind == "crawl" else ()


def alarms_of(
    session: Session, portal: str, readings: Readings, *, before: int | None = None
) -> tuple[Alarm, ...]:
    """What is unusual about readings made now, or by the run of this id."""
    in_order, later = past_rows(session, portal, before=before, readings=True)
    return drift.alarms(
        [*(readings_record(row.readings) for row in later), readings],
        readings_record(in_order.readings) if in_order else None,
    )
