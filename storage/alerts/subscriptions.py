"""The ``subscription`` table: standing queries and the addresses they are answered to."""

from __future__ import annotations

import datetime as dt

from attrs import frozen
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import queries
from storage.tables import SubscriptionRow


@frozen(kw_only=True)
class Subscription:
    """A standing query of one address. It only matches changes with an id above ``since_change``."""

    id: int
    query: str
    address: str
    channel: str
    since_change: int


def add_subscription(
    session: Session, *, query: str, address: str, channel: str, created: dt.datetime
) -> Subscription:
    """Insert a subscription that starts after the newest change of the feed.

    Returns the existing subscription if there is one with the same query, address and channel.
    """
    same = select(SubscriptionRow).where(
        SubscriptionRow.query == query,
        SubscriptionRow.address == address,
        SubscriptionRow.channel == channel,
    )
    row = session.scalar(same.limit(1))
    if row is None:
        row = SubscriptionRow(
            query=query,
            channel=channel,
            address=address,
            created=created,
            since_change=queries.last_change(session),
        )
        session.add(row)
        session.flush()
    return _record(row)


def all_subscriptions(session: Session) -> list[Subscription]:
    """All subscriptions, oldest first."""
    return [_record(row) for row in session.scalars(select(SubscriptionRow).order_by(SubscriptionRow.id))]


def _record(row: SubscriptionRow) -> Subscription:
    return Subscription(
        id=row.id,
        query=row.query,
        address=row.address,
        channel=row.channel,
        since_change=row.since_change,
    )
