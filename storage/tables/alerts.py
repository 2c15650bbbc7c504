"""Tables of alerts: subscriptions and their deliveries."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class SubscriptionRow(Base):
    """A subscriber's query and address. Changes up to ``since_change`` are not matched."""

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str]
    channel: Mapped[str] = mapped_column(default="email")
    address: Mapped[str]
    created: Mapped[dt.datetime]
    since_change: Mapped[int] = mapped_column(default=0)


class DeliveryRow(Base):
    """One event for one subscriber, delivered once: pending, leased, sent, failed (retried later) or dead."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "policy_id", "event"),
        Index("ix_delivery_due", "state", "next_try"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    event: Mapped[str]
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[dt.datetime]
    next_try: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    sent: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]
    message_id: Mapped[str | None]
