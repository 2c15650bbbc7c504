"""Domains that are left alone for some nights."""

from __future__ import annotations

import datetime as dt

from attrs import asdict
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from policy.patience import Backoff
from storage.models import BackoffRow


def backoffs(session: Session) -> dict[str, Backoff]:
    """All of them by domain, those too whose time is over and that were not tried since."""
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


def closed(session: Session, slot: dt.datetime) -> frozenset[str]:
    """The domains that runs of this slot leave alone."""
    return frozenset(domain for domain, each in backoffs(session).items() if each.holds(slot))


def leave_alone(session: Session, backoff: Backoff) -> None:
    """Remember that a domain is left alone."""
    session.merge(BackoffRow(**asdict(backoff)))


def welcome(session: Session, domain: str) -> None:
    """The domain answers as it should."""
    session.execute(delete(BackoffRow).where(BackoffRow.domain == domain))
