"""One article: a version of it with what is known of the page, its versions, and why it is of its policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from attrs import frozen
from sqlalchemy.orm import Session

from policy.errors import ArchiveError
from policy.records import Change, Version
from policy.records.saves import Link, Ruling
from policy.rules.identity import Alias
from services.archive.lookup import find_article, find_version
from services.archive.policy_views import end_of
from services.consumer_lag import ConsumerLag, linking_lag
from storage import queries
from storage.articles import availability
from storage.policies import article_links, memberships
from storage.policies.memberships import Membership
from storage.rows import ArchivedArticle


@frozen(kw_only=True)
class ArticleView:
    """A version of an article, with what is known of its page."""

    article: ArchivedArticle
    version: Version
    aliases: Sequence[Alias]


@frozen(kw_only=True)
class ArticleHistory:
    """All versions of an article; ``kinds`` says by which change each came, ``moves`` where its page was."""

    versions: Sequence[Version]
    kinds: Mapping[int, str]
    moves: Sequence[Change]


@frozen(kw_only=True)
class MembershipView:
    """Why an article is of its policy: what was put down of it, what it is to ``others``, what was ruled."""

    article: ArchivedArticle
    history: Sequence[Membership]
    links: Sequence[Link]
    others: Mapping[int, ArchivedArticle]
    rulings: Sequence[Ruling]
    lag: ConsumerLag


def view_article(
    session: Session, name: str, version: int | None = None, as_of: dt.date | None = None
) -> ArticleView:
    """The article at a version, by default the newest, or the newest of a day; raises ArchiveError."""
    known = find_article(session, name)
    if as_of is not None:
        version = memberships.newest_version_numbers(session, [known.id], end_of(as_of)).get(known.id)
        if version is None:
            raise ArchiveError(f"article {known.id} was not in the archive on {as_of}")
    aliases = availability.aliases(session, known.id)
    return ArticleView(article=known, version=find_version(session, known, version), aliases=aliases)


def article_history(session: Session, name: str) -> ArticleHistory:
    """All versions of an article, the first first; raises ArchiveError."""
    known = find_article(session, name)
    return ArticleHistory(
        versions=queries.versions(session, known.id),
        kinds=queries.change_kinds(session, known.id),
        moves=queries.availability_changes(session, known.id),
    )


def view_membership(session: Session, name: str) -> MembershipView:
    """Why the article of this name is of its policy; the most telling links first. Raises ArchiveError."""
    known = find_article(session, name)
    near = sorted(article_links.links_of(session, [known.id]), key=_least_telling)
    return MembershipView(
        article=known,
        history=memberships.membership_history(session, known.id),
        links=near,
        others=queries.articles(session, [link.other(known.id) for link in near]),
        rulings=article_links.rulings_of(session, [known.id]),
        lag=linking_lag(session),
    )


def _least_telling(link: Link) -> tuple[bool, int, float]:
    return (link.kind == "different", -link.strength, -link.containment)
