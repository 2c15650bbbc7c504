"""Checks a subscription before it is stored: the query must parse and the address must be a mail address."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.orm import Session

from policy.errors import BadAddress
from policy.query.parser import parse
from storage.alerts.subscriptions import Subscription, add_subscription

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3


def subscribe(session: Session, query: str, address: str, now: dt.datetime) -> Subscription:
    """Store a subscription by mail; the existing one if this address already has the same query.

    Raises QuerySyntax if the query cannot be parsed and BadAddress if the address is not a bare mail address.
    """
    parse(query)
    check_address(address)
    return add_subscription(session, query=query, address=address, channel="email", created=now)


def check_address(address: str) -> None:
    """Raise BadAddress unless this is a single bare mail address, without display name or line breaks."""
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise BadAddress(f"{address!r} is not a mail address (expected one as name@example.org)")
