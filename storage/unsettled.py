"""Articles that were compared and are still to be grouped: whoever dies between the two forgets nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from attrs import frozen
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.inserts import insert
from storage.models import UnsettledRow


@frozen(kw_only=True)
class Unsettled:
    """An article that is to be grouped, the time of the words it was compared for, and whether they were
    news."""

    article_id: int
    at: dt.datetime
    quiet: bool


def note(session: Session, articles: Collection[int], *, at: dt.datetime, quiet: bool) -> None:
    """These are to be grouped, whatever was noted of them before."""
    remove(session, articles)
    for article in articles:
        insert(session, UnsettledRow, article_id=article, at=at, quiet=quiet)


def newest(session: Session) -> Unsettled | None:
    """The one with the newest words, if any is left; of one time the last archived."""
    order = UnsettledRow.at.desc(), UnsettledRow.article_id.desc()
    row = session.scalars(select(UnsettledRow).order_by(*order).limit(1)).first()
    return Unsettled(article_id=row.article_id, at=row.at, quiet=row.quiet) if row else None


def remove(session: Session, articles: Collection[int]) -> None:
    """These are grouped."""
    session.execute(delete(UnsettledRow).where(UnsettledRow.article_id.in_(articles)))
