"""Sends pending deliveries through their channels, with a lease, retries and a limit of attempts.

A sender leases each delivery, so two senders never send the same one. If a sender crashes after the service
accepted the message, the delivery is sent again when its lease ends, with the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from attrs import evolve, field, frozen
from sqlalchemy.orm import Session

from alerts.channels.base import Channel, ChannelUnavailable, DeliveryFailed, DeliveryRejected
from alerts.messages import Digest, Message, Notice, Source, compose, compose_digest
from policy.documents.dates import calendar_day
from policy.errors import PolarchiveError
from policy.query import highlights, parse, searchable_text
from policy.records import Version
from policy.text.words import snippet
from storage import deliveries, queries
from storage.database import Database
from storage.deliveries import DeliveredPolicy, LeasedDelivery
from storage.policies import memberships
from storage.rows import ArchivedPolicy

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)
MOST_TRIES = 7
_FIRST_WAIT = dt.timedelta(minutes=3)

Clock = Callable[[], dt.datetime]


@frozen(kw_only=True)
class SendResult:
    """Counts of one round: messages sent, postponed and given up; ``waiting``: all that are still unsent."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    waiting: int = 0
    errors: tuple[str, ...] = field(default=())


def send_due(
    database: Database, channels: Mapping[str, Channel], clock: Clock, names: Mapping[str, str]
) -> SendResult:
    """Send all deliveries that are due on these channels, which are given by name.

    A channel that is unavailable is not tried again; its other deliveries wait, like those of channels that
    are not given. ``names`` are portal names by slug.
    """
    available = dict(channels)
    outcomes: list[str] = []
    errors: dict[str, None] = {}
    while available and (leased := lease_next(database, clock(), available)):
        try:
            message = _message(database, leased, names)
            available[leased.channel].send(leased.address, message, message_id=leased.message_id)
        except DeliveryFailed as error:
            outcomes.append(_record_failure(database, leased, error, clock()))
            errors[str(error)] = None
            if isinstance(error, ChannelUnavailable):
                del available[leased.channel]
        else:
            with database.write() as session:
                deliveries.mark_sent(session, leased, clock())
            outcomes.append("sent")
    return SendResult(
        sent=outcomes.count("sent"),
        put_off=outcomes.count("failed"),
        given_up=outcomes.count("dead"),
        waiting=count_waiting(database),
        errors=tuple(errors),
    )


def count_waiting(database: Database) -> int:
    """The number of deliveries that are neither sent nor given up."""
    with database.read() as session:
        return deliveries.count_unsent(session)


def lease_next(database: Database, now: dt.datetime, channels: Collection[str]) -> LeasedDelivery | None:
    """Lease the next due delivery on these channels for :data:`LEASE`; None if nothing is due."""
    with database.write() as session:
        return deliveries.lease_next(session, now, channels=channels, leased_until=now + LEASE)


def _record_failure(
    database: Database, leased: LeasedDelivery, error: DeliveryFailed, now: dt.datetime
) -> str:
    """The new state of the delivery. An unavailable channel does not count as an attempt."""
    unavailable = isinstance(error, ChannelUnavailable)
    logger.warning("delivery %d, attempt %d: %s", leased.id, leased.attempts, error)
    with database.write() as session:
        if isinstance(error, DeliveryRejected) or (leased.attempts >= MOST_TRIES and not unavailable):
            deliveries.mark_dead(session, leased, error=str(error))
            return "dead"
        deliveries.mark_failed(
            session,
            leased,
            error=str(error),
            attempts=leased.attempts - unavailable,
            next_try=now + retry_delay(1 if unavailable else leased.attempts),
        )
    return "failed"


def retry_delay(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts: 3, 9, 27 … minutes."""
    return _FIRST_WAIT * int(3 ** (attempts - 1))


# ------------------------------------------------------------------ the message


def best_version(versions: Sequence[Version], matched_article_id: int) -> Version:
    """The version to describe the policy by: one with a document number, then one with issuers, then the
    article that matched."""

    def completeness(version: Version) -> tuple[bool, bool, bool]:
        article = version.article
        has_number, has_issuers = article.doc_no is not None, article.issuers is not None
        return has_number, has_issuers, version.article_id == matched_article_id

    return max(versions, key=completeness)


def _message(database: Database, leased: LeasedDelivery, names: Mapping[str, str]) -> Message:
    """Raises DeliveryRejected if the message cannot be composed, so that the deliveries after it are sent."""
    try:
        with database.read() as session:
            if leased.is_digest:
                return compose_digest(_digest(session, leased, names))
            return compose(_notice(session, leased, names))
    except (PolarchiveError, LookupError, ValueError) as error:
        raise DeliveryRejected(f"delivery {leased.id} cannot be written: {error}") from error


def _notice(session: Session, leased: LeasedDelivery, names: Mapping[str, str]) -> Notice:
    """The policy as it is archived now, with all its sources, including those added since the match."""
    [delivered] = leased.policies
    policy, version = _policy(session, delivered)
    article = version.article
    return evolve(
        _facts(policy, version, leased.query, names),
        snippet=snippet(searchable_text(version), highlights(parse(leased.query))),
        warnings=() if article.completeness.complete else ("正文可能不完整",),
    )


def _digest(session: Session, leased: LeasedDelivery, names: Mapping[str, str]) -> Digest:
    """The policies of a digest as they are archived now: new ones, older ones, and those sent twice."""
    listed: dict[str, dict[int, Notice]] = {"new": {}, "older": {}, "corrected": {}}
    for delivered in leased.policies:
        policy, version = _policy(session, delivered)
        announced = memberships.announcement(session, policy.id)
        is_new = announced is not None and announced.announced_as is not None
        part = "corrected" if delivered.event == "corrected" else "new" if is_new else "older"
        listed[part][policy.id] = _facts(policy, version, leased.query, names)
    parts = {part: tuple(notices.values()) for part, notices in listed.items()}
    return Digest(query=leased.query, **parts)


def _policy(session: Session, delivered: DeliveredPolicy) -> tuple[ArchivedPolicy, Version]:
    """The policy of a delivery, and the version that describes it best."""
    policy = queries.policy(session, delivered.policy_id)
    versions = [queries.version(session, article.id) for article in policy.articles] if policy else []
    if policy is None or not any(versions):
        raise LookupError(f"delivery {delivered.delivery_id}: its policy is not in the archive")
    return policy, best_version([version for version in versions if version], delivered.article_id)


def _facts(policy: ArchivedPolicy, version: Version, query: str, names: Mapping[str, str]) -> Notice:
    article = version.article
    return Notice(
        title=article.document_title,
        issuers=tuple(i.name or i.printed for i in article.issuers.value) if article.issuers else (),
        doc_no=article.doc_no.value.raw if article.doc_no else None,
        published=calendar_day(article.published.value) if article.published else None,
        sources=tuple(Source(portal=names.get(a.portal, a.portal), url=a.url) for a in policy.articles),
        query=query,
    )
