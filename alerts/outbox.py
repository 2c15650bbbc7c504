"""From deliveries to messages: leased, sent, retried, never lost.

A sender holds a delivery by its lease, so two senders never send the same one; a sender that dies
after the server took the mail is repeated once the lease runs out, with the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence

from attrs import field, frozen
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from alerts.channels import Channel, ChannelUnavailable, DeliveryFailed, DeliveryRejected
from alerts.messages import Message, Notice, Source, compose
from policy.documents.dates import calendar_day
from policy.errors import PolarchiveError
from policy.query.documents import snippet, words
from policy.query.parser import highlights, parse
from policy.records import Version
from storage import queries
from storage.database import Database
from storage.tables import ChangeRow, DeliveryRow, SubscriptionRow

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)
MOST_TRIES = 7
_FIRST_WAIT = dt.timedelta(minutes=3)

Clock = Callable[[], dt.datetime]


@frozen(kw_only=True)
class SendResult:
    """What one round did: messages sent, put off, given up; ``waiting`` are those still to be sent."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    waiting: int = 0
    errors: tuple[str, ...] = field(default=())


@frozen(kw_only=True)
class LeasedDelivery:
    """A delivery that is ours for a while."""

    id: int
    address: str
    message_id: str
    attempts: int


def send(database: Database, channel: Channel, clock: Clock, names: Mapping[str, str]) -> SendResult:
    """Send all that is due; stops early when the channel is down. ``names`` are the portals' by slug."""
    outcomes: list[str] = []
    errors: dict[str, None] = {}
    while leased := lease(database, clock()):
        try:
            message = _message(database, leased, names)
            channel.send(leased.address, message, message_id=leased.message_id)
        except DeliveryFailed as error:
            outcomes.append(_put_off(database, leased, error, clock()))
            errors[str(error)] = None
            if isinstance(error, ChannelUnavailable):
                break
        else:
            _settle(database, leased, "sent", sent=clock(), last_error=None)
            outcomes.append("sent")
    return SendResult(
        sent=outcomes.count("sent"),
        put_off=outcomes.count("failed"),
        given_up=outcomes.count("dead"),
        waiting=waiting(database),
        errors=tuple(errors),
    )


def waiting(database: Database) -> int:
    """Deliveries neither sent nor given up."""
    with database.read() as session:
        return waiting_in(session)


def waiting_in(session: Session) -> int:
    """The same, in a transaction of the caller's."""
    counts = by_state(session)
    return sum(counts.get(state, 0) for state in ("pending", "failed", "leased"))


def by_state(session: Session) -> dict[str, int]:
    """How many deliveries there are in each state."""
    counted = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    return {state: count for state, count in session.execute(counted)}  # noqa: C416 - rows are no pairs


def wait_after(attempts: int) -> dt.timedelta:
    """How long the next try waits: 3, 9, 27 … minutes."""
    return _FIRST_WAIT * int(3 ** (attempts - 1))


# ------------------------------------------------------------------ the lease


def lease(database: Database, now: dt.datetime) -> LeasedDelivery | None:
    """The next delivery that is due, held until it is settled or :data:`LEASE` has passed."""
    with database.write() as session:
        row = session.scalar(
            select(DeliveryRow)
            .where(_due(now))
            .order_by(DeliveryRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.state, row.leased_until = "leased", now + LEASE
        row.attempts += 1
        row.message_id = row.message_id or _message_id(row)
        return _leased(session, row)


def _due(now: dt.datetime) -> ColumnElement[bool]:
    ready = and_(DeliveryRow.state.in_(("pending", "failed")), DeliveryRow.next_try <= now)
    return or_(ready, and_(DeliveryRow.state == "leased", DeliveryRow.leased_until < now))


def _message_id(row: DeliveryRow) -> str:
    """The same for each try of a delivery, another one in each archive."""
    named = f"{row.id}|{row.subscription_id}|{row.policy_id}|{row.event}|{row.created.isoformat()}"
    return f"<{hashlib.sha256(named.encode()).hexdigest()[:32]}@polarchive.invalid>"


def _leased(session: Session, row: DeliveryRow) -> LeasedDelivery:
    return LeasedDelivery(
        id=row.id,
        address=session.get_one(SubscriptionRow, row.subscription_id).address,
        message_id=row.message_id or _message_id(row),
        attempts=row.attempts,
    )


def _put_off(database: Database, leased: LeasedDelivery, error: DeliveryFailed, now: dt.datetime) -> str:
    """A channel that is down is no fault of the message: that costs none of its tries."""
    down = isinstance(error, ChannelUnavailable)
    dead = isinstance(error, DeliveryRejected) or (leased.attempts >= MOST_TRIES and not down)
    state = "dead" if dead else "failed"
    logger.warning("delivery %d, try %d: %s", leased.id, leased.attempts, error)
    wait, attempts = wait_after(1 if down else leased.attempts), leased.attempts - down
    _settle(database, leased, state, next_try=now + wait, attempts=attempts, last_error=str(error))
    return state


def _settle(
    database: Database, leased: LeasedDelivery, state: str, **values: dt.datetime | str | int | None
) -> None:
    with database.write() as session:
        row = session.get_one(DeliveryRow, leased.id)
        row.state, row.leased_until = state, None
        for name, value in values.items():
            setattr(row, name, value)


# ------------------------------------------------------------------ what is said


def most_telling(versions: Sequence[Version], matched: int) -> Version:
    """The article that says most about the policy: number, issuers; else the one that matched."""

    def says(version: Version) -> tuple[bool, bool, bool]:
        article = version.article
        return article.doc_no is not None, article.issuers is not None, version.article_id == matched

    return max(versions, key=says)


def _message(database: Database, leased: LeasedDelivery, names: Mapping[str, str]) -> Message:
    """Raises Refused for one that cannot be written, so that it does not stop those behind it."""
    try:
        with database.read() as session:
            row = session.get_one(DeliveryRow, leased.id)
            query = session.get_one(SubscriptionRow, row.subscription_id).query
            return compose(_notice(session, row, query, names))
    except (PolarchiveError, LookupError, ValueError) as error:
        raise DeliveryRejected(f"delivery {leased.id} cannot be written: {error}") from error


def _notice(session: Session, row: DeliveryRow, query: str, names: Mapping[str, str]) -> Notice:
    """The policy as it is known now: whoever printed it meanwhile is named too."""
    change = session.get_one(ChangeRow, row.change_id)
    policy = queries.policy(session, row.policy_id)
    if policy is None:
        raise LookupError(f"delivery {row.id}: its policy is not in the archive")
    versions = (queries.version(session, each.id) for each in policy.articles)
    telling = most_telling([version for version in versions if version], change.article_id)
    article = telling.article
    return Notice(
        title=(article.title_official or article.title).value,
        issuers=tuple(i.name or i.printed for i in article.issuers.value) if article.issuers else (),
        doc_no=article.doc_no.value.raw if article.doc_no else None,
        published=calendar_day(article.published.value) if article.published else None,
        sources=tuple(Source(portal=names.get(a.portal, a.portal), url=a.url) for a in policy.articles),
        query=query,
        snippet=snippet(words(telling), highlights(parse(query))),
        warnings=() if article.completeness.complete else ("正文可能不完整",),
    )
