"""Sends pending deliveries through their channels, with a lease, retries and a limit of attempts; composes
their messages, in Chinese.

A sender leases each delivery, so two senders never send the same one. If a sender crashes after the service
accepted the message, the delivery is sent again when its lease ends, with the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from attrs import evolve, field, frozen
from sqlalchemy.orm import Session

from alerts.channels.base import Channel, ChannelUnavailable, DeliveryFailed, DeliveryRejected, Message
from policy.documents.dates import calendar_day
from policy.errors import PolarchiveError
from policy.query import highlights, parse, searchable_text
from policy.records import Version
from policy.text.words import single_line, snippet
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


def total(rounds: Sequence[SendResult], waiting: int) -> SendResult:
    """The rounds of several channels as one; ``waiting`` is counted after them."""
    return SendResult(
        sent=sum(sending.sent for sending in rounds),
        put_off=sum(sending.put_off for sending in rounds),
        given_up=sum(sending.given_up for sending in rounds),
        waiting=waiting,
        errors=tuple(error for sending in rounds for error in sending.errors),
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
        is_new = announced is not None and announced.how != "none"
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


# ------------------------------------------------------------------ words of a message


_SUBJECT_LENGTH = 120


@frozen(kw_only=True)
class Source:
    """A page of the policy: the name of its portal and its address."""

    portal: str
    url: str


@frozen(kw_only=True)
class Notice:
    """The facts that a message contains; absent ones are left out of its body."""

    title: str
    sources: tuple[Source, ...]
    query: str
    issuers: tuple[str, ...] = ()
    doc_no: str | None = None
    published: dt.date | None = None
    snippet: str = ""
    warnings: tuple[str, ...] = ()


@frozen(kw_only=True)
class Digest:
    """The policies that a digest lists: new ones, older or undated ones, and those that were sent as two."""

    query: str
    new: tuple[Notice, ...] = ()
    older: tuple[Notice, ...] = ()
    corrected: tuple[Notice, ...] = ()


def compose(notice: Notice) -> Message:
    """The message about a policy: its subject has at most 120 characters."""
    return Message(subject=_cut(f"【政策】{single_line(notice.title)}", _SUBJECT_LENGTH), body=_body(notice))


def _body(notice: Notice) -> str:
    lines = [
        single_line(notice.title),
        "",
        *_field("发文机关", "、".join(notice.issuers)),
        *_field("发文字号", notice.doc_no),
        *_field("发布日期", notice.published.isoformat() if notice.published else None),
        *_field("命中", notice.snippet),
        *(f"来源：{single_line(source.portal)}  {single_line(source.url)}" for source in notice.sources),
        *_field("提示", "；".join(notice.warnings)),
        "",
        f"订阅：{single_line(notice.query)}",
    ]
    return "\n".join(lines) + "\n"


def _field(label: str, value: str | None) -> list[str]:
    return [f"{label}：{single_line(value)}"] if value else []


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


# ------------------------------------------------------------------ digests


def compose_digest(digest: Digest) -> Message:
    """The message that lists the policies of a digest, one source each."""
    parts = {
        "新政策": digest.new,
        "较早发布或未注明日期的政策": digest.older,
        "更正：以下政策曾按两项分别发送，实为同一项": digest.corrected,
    }
    counts = len(digest.new) + len(digest.older), len(digest.corrected)
    subject = "，".join(
        f"{count} 项{what}" for count, what in zip(counts, ("", "更正"), strict=True) if count
    )
    lines = [line for heading, notices in parts.items() if notices for line in _part(heading, notices)]
    body = "\n".join([*lines, f"订阅：{single_line(digest.query)}"]) + "\n"
    return Message(
        subject=_cut(f"【政策汇总】{subject}：{single_line(digest.query)}", _SUBJECT_LENGTH), body=body
    )


def _part(heading: str, notices: tuple[Notice, ...]) -> list[str]:
    listed = [line for number, notice in enumerate(notices, start=1) for line in _listed(number, notice)]
    return [f"{heading}（{len(notices)} 项）", "", *listed, ""]


def _listed(number: int, notice: Notice) -> list[str]:
    marks = [notice.doc_no, notice.published.isoformat() if notice.published else None]
    known = "，".join(single_line(mark) for mark in marks if mark)
    more = f"（共 {len(notice.sources)} 个来源）" if len(notice.sources) > 1 else ""
    source = notice.sources[0]
    return [
        f"{number}. {single_line(notice.title)}{f'（{known}）' if known else ''}",
        f"   {single_line(source.portal)}  {single_line(source.url)}{more}",
    ]
