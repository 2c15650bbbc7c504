"""Stores subscriptions, matches the change feed against them, and adds pending deliveries, one per policy.

A subscription is checked before it is stored: its query must parse, its channel must take the address.

If two policies were merged, a subscriber who was notified of either is not notified again. Matching reads
a snapshot; deliveries and cursor are then written in one transaction, unless another process has moved the
cursor meanwhile.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen
from sqlalchemy.orm import Session

from alerts.channels import CHANNELS
from alerts.channels.base import Channel
from policy.errors import QuerySyntax, UnknownChannel
from policy.query import Query, SearchDocument, matches, parse, search_document
from policy.records import Change
from storage import queries
from storage.change_feed import consume_changes, first_change_at
from storage.database import Database
from storage.deliveries import (
    Subscription,
    add_delivery,
    add_subscription,
    all_subscriptions,
    has_delivery,
)
from storage.policies import memberships

logger = logging.getLogger(__name__)

CONSUMER = "alerts"
EVENT = "new"
FRESH = dt.timedelta(days=7)
"""Subscribers are notified of a policy until this long after its first change; later reprints are ignored."""

_KINDS = {"new_policy", "source_added", "attachments"}
"""Kinds of changes that are matched. ``attachments``: a policy may first match by the text of a file that was
fetched after its page."""
_BATCH = 200


@frozen(kw_only=True)
class _Match:
    subscription_id: int
    policy_id: int
    change_id: int


def match_changes(database: Database, names: Mapping[str, str], now: dt.datetime) -> int:
    """Read the change feed to its end; the number of deliveries added. ``names`` are portal names by slug."""

    def prepare(changes: Sequence[Change]) -> list[_Match]:
        with database.read() as session:
            return _matches(session, changes, names)

    def apply(session: Session, batch_matches: Sequence[_Match]) -> int:
        return sum(_deliver(session, match, now) for match in batch_matches)

    return consume_changes(database, CONSUMER, batch=_BATCH, prepare=prepare, apply=apply)


def _matches(session: Session, changes: Sequence[Change], names: Mapping[str, str]) -> list[_Match]:
    subscriptions = list(_with_parsed_query(all_subscriptions(session)))
    if not subscriptions:
        return []
    roots = memberships.roots(session, {change.policy_id for change in changes})
    return [
        _Match(subscription_id=subscription.id, policy_id=roots[change.policy_id], change_id=change.id)
        for change in _fresh_changes(session, changes, roots)
        for document in _documents(session, change, names)
        for subscription, query in subscriptions
        if change.id > subscription.since_change and matches(query, document)
    ]


def _with_parsed_query(subscriptions: Iterable[Subscription]) -> Iterator[tuple[Subscription, Query]]:
    """Subscriptions with their parsed query. One that no longer parses is logged and skipped."""
    for subscription in subscriptions:
        try:
            yield subscription, parse(subscription.query)
        except QuerySyntax as error:
            logger.error("subscription %d is not matched: %s", subscription.id, error)


def _fresh_changes(session: Session, changes: Sequence[Change], roots: Mapping[int, int]) -> list[Change]:
    """The changes to notify of: not silent, and of a policy whose first change is recent."""
    candidates = [change for change in changes if change.kind in _KINDS and not change.silent]
    first_seen = {
        root: first_change_at(session, memberships.family(session, root))
        for root in {roots[change.policy_id] for change in candidates}
    }
    return [change for change in candidates if change.at - first_seen[roots[change.policy_id]] <= FRESH]


def _documents(session: Session, change: Change, names: Mapping[str, str]) -> list[SearchDocument]:
    """The newest version of the changed article as a document to match, as search sees it."""
    version = queries.version(session, change.article_id)
    return [search_document(version, names.get(version.article.portal))] if version else []


def _deliver(session: Session, match: _Match, now: dt.datetime) -> bool:
    """Add a delivery unless the subscriber was notified of this policy or of one merged into it."""
    merged = [policy for policy in memberships.family(session, match.policy_id) if policy != match.policy_id]
    if has_delivery(session, match.subscription_id, merged, EVENT):
        return False
    return add_delivery(
        session,
        subscription_id=match.subscription_id,
        policy_id=match.policy_id,
        change_id=match.change_id,
        event=EVENT,
        created=now,
    )


# ------------------------------------------------------------------ subscribing


def subscribe(
    session: Session,
    query: str,
    address: str,
    now: dt.datetime,
    *,
    channel: str = "email",
    channels: Mapping[str, type[Channel] | Channel] = CHANNELS,
) -> Subscription:
    """Store a subscription on a channel; the existing one if this address already has the same query.

    Raises QuerySyntax if the query cannot be parsed, UnknownChannel if no channel has this name, and
    BadAddress if the channel cannot send to the address.
    """
    parse(query)
    if channel not in channels:
        raise UnknownChannel(f"there is no channel {channel!r}; there are {', '.join(sorted(channels))}")
    address = channels[channel].normalise_address(address)
    return add_subscription(session, query=query, address=address, channel=channel, created=now)
