"""What is known of a run when it is judged, and what was judged."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from policy.records import Judgement, Run
from storage.models import RunRow
from storage.rows import run_record, stored_record

NIGHTS = 60
"""So many runs say what a portal is usually like."""
ENDED = ("ok", "partial", "failed", "timeout", "budget")


def past(session: Session, run: Run) -> list[Run]:
    """The portal's crawls before, the oldest first, without their readings.

    They begin with the one that somebody accepted last: whatever it was like is usual.
    """
    crawls = (
        select(RunRow)
        .options(defer(RunRow.readings))
        .where(RunRow.portal == run.portal, RunRow.id < run.id, RunRow.replay.is_(False))
        .where(RunRow.kind == "crawl", RunRow.state.in_(ENDED))
        .order_by(RunRow.id.desc())
    )
    since = _accepted(session, run)
    later = [_brief(row) for row in session.scalars(crawls.where(RunRow.id > since).limit(NIGHTS))]
    in_order = session.scalar(crawls.where(RunRow.id < since).limit(1))
    first = [evolve(_brief(in_order), judgements=())] if in_order else []
    return [*first, *reversed(later)]


def _brief(row: RunRow) -> Run:
    return run_record(row, readings=False)


def _accepted(session: Session, run: Run) -> int:
    settled = (RunRow.kind == "acceptance", RunRow.state.in_(ENDED), RunRow.state != "failed")
    before = (RunRow.portal == run.portal, RunRow.id < run.id)
    return session.scalar(select(func.max(RunRow.id)).where(*before, *settled)) or 0


def keep(session: Session, run_id: int, judgements: Sequence[Judgement]) -> None:
    """Store how a run was judged."""
    stored = [stored_record(each) for each in judgements]
    session.execute(update(RunRow).where(RunRow.id == run_id).values(judgements=stored))
