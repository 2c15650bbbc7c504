"""Subscriptions, and their deliveries: one for each policy and event that a subscriber is notified of.

A policy of the event ``new`` has a message of its own. The others (``digest``, ``corrected``) are collected:
all that wait for a subscription are leased together and go into one message, whose Message-ID they share.

Decisions (what matches, when to retry) are in the :mod:`alerts` package; here are the statements. States of
a delivery: ``pending`` (not tried yet), ``leased`` (a sender is working on it until ``leased_until``),
``sent``, ``failed`` (tried again from ``next_try`` on) and ``dead`` (given up).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from typing import Literal

from attrs import frozen
from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
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


Event = Literal["new", "digest", "corrected"]
NOTIFYING: frozenset[Event] = frozenset({"new", "digest"})
"""The events by which a subscriber gets to know a policy: one of them, once."""
_UNSENT = ("pending", "failed", "leased")
_MOST_LISTED = 1000
"""Most policies of a digest; more are in the next."""


@frozen(kw_only=True)
class DeliveredPolicy:
    """A policy in a delivery; ``article_id`` is the article whose change matched."""

    delivery_id: int
    policy_id: int
    article_id: int
    event: Event


@frozen(kw_only=True)
class LeasedDelivery:
    """A message that no other sender takes until its lease ends: one new policy, or the policies of a digest.

    ``attempts`` includes the current one.
    """

    channel: str
    address: str
    query: str
    policies: tuple[DeliveredPolicy, ...]
    message_id: str
    attempts: int

    @property
    def id(self) -> int:
        """The id of its first delivery."""
        return self.policies[0].delivery_id

    @property
    def is_digest(self) -> bool:
        """Whether it lists policies."""
        return self.policies[0].event != "new"


def add_delivery(
    session: Session,
    *,
    subscription_id: int,
    policy_id: int,
    change_id: int,
    event: Event,
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


def has_delivery(
    session: Session, subscription_id: int, policies: Collection[int], events: Collection[Event]
) -> bool:
    """Whether a subscription has a delivery, in any state, of these events for any of these policies."""
    query = select(DeliveryRow.id).where(
        DeliveryRow.subscription_id == subscription_id,
        DeliveryRow.policy_id.in_(policies),
        DeliveryRow.event.in_(events),
    )
    return session.scalar(query.limit(1)) is not None


def notified_twice(session: Session, policies: Collection[int]) -> list[int]:
    """The subscriptions that were notified of several of these policies."""
    query = (
        select(DeliveryRow.subscription_id)
        .where(DeliveryRow.policy_id.in_(policies), DeliveryRow.event.in_(NOTIFYING))
        .group_by(DeliveryRow.subscription_id)
        .having(func.count() > 1)
    )
    return [*session.scalars(query.order_by(DeliveryRow.subscription_id))]


_MESSAGE = case(
    (DeliveryRow.event == "new", cast(DeliveryRow.id, String)),
    else_=func.coalesce(DeliveryRow.message_id, "digest " + cast(DeliveryRow.subscription_id, String)),
)
"""What deliveries of one message have in common."""


def count_by_state(session: Session) -> dict[str, int]:
    """The number of messages in each state; states without messages are absent."""
    counts = select(DeliveryRow.state, func.count(_MESSAGE.distinct())).group_by(DeliveryRow.state)
    return {state: count for state, count in session.execute(counts)}  # noqa: C416 - rows are no pairs


def count_unsent(session: Session) -> int:
    """The number of messages that are neither sent nor given up."""
    return sum(count_unsent_by_channel(session).values())


def count_unsent_by_channel(session: Session) -> dict[str, int]:
    """The same by channel; channels without such messages are absent."""
    counts = (
        select(SubscriptionRow.channel, func.count(_MESSAGE.distinct()))
        .join(DeliveryRow, DeliveryRow.subscription_id == SubscriptionRow.id)
        .where(DeliveryRow.state.in_(_UNSENT))
        .group_by(SubscriptionRow.channel)
    )
    return {channel: count for channel, count in session.execute(counts)}  # noqa: C416 - rows are no pairs


def lease_next(
    session: Session, now: dt.datetime, *, channels: Collection[str], leased_until: dt.datetime
) -> LeasedDelivery | None:
    """Lease the oldest message that is due on these channels and count the attempt; None if nothing is due.

    A lease that ended without a result is due again: its sender is assumed to have crashed.
    """
    reachable = select(SubscriptionRow.id).where(SubscriptionRow.channel.in_(channels))
    due = select(DeliveryRow).where(_is_due(now), DeliveryRow.subscription_id.in_(reachable))
    first = session.scalar(due.order_by(DeliveryRow.id).limit(1).with_for_update(skip_locked=True))
    if first is None:
        return None
    rows = [first] if first.event == "new" else _digest(session, first, now)
    message_id, attempts = first.message_id or _message_id(first), first.attempts + 1
    for row in rows:
        row.state, row.leased_until = "leased", leased_until
        row.message_id, row.attempts = message_id, attempts
    subscription = session.get_one(SubscriptionRow, first.subscription_id)
    return LeasedDelivery(
        channel=subscription.channel,
        address=subscription.address,
        query=subscription.query,
        policies=tuple(_delivered(session, row) for row in rows),
        message_id=message_id,
        attempts=attempts,
    )


def _digest(session: Session, first: DeliveryRow, now: dt.datetime) -> list[DeliveryRow]:
    """The deliveries of a digest: of one that was tried before the same as then, else all that wait."""
    same = DeliveryRow.subscription_id == first.subscription_id, DeliveryRow.event != "new"
    query = select(DeliveryRow).where(*same, _is_due(now), DeliveryRow.message_id == first.message_id)
    if first.message_id is None:
        query = select(DeliveryRow).where(*same, _is_due(now), DeliveryRow.message_id.is_(None))
    query = query.order_by(DeliveryRow.id).limit(_MOST_LISTED).with_for_update(skip_locked=True)
    return [*session.scalars(query)]


def _delivered(session: Session, row: DeliveryRow) -> DeliveredPolicy:
    change = session.get_one(ChangeRow, row.change_id)
    event: Event = "new" if row.event == "new" else "corrected" if row.event == "corrected" else "digest"
    return DeliveredPolicy(
        delivery_id=row.id, policy_id=row.policy_id, article_id=change.article_id, event=event
    )


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    ready = and_(DeliveryRow.state.in_(("pending", "failed")), DeliveryRow.next_try <= now)
    return or_(ready, and_(DeliveryRow.state == "leased", DeliveryRow.leased_until < now))


def _message_id(row: DeliveryRow) -> str:
    """A Message-ID (RFC 5322) that stays the same for all attempts and differs between archives."""
    name = f"{row.id}|{row.subscription_id}|{row.policy_id}|{row.event}|{row.created.isoformat()}"
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@polarchive.invalid>"


def mark_sent(session: Session, leased: LeasedDelivery, sent: dt.datetime) -> None:
    """Record that the channel accepted the message."""
    for row in _unleased(session, leased, "sent"):
        row.sent, row.last_error = sent, None


def mark_failed(
    session: Session, leased: LeasedDelivery, *, error: str, attempts: int, next_try: dt.datetime
) -> None:
    """Record a failure after which the message is tried again from ``next_try`` on."""
    for row in _unleased(session, leased, "failed"):
        row.last_error, row.attempts, row.next_try = error, attempts, next_try


def mark_dead(session: Session, leased: LeasedDelivery, *, error: str) -> None:
    """Record a failure after which the message is not tried again."""
    for row in _unleased(session, leased, "dead"):
        row.last_error = error


def _unleased(session: Session, leased: LeasedDelivery, state: str) -> Sequence[DeliveryRow]:
    """The rows in their new state, with the lease removed."""
    ids = [policy.delivery_id for policy in leased.policies]
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.id.in_(ids))).all()
    for row in rows:
        row.state, row.leased_until = state, None
    return rows
