"""Who wants what: a query and an address, both checked before they are kept."""

from __future__ import annotations

import datetime as dt
import re

from attrs import frozen
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from policy.errors import BadAddress
from policy.query.parser import Query, parse
from storage import queries
from storage.tables import SubscriptionRow

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3


@frozen(kw_only=True)
class Subscription:
    """A standing query. Changes up to ``since_change`` are not for it."""

    id: int
    query: str
    address: str
    channel: str
    since_change: int

    @property
    def tree(self) -> Query:
        """The query as its tree: the same meaning as in a search."""
        return parse(self.query)


def add(session: Session, query: str, address: str, now: dt.datetime) -> Subscription:
    """Keep a subscription; the one that is there when the same address asks the same again.

    Raises QuerySyntax, or BadAddress for what is no bare mail address.
    """
    parse(query)
    check_address(address)
    row = session.scalar(_same(query, address)) or _new(session, query, address, now)
    return _record(row)


def every(session: Session) -> list[Subscription]:
    """All subscriptions, the oldest first."""
    return [_record(row) for row in session.scalars(select(SubscriptionRow).order_by(SubscriptionRow.id))]


def check_address(address: str) -> None:
    """Raises BadAddress for anything but one bare address: names, lists and line breaks are refused."""
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise BadAddress(f"{address!r} is not a mail address (expected one as name@example.org)")


def _same(query: str, address: str) -> Select[SubscriptionRow]:
    wanted = (SubscriptionRow.query == query, SubscriptionRow.address == address)
    return select(SubscriptionRow).where(*wanted, SubscriptionRow.channel == "email").limit(1)


def _new(session: Session, query: str, address: str, now: dt.datetime) -> SubscriptionRow:
    row = SubscriptionRow(
        query=query,
        channel="email",
        address=address,
        created=now,
        since_change=queries.last_change(session),
    )
    session.add(row)
    session.flush()
    return row


def _record(row: SubscriptionRow) -> Subscription:
    return Subscription(
        id=row.id,
        query=row.query,
        address=row.address,
        channel=row.channel,
        since_change=row.since_change,
    )
