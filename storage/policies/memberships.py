"""Memberships: which policy an article belongs to, since when and why; policies merged into others; and how
policies are announced.

A merged policy stays as a tombstone with the id of the other. It keeps its announcement, so that the other is
not announced a second time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from attrs import asdict, fields, frozen
from sqlalchemy import Row, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from policy.documents.dates import calendar_day
from policy.records import Version
from policy.records.saves import Announcement, How, PageDates, Reason
from storage import queries
from storage.database import insert, insert_unless_there
from storage.rows import ArchivedArticle, article_record
from storage.tables import (
    AnnouncementRow,
    ArticleRow,
    ChangeRow,
    ListedRow,
    MembershipRow,
    PolicyKeyRow,
    PolicyRow,
    VersionRow,
)


@frozen(kw_only=True)
class Membership:
    """An article's membership in a policy: its relation (``full``, ``excerpt``, ``edition`` …), the number
    of its edition (from 1), the evidence, and who decided it. ``flagged``: needs a person's review."""

    article_id: int
    policy_id: int
    was: int
    at: dt.datetime
    relation: str = ""
    edition: int | None = None
    flagged: bool = False
    evidence: str = ""
    by: str = "rule"


_FIELDS = tuple(each.name for each in fields(Membership))
_MEMBERSHIPS = select(*(MembershipRow.__table__.c[name] for name in _FIELDS))


def save_membership(session: Session, membership: Membership) -> None:
    """Save that an article belongs to a policy, and move it there."""
    insert(
        session,
        MembershipRow,
        article_id=membership.article_id,
        policy_id=membership.policy_id,
        was=membership.was,
        at=membership.at,
        relation=membership.relation,
        edition=membership.edition,
        flagged=membership.flagged,
        evidence=membership.evidence,
        by=membership.by,
    )
    if membership.policy_id != membership.was:
        moved = update(ArticleRow).where(ArticleRow.id == membership.article_id)
        session.execute(moved.values(policy_id=membership.policy_id))


def policies_of(session: Session, articles: Collection[int]) -> dict[int, int]:
    """The policy of each of these articles."""
    rows = session.execute(select(ArticleRow.id, ArticleRow.policy_id).where(ArticleRow.id.in_(articles)))
    return {article: policy for article, policy in rows}  # noqa: C416 - rows are not pairs to mypy


def articles_of(session: Session, policies: Collection[int], limit: int | None = None) -> list[int]:
    """The articles of these policies, by id."""
    query = select(ArticleRow.id).where(ArticleRow.policy_id.in_(policies)).order_by(ArticleRow.id)
    return [*session.scalars(query.limit(limit))]


def current_memberships(
    session: Session, articles: Collection[int], *, as_of: dt.datetime | None = None
) -> dict[int, Membership]:
    """The last membership of each of these articles, as of ``as_of``; articles without one are left
    out."""
    newest = select(func.max(MembershipRow.id)).where(MembershipRow.article_id.in_(articles))
    if as_of is not None:
        newest = newest.where(MembershipRow.at <= as_of)
    return _by_article(session, newest)


def _first(session: Session, articles: Collection[int]) -> dict[int, Membership]:
    """The first membership of each article."""
    return _by_article(
        session, select(func.min(MembershipRow.id)).where(MembershipRow.article_id.in_(articles))
    )


def _by_article(session: Session, ids: Select[int]) -> dict[int, Membership]:
    query = _MEMBERSHIPS.where(MembershipRow.id.in_(ids.group_by(MembershipRow.article_id)))
    return {row.article_id: _membership(row) for row in session.execute(query)}


def membership_history(session: Session, article_id: int) -> list[Membership]:
    """All memberships of an article, the oldest first."""
    query = _MEMBERSHIPS.where(MembershipRow.article_id == article_id).order_by(MembershipRow.id)
    return [_membership(row) for row in session.execute(query)]


def members_at(session: Session, policy_id: int, as_of: dt.datetime | None) -> list[int]:
    """The articles that belonged to a policy at a time, or that belong to it now."""
    if as_of is None:
        return articles_of(session, [policy_id])
    moved = select(MembershipRow.article_id).where(
        (MembershipRow.policy_id == policy_id) | (MembershipRow.was == policy_id)
    )
    query = select(ArticleRow.id).where((ArticleRow.policy_id == policy_id) | ArticleRow.id.in_(moved))
    ever = [*session.scalars(query.order_by(ArticleRow.id))]
    latest, first = current_memberships(session, ever, as_of=as_of), _first(session, ever)
    then = {
        article: latest[article].policy_id if article in latest else first[article].was
        for article in ever
        if article in first
    }
    return [article for article in ever if then.get(article, policy_id) == policy_id]


def _membership(row: Row[Any]) -> Membership:
    return Membership(**dict(zip(_FIELDS, row, strict=True)))


# ------------------------------------------------------------------ policies


def root(session: Session, policy_id: int) -> int:
    """The id of the policy, or of the one it was merged into."""
    return session.scalar(select(PolicyRow.merged_into).where(PolicyRow.id == policy_id)) or policy_id


def roots(session: Session, policies: Collection[int]) -> Mapping[int, int]:
    """The same for several policies."""
    rows = session.execute(select(PolicyRow.id, PolicyRow.merged_into).where(PolicyRow.id.in_(policies)))
    return {policy: into or policy for policy, into in rows}


def family(session: Session, policy_id: int) -> list[int]:
    """A policy's id and those of the policies merged into it."""
    query = select(PolicyRow.id).where(PolicyRow.merged_into == policy_id)
    return [policy_id, *session.scalars(query.order_by(PolicyRow.id))]


def successors(session: Session, policy_id: int) -> list[int]:
    """The policies that articles of this one, or of one merged into it, were split off into."""
    ours = family(session, policy_id)
    left = (
        select(ArticleRow.policy_id)
        .join(MembershipRow, MembershipRow.article_id == ArticleRow.id)
        .where(MembershipRow.was.in_(ours), ArticleRow.policy_id.not_in(ours))
    )
    return [*session.scalars(left.distinct().order_by(ArticleRow.policy_id))]


def add_policy(session: Session, title: str, first_seen: dt.datetime) -> int:
    """Add a policy; returns its id."""
    number: int = insert(session, PolicyRow, title=title, first_seen=first_seen)
    return number


def mark_merged(session: Session, policy_id: int, into: int, at: dt.datetime) -> None:
    """Mark a policy without articles as merged into another, with its keys."""
    led = (PolicyRow.id == policy_id) | (PolicyRow.merged_into == policy_id)
    session.execute(update(PolicyRow).where(led).values(merged_into=into))
    session.execute(update(PolicyRow).where(PolicyRow.id == policy_id).values(merged_at=at))
    session.execute(update(PolicyKeyRow).where(PolicyKeyRow.policy_id == policy_id).values(policy_id=into))
    born = select(func.min(PolicyRow.first_seen)).where(PolicyRow.id.in_([policy_id, into]))
    first = session.scalars(born).one()
    session.execute(update(PolicyRow).where(PolicyRow.id == into).values(first_seen=first))


_GIVE = (
    update(PolicyKeyRow)
    .where(
        PolicyKeyRow.key.in_(bindparam("keys", expanding=True)), PolicyKeyRow.policy_id == bindparam("was")
    )
    .values(policy_id=bindparam("now"))
)


def transfer_keys(session: Session, keys: Sequence[str], was: int, now: int) -> None:
    """Transfer keys of a policy to the policy that their articles moved to."""
    if keys:
        session.execute(_GIVE, {"keys": list(keys), "was": was, "now": now})


def withdraw_number_keys(session: Session, policy_id: int, besides: Collection[str]) -> None:
    """Delete a policy's keys by number except these: an earlier release may have made others."""
    numbered = PolicyKeyRow.key.startswith("doc:") & (PolicyKeyRow.policy_id == policy_id)
    session.execute(delete(PolicyKeyRow).where(numbered, PolicyKeyRow.key.not_in(besides)))


def add_keys(session: Session, policy_id: int, keys: Collection[str]) -> None:
    """Add keys to a policy; a key that another policy has stays with that one."""
    for key in keys:
        insert_unless_there(session, PolicyKeyRow, key=key, policy_id=policy_id)


# ------------------------------------------------------------------ announcements


def announcements_of(session: Session, policies: Collection[int]) -> list[Announcement]:
    """The announcements of these policies, in the order in which they were made."""
    query = select(AnnouncementRow).where(AnnouncementRow.policy_id.in_(policies))
    return [
        _announcement(row)
        for row in session.scalars(query.order_by(AnnouncementRow.at, AnnouncementRow.policy_id))
    ]


def announcement(session: Session, policy_id: int) -> Announcement | None:
    """The announcement of a policy or of one that was merged into it: the first that is final, else that of
    the policy."""
    rows = announcements_of(session, family(session, policy_id))
    own = (row for row in rows if row.policy_id == policy_id)
    return next((row for row in rows if row.final), next(own, next(iter(rows), None)))


def announced_as(session: Session, policy_id: int) -> frozenset[int]:
    """The policies as which this one, or one merged into it, was announced."""
    rows = announcements_of(session, family(session, policy_id))
    return frozenset(row.announced_as for row in rows if row.how != "none" and row.announced_as is not None)


def sent_as(session: Session, policy_id: int) -> frozenset[int]:
    """The policies as which this one may have been sent, also as an older one."""
    rows = announcements_of(session, family(session, policy_id))
    return frozenset({policy_id, *(row.announced_as for row in rows if row.announced_as is not None)})


def save_announcement(session: Session, announcement: Announcement) -> None:
    """Save the announcement of a policy, in place of an earlier one."""
    session.execute(delete(AnnouncementRow).where(AnnouncementRow.policy_id == announcement.policy_id))
    insert(session, AnnouncementRow, **asdict(announcement))


def _announcement(row: AnnouncementRow) -> Announcement:
    return Announcement(
        policy_id=row.policy_id,
        how=cast("How", row.how),
        reason=cast("Reason", row.reason),
        day=row.day,
        at=row.at,
        announced_as=row.announced_as,
        change_id=row.change_id,
        article_id=row.article_id,
        version=row.version,
    )


def page_dates(session: Session, policy_id: int) -> list[PageDates]:
    """The dates of each article of a policy, of its newest version."""
    written = VersionRow.record[("written", "value")].as_string()
    query = (
        select(ArticleRow.portal, ArticleRow.key, ArticleRow.first_seen, VersionRow.published, written)
        .join(VersionRow, (VersionRow.article_id == ArticleRow.id) & (VersionRow.number == ArticleRow.newest))
        .where(ArticleRow.policy_id == policy_id)
    )
    return [
        PageDates(
            published=published,
            written=dt.date.fromisoformat(day[:10]) if day else None,
            listed=None if published or day else _listed_on(session, portal, key),
            captured=calendar_day(first_seen),
        )
        for portal, key, first_seen, published, day in session.execute(query)
    ]


def _listed_on(session: Session, portal: str, key: str) -> dt.date | None:
    query = select(func.min(ListedRow.listed_on)).where(ListedRow.portal == portal, ListedRow.key == key)
    return session.scalar(query)


def first_seen_silently(session: Session, policy_id: int) -> bool:
    """Whether the run that first archived an article of a policy notifies nobody."""
    articles = select(ArticleRow.id).where(ArticleRow.policy_id == policy_id)
    query = select(ChangeRow.silent).where(ChangeRow.article_id.in_(articles), ChangeRow.kind.in_(_FIRST))
    return bool(session.scalar(query.order_by(ChangeRow.id).limit(1)))


_FIRST = ("new_policy", "source_added")
"""The kinds of the first change of an article."""


# ------------------------------------------------------------------ a policy with all its articles


@frozen(kw_only=True)
class ArticleOfPolicy:
    """An article of a policy and its newest version at the time asked for."""

    article: ArchivedArticle
    version: Version


def articles_of_policy(
    session: Session, policy_id: int, *, as_of: dt.datetime | None = None
) -> list[ArticleOfPolicy]:
    """The articles of a policy by id, each with its newest version at that time."""
    ids = members_at(session, policy_id, as_of)
    rows = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(ids)).order_by(ArticleRow.id))
    articles = {row.id: article_record(row) for row in rows}
    places = newest_version_numbers(session, [*articles], as_of)
    versions = queries.versions_at(session, places.items())
    return [
        ArticleOfPolicy(article=articles[article], version=versions[article, number])
        for article, number in places.items()
    ]


def newest_version_numbers(
    session: Session, articles: list[int], as_of: dt.datetime | None
) -> dict[int, int]:
    """The number of each article's newest version at that time; articles without one are left out."""
    query = select(VersionRow.article_id, func.max(VersionRow.number))
    query = query.where(VersionRow.article_id.in_(articles))
    if as_of is not None:
        query = query.where(VersionRow.at <= as_of)
    rows = session.execute(query.group_by(VersionRow.article_id).order_by(VersionRow.article_id))
    return {article: number for article, number in rows}  # noqa: C416 - rows are not pairs to mypy
