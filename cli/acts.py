"""A policy as the commands draw it: of the archive of today, or of what it knew on a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.home import Home
from pipelines.dedupe.comparison_profile import comparison_profile
from pipelines.dedupe.consensus import Consensus, PolicyArticle, consensus, rank_of
from pipelines.dedupe.grouping import member
from policy.documents.dates import SHANGHAI, calendar_day
from policy.errors import ArchiveError
from storage.policies import memberships
from storage.policies.memberships import ArticleOfPolicy, Membership

_DAY = ["%Y-%m-%d"]

KnownAt = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="As the archive knew it at the end of that day."),
]
InForceOn = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="Whether it was in force on that day; else today."),
]


def end_of(day: dt.datetime) -> dt.datetime:
    """The last moment of a day in China."""
    return dt.datetime.combine(day.date(), dt.time.max, tzinfo=SHANGHAI)


def drawn(session: Session, home: Home, number: int, moment: dt.datetime | None) -> Consensus:
    """The policy of this number, as it was known at that time; raises ArchiveError where there was none."""
    members = _members(session, home, number, moment)
    if not members:
        day = f" on {calendar_day(moment)}" if moment else ""
        raise ArchiveError(
            f"policy {number}: no such policy{day} (`polarchive show ARTICLE` names an article's)"
        )
    return consensus(members)


def _members(session: Session, home: Home, number: int, moment: dt.datetime | None) -> list[PolicyArticle]:
    printed = memberships.articles_of_policy(session, number, known_at=moment)
    told = memberships.current_memberships(session, [one.known.id for one in printed], known_at=moment)
    owners = home.owners
    return [_member(one, told.get(one.known.id), owners.get(one.known.portal)) for one in printed]


def _member(printed: ArticleOfPolicy, told: Membership | None, owner: str | None) -> PolicyArticle:
    article, asked = printed.version.article, member(comparison_profile(printed.version.article))
    return PolicyArticle(
        article_id=printed.known.id,
        version=printed.version.number,
        article=article,
        first_seen=printed.known.first_seen,
        rank=rank_of(article, owner),
        relation=told.relation if told else "",
        edition=told.edition if told else None,
        draft=asked.draft,
        revised=asked.revised,
        withdrawn=printed.known.withdrawn_at is not None,
    )
