"""Tables of operations: runs, backfills and backed-off domains; subscriptions and their deliveries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.expression import TextClause

from storage.tables.base import Base


def _partial_unique(name: str, *columns: str, where: str) -> Index:
    """A unique index of the rows that meet a condition.

    The option ``postgresql_where`` imports the dialect, which costs each command on a SQLite archive: it is
    set when PostgreSQL creates the index.
    """
    condition: TextClause = text(where)
    index = Index(name, *columns, unique=True, sqlite_where=condition)

    @event.listens_for(index, "before_create")
    def _add_condition(target: Index, connection: Connection, **_: Any) -> None:
        if connection.dialect.name == "postgresql":
            target.dialect_kwargs["postgresql_where"] = condition

    return index


class RunRow(Base):
    """One portal crawled once, or a slot that was not run. The partial unique indexes are the lease."""

    __tablename__ = "run"
    __table_args__ = (
        _partial_unique("uq_run_slot", "portal", "slot", where="state != 'crashed'"),
        _partial_unique("uq_run_running", "portal", where="state = 'running'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str]
    slot: Mapped[dt.datetime]
    state: Mapped[str]
    started: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    heartbeat: Mapped[dt.datetime | None]
    since: Mapped[dt.date | None]
    entries: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    revised: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    captures: Mapped[int] = mapped_column(default=0)
    not_saved: Mapped[int] = mapped_column(default=0)
    failed: Mapped[dict[str, int]] = mapped_column(default=dict)
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    traffic: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    findings: Mapped[list[dict[str, Any]] | None]
    kind: Mapped[str] = mapped_column(default="crawl", server_default="crawl")
    readings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    warc: Mapped[str | None]
    replay: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None]
    swept: Mapped[list[str]] = mapped_column(default=list, server_default="[]")


class BackfillRow(Base):
    """A range of days of a portal that is archived on demand; a portal has at most one open backfill.

    ``walked`` says, by section, how far its listing was read.
    """

    __tablename__ = "backfill"
    __table_args__ = (_partial_unique("uq_backfill_open", "portal", where="state = 'open'"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str]
    sections: Mapped[list[str]]
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    listing_pages: Mapped[int | None]
    state: Mapped[str]
    started: Mapped[dt.datetime]
    ran: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    walked: Mapped[dict[str, Any]] = mapped_column(default=dict)


class BackfillPageRow(Base):
    """A listing page of an open backfill: ``number`` is its position among the pages read, ``place`` its
    position among those waiting."""

    __tablename__ = "backfill_page"

    backfill_id: Mapped[int] = mapped_column(
        ForeignKey("backfill.id", name="fk_backfill_page_backfill_id_backfill"), primary_key=True
    )
    section: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int | None]
    place: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0)


class BackfillEntryRow(Base):
    """An entry of the range that was not archived when it was listed. Kept apart from ``listed`` so that
    nightly runs ignore it."""

    __tablename__ = "backfill_entry"

    backfill_id: Mapped[int] = mapped_column(
        ForeignKey("backfill.id", name="fk_backfill_entry_backfill_id_backfill"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    listed_on: Mapped[dt.date | None]
    tries: Mapped[int] = mapped_column(default=0)


class BackoffRow(Base):
    """A registrable domain that is not requested before ``until``."""

    __tablename__ = "backoff"

    domain: Mapped[str] = mapped_column(primary_key=True)
    portal: Mapped[str]
    reason: Mapped[str]
    times: Mapped[int]
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime]


# ------------------------------------------------------------------ alerts


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
