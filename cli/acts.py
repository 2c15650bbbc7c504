"""A policy as the commands draw it: of the archive of today, or of what it knew on a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.home import Home
from pipelines.comparable import load
from pipelines.portrait import Member, Portrait, portrait, rank_of
from policy.dates import SHANGHAI, calendar_day
from policy.errors import ArchiveError
from storage import compared, memberships, policies

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


def drawn(session: Session, home: Home, number: int, moment: dt.datetime | None) -> Portrait:
    """The policy of this number, as it was known at that time; raises ArchiveError where there was none."""
    members = _members(session, home, number, moment)
    if not members:
        day = f" on {calendar_day(moment)}" if moment else ""
        raise ArchiveError(
            f"policy {number}: no such policy{day} (`polarchive show ARTICLE` names an article's)"
        )
    return portrait(members)


def _members(session: Session, home: Home, number: int, moment: dt.datetime | None) -> list[Member]:
    owners = home.owners
    printed = policies.printed(session, number, known_at=moment)
    told = memberships.current(session, [one.known.id for one in printed])
    stored = compared.facts_of(session, [one.known.id for one in printed])
    facts = {article: load(one).member for article, one in stored.items()}
    return [
        Member(
            article_id=one.known.id,
            version=one.version.number,
            article=one.version.article,
            first_seen=one.known.first_seen,
            rank=rank_of(one.version.article, owners.get(one.known.portal)),
            relation=told[one.known.id].relation if one.known.id in told else "",
            edition=told[one.known.id].edition if one.known.id in told else None,
            draft=one.known.id in facts and facts[one.known.id].draft,
            revised=facts[one.known.id].revised if one.known.id in facts else None,
            withdrawn=one.known.withdrawn_at is not None,
        )
        for one in printed
    ]
