"""The change feed against all subscriptions: a match becomes a pending delivery, once a policy.

A policy that turned out to be another was told if any of the two was. Matching is done on a snapshot;
the deliveries and the cursor are then written in one transaction, unless another follower was quicker.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import subscriptions
from alerts.subscriptions import Subscription
from policy.errors import QuerySyntax
from policy.query.documents import document
from policy.query.parser import Query, SearchDocument, matches
from policy.records import Change
from storage import queries
from storage.articles.changes import cursor, held_cursor, move_cursor
from storage.database import Database
from storage.policies import memberships
from storage.tables import ChangeRow, DeliveryRow
from storage.writes import insert_unless_there

logger = logging.getLogger(__name__)

CURSOR = "alerts"
EVENT = "new"
FRESH = dt.timedelta(days=7)
"""A policy is news for so long after its first change: a later reprint is not."""

_KINDS = {"new_policy", "source_added", "attachments"}
"""A policy may answer for the first time by the words of a file that came later than its page."""
_BATCH = 200


@frozen(kw_only=True)
class _Match:
    subscription_id: int
    policy_id: int
    change_id: int


def follow(database: Database, names: Mapping[str, str], now: dt.datetime) -> int:
    """Read the feed to its end; how many deliveries were made. ``names`` are the portals' names by slug."""
    made = 0
    while (step := _step(database, names, now)) is not None:
        made += step
    return made


def _step(database: Database, names: Mapping[str, str], now: dt.datetime) -> int | None:
    """One batch of the feed; None at its end."""
    with database.read() as session:
        start = cursor(session, CURSOR)
        changes = queries.changes(session, start, _BATCH)
        found = _matches(session, changes, names)
    if not changes:
        return None
    with database.write() as session:
        if held_cursor(session, CURSOR) != start:
            return 0
        made = sum(_deliver(session, match, now) for match in found)
        move_cursor(session, CURSOR, changes[-1].id)
    return made


def _matches(session: Session, changes: Sequence[Change], names: Mapping[str, str]) -> list[_Match]:
    wanting = list(_readable(subscriptions.every(session)))
    if not wanting:
        return []
    roots = memberships.roots(session, {change.policy_id for change in changes})
    return [
        _Match(subscription_id=subscription.id, policy_id=roots[change.policy_id], change_id=change.id)
        for change in _news(session, changes, roots)
        for document in _documents(session, change, names)
        for subscription, query in wanting
        if _is_for(subscription, change) and matches(query, document)
    ]


def _readable(found: Iterable[Subscription]) -> Iterator[tuple[Subscription, Query]]:
    """Each with its tree; one that today's grammar does not read must not silence the others."""
    for each in found:
        try:
            yield each, each.tree
        except QuerySyntax as error:
            logger.error("subscription %d is not matched: %s", each.id, error)


def _is_for(subscription: Subscription, change: Change) -> bool:
    return change.id > subscription.since_change


def _news(session: Session, changes: Sequence[Change], roots: Mapping[int, int]) -> list[Change]:
    """The changes that tell of a policy we have not long known."""
    told = [change for change in changes if change.kind in _KINDS and not change.silent]
    born = {root: _birth(session, root) for root in {roots[change.policy_id] for change in told}}
    return [change for change in told if change.at - born[roots[change.policy_id]] <= FRESH]


def _birth(session: Session, policy_id: int) -> dt.datetime:
    """When the archive first knew it, under whatever number."""
    family = memberships.family(session, policy_id)
    return session.scalars(select(func.min(ChangeRow.at)).where(ChangeRow.policy_id.in_(family))).one()


def _documents(session: Session, change: Change, names: Mapping[str, str]) -> list[SearchDocument]:
    """What the queries are asked about: the newest version of the article, as the search sees it."""
    version = queries.version(session, change.article_id)
    return [document(version, names.get(version.article.portal))] if version else []


def _deliver(session: Session, match: _Match, now: dt.datetime) -> bool:
    if _was_told(session, match):
        return False
    added = insert_unless_there(
        session,
        DeliveryRow,
        subscription_id=match.subscription_id,
        policy_id=match.policy_id,
        change_id=match.change_id,
        event=EVENT,
        state="pending",
        attempts=0,
        created=now,
        next_try=now,
    )
    return added is not None


def _was_told(session: Session, match: _Match) -> bool:
    """Whether the subscriber was told of a policy that turned out to be this one."""
    others = [policy for policy in memberships.family(session, match.policy_id) if policy != match.policy_id]
    told = select(DeliveryRow.id).where(
        DeliveryRow.subscription_id == match.subscription_id,
        DeliveryRow.policy_id.in_(others),
        DeliveryRow.event == EVENT,
    )
    return bool(others) and session.scalar(told.limit(1)) is not None
