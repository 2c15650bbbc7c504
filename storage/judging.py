"""What is known of a run when it is judged, and what was judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, defer, undefer

from policy.runs import Judgement, Run
from storage.models import RunRow
from storage.rows import run_record, stored_record

NIGHTS = 60
"""So many runs say what a portal is usually like."""
QUIET_NIGHTS = 20
"""So many quiet ones behind them, where none of them was quiet."""
ENDED = ("ok", "partial", "failed", "timeout", "budget")
_QUIET: list[dict[str, Any]] = []


def past(session: Session, run: Run) -> list[Run]:
    """The portal's crawls before, the oldest first, without their readings.

    They begin with the one that somebody accepted last: whatever it was like is usual.
    """
    in_order, later = past_rows(session, run.portal, before=run.id)
    first = [evolve(run_record(in_order, readings=False), judgements=())] if in_order else []
    return [*first, *(run_record(row, readings=False) for row in later)]


def past_rows(
    session: Session, portal: str, *, before: int | None = None, readings: bool = False
) -> tuple[RunRow | None, list[RunRow]]:
    """The crawl that somebody found in order, and those after it, the oldest first.

    An alarm that lasts longer than we look back is not learned either: then quiet nights stand before
    the others.
    """
    query = _crawls(portal, before).options(undefer(RunRow.readings) if readings else defer(RunRow.readings))
    since = _accepted(session, portal, before)
    later = [*session.scalars(query.where(RunRow.id > since).limit(NIGHTS))]
    if len(later) == NIGHTS and all(row.judgements for row in later):
        quiet = query.where(RunRow.id > since, RunRow.id < later[-1].id, RunRow.judgements == _QUIET)
        later += session.scalars(quiet.limit(QUIET_NIGHTS))
    return session.scalar(query.where(RunRow.id < since).limit(1)), later[::-1]


def _crawls(portal: str, before: int | None) -> Select[RunRow]:
    query = select(RunRow).where(RunRow.portal == portal, RunRow.replay.is_(False), RunRow.kind == "crawl")
    query = query.where(RunRow.id < before) if before is not None else query
    return query.where(RunRow.state.in_(ENDED)).order_by(RunRow.id.desc())


def _accepted(session: Session, portal: str, before: int | None) -> int:
    """The last run by which somebody accepted the one before it; 0 where there is none."""
    settled = (RunRow.kind == "acceptance", RunRow.state.in_(ENDED), RunRow.state != "failed")
    query = select(func.max(RunRow.id)).where(RunRow.portal == portal, *settled)
    return session.scalar(query.where(RunRow.id < before) if before is not None else query) or 0


def keep(session: Session, run_id: int, judgements: Sequence[Judgement]) -> None:
    """Store how a run was judged."""
    stored = [stored_record(each) for each in judgements]
    session.execute(update(RunRow).where(RunRow.id == run_id).values(judgements=stored))
