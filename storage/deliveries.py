"""Subscriptions, and their deliveries: one for each event that a subscriber is notified of.

Decisions (what matches, when to retry) are in the :mod:`alerts` package; here are the statements. States of
a delivery: ``pending`` (not tried yet), ``leased`` (a sender is working on it until ``leased_until``),
``sent``, ``failed`` (tried again from ``next_try`` on) and ``dead`` (given up).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection

from attrs import frozen
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from storage import change_feed
from storage.database import insert_unless_there
from storage.tables import ChangeRow, DeliveryRow, SubscriptionRow


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
            since_change=change_feed.last_change(session),
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


# ------------------------------------------------------------------ deliveries


_UNSENT = ("pending", "failed", "leased")


@frozen(kw_only=True)
class LeasedDelivery:
    """A delivery that no other sender takes until its lease ends.

    ``article_id`` is the article whose change matched ``query``; ``attempts`` includes the current one.
    """

    id: int
    channel: str
    address: str
    query: str
    policy_id: int
    article_id: int
    message_id: str
    attempts: int


def add_delivery(
    session: Session,
    *,
    subscription_id: int,
    policy_id: int,
    change_id: int,
    event: str,
    created: dt.datetime,
) -> bool:
    """Insert a pending delivery. False if this subscription already has one for this policy and event."""
    added = insert_unless_there(
        session,
        DeliveryRow,
        subscription_id=subscription_id,
        policy_id=policy_id,
        change_id=change_id,
        event=event,
        state="pending",
        attempts=0,
        created=created,
        next_try=created,
    )
    return added is not None


def has_delivery(session: Session, subscription_id: int, policies: Collection[int], event: str) -> bool:
    """Whether a subscription has a delivery, in any state, of this event for any of these policies."""
    query = select(DeliveryRow.id).where(
        DeliveryRow.subscription_id == subscription_id,
        DeliveryRow.policy_id.in_(policies),
        DeliveryRow.event == event,
    )
    return bool(policies) and session.scalar(query.limit(1)) is not None


def count_by_state(session: Session) -> dict[str, int]:
    """The number of deliveries in each state; states without deliveries are absent."""
    counts = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    return {state: count for state, count in session.execute(counts)}  # noqa: C416 - rows are no pairs


def count_unsent(session: Session) -> int:
    """The number of deliveries that are neither sent nor given up."""
    return sum(count_unsent_by_channel(session).values())


def count_unsent_by_channel(session: Session) -> dict[str, int]:
    """The same by channel; channels without such deliveries are absent."""
    counts = (
        select(SubscriptionRow.channel, func.count())
        .join(DeliveryRow, DeliveryRow.subscription_id == SubscriptionRow.id)
        .where(DeliveryRow.state.in_(_UNSENT))
        .group_by(SubscriptionRow.channel)
    )
    return {channel: count for channel, count in session.execute(counts)}  # noqa: C416 - rows are no pairs


def lease_next(
    session: Session, now: dt.datetime, *, channels: Collection[str], leased_until: dt.datetime
) -> LeasedDelivery | None:
    """Lease the oldest delivery that is due on these channels and count the attempt; None if nothing is due.

    A lease that ended without a result is due again: its sender is assumed to have crashed.
    """
    reachable = select(SubscriptionRow.id).where(SubscriptionRow.channel.in_(channels))
    row = session.scalar(
        select(DeliveryRow)
        .where(_is_due(now), DeliveryRow.subscription_id.in_(reachable))
        .order_by(DeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state, row.leased_until = "leased", leased_until
    row.attempts += 1
    row.message_id = row.message_id or _message_id(row)
    subscription = session.get_one(SubscriptionRow, row.subscription_id)
    return LeasedDelivery(
        id=row.id,
        channel=subscription.channel,
        address=subscription.address,
        query=subscription.query,
        policy_id=row.policy_id,
        article_id=session.get_one(ChangeRow, row.change_id).article_id,
        message_id=row.message_id,
        attempts=row.attempts,
    )


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    ready = and_(DeliveryRow.state.in_(("pending", "failed")), DeliveryRow.next_try <= now)
    return or_(ready, and_(DeliveryRow.state == "leased", DeliveryRow.leased_until < now))


def _message_id(row: DeliveryRow) -> str:
    """A Message-ID (RFC 5322) that stays the same for all attempts and differs between archives."""
    name = f"{row.id}|{row.subscription_id}|{row.policy_id}|{row.event}|{row.created.isoformat()}"
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@polarchive.invalid>"


def mark_sent(session: Session, delivery_id: int, sent: dt.datetime) -> None:
    """Record that the channel accepted the message."""
    row = _unleased(session, delivery_id, "sent")
    row.sent, row.last_error = sent, None


def mark_failed(
    session: Session, delivery_id: int, *, error: str, attempts: int, next_try: dt.datetime
) -> None:
    """Record a failure after which the delivery is tried again from ``next_try`` on."""
    row = _unleased(session, delivery_id, "failed")
    row.last_error, row.attempts, row.next_try = error, attempts, next_try


def mark_dead(session: Session, delivery_id: int, *, error: str) -> None:
    """Record a failure after which the delivery is not tried again."""
    _unleased(session, delivery_id, "dead").last_error = error


def _unleased(session: Session, delivery_id: int, state: str) -> DeliveryRow:
    """The row in its new state, with the lease removed."""
    row = session.get_one(DeliveryRow, delivery_id)
    row.state, row.leased_until = state, None
    return row
