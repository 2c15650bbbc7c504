"""Stores subscriptions, decides how policies are announced, matches them against the subscriptions, and adds
pending deliveries, one per policy.

A subscription is checked before it is stored: its query must parse, its channel must take the address.

A policy is announced once. It is news if it was published at most ``fresh_days`` before its first capture,
whichever page came first; see :func:`page_day` and :func:`policy_day`. If two policies were merged, or one
was split, a subscriber who was notified of either is not notified again. Matching reads a snapshot;
deliveries and cursor are then written in one transaction, unless another process has moved the cursor
meanwhile.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import evolve, frozen
from sqlalchemy.orm import Session

from alerts.channels import CHANNELS
from alerts.channels.base import Channel
from policy.documents.dates import calendar_day
from policy.errors import QuerySyntax, UnknownChannel
from policy.query import Query, SearchDocument, matches, parse, search_document
from policy.records import Change, Version
from policy.records.saves import Announcement, How, PageDates, Reason
from storage import queries
from storage.change_feed import consume_changes, lock_cursor
from storage.database import Database
from storage.deliveries import (
    NOTIFYING,
    Event,
    Subscription,
    add_delivery,
    add_subscription,
    all_subscriptions,
    has_delivery,
    notified_twice,
)
from storage.policies import article_links, memberships

logger = logging.getLogger(__name__)

CONSUMER = "alerts"
FRESH_DAYS = 30
"""The default of ``alerts.fresh_days``."""
BELATED = dt.timedelta(days=90)
"""A page that was published longer after its policy was written is taken for a reprint of an old policy."""
_DAY = dt.timedelta(days=1)

_WITH_PAGE = {"new_policy", "source_added", "attachments"}
"""Kinds of changes whose page is matched. ``attachments``: a policy may first match by the text of a file
that was fetched after its page."""
_BATCH = 200


_WHOLE = 0.85
"""Least share of the shorter text for which two pages may have the same words."""
_MOST_COMPARED = 20
"""Pages of a policy that are compared with those of announced ones."""

SameWords = Callable[[Version, Version], bool]


@frozen(kw_only=True)
class _Rule:
    """What is news: how old a policy may be, and which pages are one policy but for their numbers."""

    fresh_days: int
    same_words: SameWords


@frozen(kw_only=True)
class _Match:
    subscription_id: int
    policy_id: int
    change_id: int
    event: Event


def match_changes(
    database: Database,
    names: Mapping[str, str],
    now: dt.datetime,
    *,
    fresh_days: int = FRESH_DAYS,
    until: int | None = None,
    same_words: SameWords = lambda version, other: False,
) -> int:
    """Read the change feed to its end, or to the change ``until``; the number of deliveries added.

    ``names`` are portal names by slug. ``same_words`` says whether two pages that linking keeps apart are one
    policy but for a number, so that it is not announced twice.
    """
    rule = _Rule(fresh_days=fresh_days, same_words=same_words)

    def prepare(changes: Sequence[Change]) -> list[_Match]:
        with database.write() as session:
            lock_cursor(session, CONSUMER)
            announce(session, changes, now, rule)
        with database.read() as session:
            return _matches(session, changes, names, fresh_days)

    def apply(session: Session, batch_matches: Sequence[_Match]) -> int:
        return sum(_deliver(session, match, now) for match in batch_matches)

    return consume_changes(database, CONSUMER, batch=_BATCH, prepare=prepare, apply=apply, until=until)


# ------------------------------------------------------------------ whether a policy is new


def page_day(page: PageDates) -> dt.date | None:
    """The day of the policy by one page: published, else written, else as listed.

    A day after the capture is a misprint. So is a day of publication long before the day it was written; one
    long after it is that of a reprint. In both cases the policy is of the day it was written.
    """
    latest = page.captured + _DAY
    published, written, listed = (
        day if day and day <= latest else None for day in (page.published, page.written, page.listed)
    )
    if published and written and abs(published - written) > BELATED:
        return written
    return published or written or listed


def policy_day(pages: Collection[PageDates], fresh_days: int) -> dt.date | None:
    """The day of a policy: the earliest of its pages' days that is not a misprint.

    Days from before the news are misprints if no two of them agree, if at least twice as many pages say that
    it was news when it was first captured, and if one of those days is not after that capture.
    """
    days = sorted(day for page in pages if (day := page_day(page)))
    if not days:
        return None
    captured = min(page.captured for page in pages)
    first_fresh = captured - fresh_days * _DAY
    old = [day for day in days if day < first_fresh]
    fresh = days[len(old) :]
    overruled = (
        old and len(fresh) >= 2 * len(old) and fresh[0] <= captured + _DAY and not _agree(old, fresh_days)
    )
    return fresh[0] if overruled else days[0]


def _agree(days: Sequence[dt.date], fresh_days: int) -> bool:
    return any(later - earlier <= fresh_days * _DAY for earlier, later in pairwise(days))


def judge(pages: Collection[PageDates], fresh_days: int) -> tuple[Reason, dt.date | None]:
    """Whether a policy with these pages is news, and its day."""
    day = policy_day(pages, fresh_days)
    if day is None:
        return "undated", None
    captured = min(page.captured for page in pages)
    return "fresh" if is_fresh(day, captured, fresh_days) else "old", day


def is_fresh(day: dt.date, seen: dt.date, fresh_days: int) -> bool:
    """Whether a policy of that day is still news on the day it was seen."""
    return -_DAY <= seen - day <= fresh_days * _DAY


# ------------------------------------------------------------------ announcing


def announce(session: Session, changes: Sequence[Change], now: dt.datetime, rule: _Rule) -> None:
    """Decide how the policies of the changed articles are announced.

    A policy that was announced stays so; of any other the decision follows from all its pages of today.
    """
    policies = memberships.policies_of(session, {change.article_id for change in changes})
    first: dict[int, Change] = {}
    for change in changes:
        if change.article_id in policies:
            first.setdefault(policies[change.article_id], change)
    for policy_id, change in first.items():
        known = memberships.announcement(session, policy_id)
        if known is None or not known.final:
            _announce_policy(session, policy_id, change, known, now, rule)


def _announce_policy(
    session: Session,
    policy_id: int,
    change: Change,
    known: Announcement | None,
    now: dt.datetime,
    rule: _Rule,
) -> None:
    reason, day = judge(memberships.page_dates(session, policy_id), rule.fresh_days)
    if known and (known.policy_id, known.reason, known.day) == (policy_id, reason, day):
        return
    how: How = "none"
    same = _with_same_words(session, policy_id, rule)
    if same and same.how != "none":
        memberships.save_announcement(
            session, evolve(same, policy_id=policy_id, reason="announced before", change_id=None)
        )
        return
    if day and reason == "fresh":
        late = not is_fresh(day, calendar_day(change.at), rule.fresh_days)
        how = "digest" if late or memberships.first_seen_silently(session, policy_id) else "at_once"
    memberships.save_announcement(
        session,
        Announcement(
            policy_id=policy_id,
            how=how,
            reason=reason,
            day=day,
            at=now,
            announced_as=policy_id if how != "none" else same.policy_id if same else None,
            change_id=change.id,
            article_id=change.article_id,
            version=change.version,
        ),
    )


def _with_same_words(session: Session, policy_id: int, rule: _Rule) -> Announcement | None:
    """The decision on another policy that has the same words under another number; an announced one first."""
    decided: Announcement | None = None
    articles = {*memberships.articles_of(session, [policy_id])}
    links = [link for link in article_links.links_of(session, articles) if link.containment >= _WHOLE]
    others = memberships.policies_of(session, {end for link in links for end in (link.a, link.b)} - articles)
    for link in sorted(links, key=lambda link: -link.containment)[:_MOST_COMPARED]:
        ours, other = (link.a, link.b) if link.a in articles else (link.b, link.a)
        announced = memberships.announcement(session, others[other]) if other in others else None
        if (
            announced is None
            or announced.reason == "earlier release"
            or (decided and announced.how == "none")
        ):
            continue
        version, known = queries.version(session, ours), queries.version(session, other)
        if version and known and rule.same_words(version, known):
            decided = announced
        if decided and decided.how != "none":
            return decided
    return decided


# ------------------------------------------------------------------ matching


def _matches(
    session: Session, changes: Sequence[Change], names: Mapping[str, str], fresh_days: int
) -> list[_Match]:
    subscriptions = list(_with_parsed_query(all_subscriptions(session)))
    if not subscriptions:
        return []
    policies = memberships.policies_of(session, {change.article_id for change in changes})
    known = {each: memberships.announcement(session, each) for each in {*policies.values()}}
    events = (
        (change, policies[change.article_id], announced, event)
        for change in changes
        if (announced := known.get(policies.get(change.article_id, 0)))
        and (event := _event(change, announced, fresh_days))
    )
    found = [
        _Match(subscription_id=subscription.id, policy_id=policy_id, change_id=change.id, event=event)
        for change, policy_id, announced, event in events
        for document in _documents(session, change, announced, policy_id, names)
        for subscription, query in subscriptions
        if change.id > subscription.since_change and matches(query, document)
    ]
    return [*found, *_corrections(session, changes)]


def _with_parsed_query(subscriptions: Iterable[Subscription]) -> Iterator[tuple[Subscription, Query]]:
    """Subscriptions with their parsed query. One that no longer parses is logged and skipped."""
    for subscription in subscriptions:
        try:
            yield subscription, parse(subscription.query)
        except QuerySyntax as error:
            logger.error("subscription %d is not matched: %s", subscription.id, error)


def _event(change: Change, announced: Announcement, fresh_days: int) -> Event | None:
    """How subscribers are notified of a change, if they are: at once of the announcement of a policy and of
    what is added to it while it is fresh."""
    decided = announced.change_id == change.id
    if not decided and change.kind not in _WITH_PAGE:
        return None
    if announced.reason == "earlier release" and change.silent:
        return None
    fresh = announced.day is not None and is_fresh(announced.day, calendar_day(change.at), fresh_days)
    return "new" if announced.how == "at_once" and (decided or fresh) else "digest"


def _documents(
    session: Session, change: Change, announced: Announcement, policy_id: int, names: Mapping[str, str]
) -> list[SearchDocument]:
    """The newest version of the changed article, or of all articles of a policy that is announced by this
    change, as search sees them."""
    decided = announced.change_id == change.id
    articles = memberships.articles_of(session, [policy_id]) if decided else [change.article_id]
    versions = (queries.version(session, article) for article in articles)
    return [search_document(each, names.get(each.article.portal)) for each in versions if each]


def _corrections(session: Session, changes: Sequence[Change]) -> Iterator[_Match]:
    """Who was notified of both policies that turned out to be one."""
    for change in changes:
        if change.kind == "corrected":
            policy_id = memberships.root(session, change.policy_id)
            for subscription in notified_twice(session, memberships.family(session, policy_id)):
                yield _Match(
                    subscription_id=subscription, policy_id=policy_id, change_id=change.id, event="corrected"
                )


def _deliver(session: Session, match: _Match, now: dt.datetime) -> bool:
    """Add a delivery unless the subscriber was notified of this policy, of one merged into it, or of one that
    it was announced as."""
    policies = _known_as(session, match.policy_id)
    if match.event in NOTIFYING and has_delivery(session, match.subscription_id, policies, NOTIFYING):
        return False
    return add_delivery(
        session,
        subscription_id=match.subscription_id,
        policy_id=match.policy_id,
        change_id=match.change_id,
        event=match.event,
        created=now,
    )


def _known_as(session: Session, policy_id: int) -> Collection[int]:
    names = memberships.sent_as(session, policy_id)
    return {number for name in names for number in memberships.family(session, name)}


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
