"""Which captures a portal's articles may be read from again: those of each run together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.models import CaptureRow, RunRow
from storage.rows import capture_record

_READ = 200


def captured_urls(session: Session, portal: str, since: dt.datetime | None) -> list[str]:
    """Every address of which the runs of a portal hold an answer."""
    query = (
        select(CaptureRow.url)
        .distinct()
        .join(RunRow, RunRow.id == CaptureRow.run_id)
        .where(RunRow.portal == portal, CaptureRow.status == _READ)
        .order_by(CaptureRow.url)
    )
    return list(session.scalars(query.where(CaptureRow.at >= since) if since else query))


def fetched_together(
    session: Session, urls: Collection[str], *, after: dt.datetime | None, since: dt.datetime | None
) -> list[tuple[Capture, ...]]:
    """The captures of an article's addresses behind a time, run by run, the oldest first; of one that
    was fetched twice in a run the last."""
    query = (
        select(CaptureRow)
        .where(CaptureRow.url.in_(urls), CaptureRow.status == _READ, CaptureRow.run_id.is_not(None))
        .order_by(CaptureRow.run_id, CaptureRow.at, CaptureRow.id)
    )
    query = query.where(CaptureRow.at > after) if after else query
    rows = session.scalars(query.where(CaptureRow.at >= since) if since else query)
    sets = [{row.url: capture_record(row) for row in run} for _, run in groupby(rows, lambda row: row.run_id)]
    return sorted((tuple(one.values()) for one in sets), key=lambda one: max(c.at for c in one))
