"""policy: one act with all its pages, what it cites, what cites it, and whether it is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from attrs import frozen
from rich.text import Text
from sqlalchemy.orm import Session

import console
from cli.acts import InForceOn, KnownAt, drawn, end_of
from cli.app import Json, app
from cli.home import Home
from pipelines.consumers import linking
from pipelines.dedupe.consensus import Consensus, FieldConsensus, PolicyArticle
from pipelines.diff.comparison import Fidelity, fidelity
from policy.documents.dates import SHANGHAI, calendar_day
from policy.rules.validity import Repeal, Validity, validity
from storage import queries
from storage.policies import citations, memberships
from storage.policies.citations import Citation

_MOST = 12
"""Lines of a kind that fit on a screen."""
_MOST_COMPARED = 40
"""Reprints that are compared with the original, clause by clause."""


@frozen(kw_only=True)
class Seen:
    """All that is shown of a policy."""

    id: int
    portrait: Consensus
    read: PolicyArticle
    """The article whose words are those of the day."""
    kept: Mapping[int, Fidelity]
    """What reprints keep of the article to read of their edition, by article."""
    standing: Validity
    cites: Sequence[Citation]
    cited_by: Sequence[Citation]


@app.command("policy")
def show_policy(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The policy's number.")],
    known_at: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """A policy with its pages, what it cites and what cites it, and its force with the evidence."""
    home: Home = ctx.obj
    with home.database() as database:
        linking.follow(database)
        with database.read() as session:
            found = _seen(session, home, number, known_at, in_force_on)
    if as_json:
        console.write_json(_shape(found))
    else:
        _print(found)


def _seen(
    session: Session, home: Home, number: int, known_at: dt.datetime | None, in_force_on: dt.datetime | None
) -> Seen:
    moment = end_of(known_at) if known_at else None
    number = number if known_at else memberships.root(session, number)
    whole = drawn(session, home, number, moment)
    cited_by = citations.citing(session, number, known_at=moment)
    day = (in_force_on or dt.datetime.now(SHANGHAI)).date()
    read = whole.on(day)
    return Seen(
        id=number,
        portrait=whole,
        read=read,
        kept=_kept(whole),
        standing=validity(
            read.article, _repeals(session, cited_by), day=day, seen=calendar_day(read.first_seen)
        ),
        cites=citations.cited_in(session, [read.article_id], known_at=moment),
        cited_by=cited_by,
    )


def _kept(whole: Consensus) -> dict[int, Fidelity]:
    """Of so many pages as are worth the time."""
    best = {each.edition or 1: each for each in whole.editions}
    reprints = [lag.member for lag in whole.sources if lag.member not in whole.editions]
    return {
        each.article_id: fidelity(best[each.edition or 1].article, each.article)
        for each in reprints[:_MOST_COMPARED]
    }


def _repeals(session: Session, cited_by: Sequence[Citation]) -> list[Repeal]:
    repealing = {one.article_id: one for one in cited_by if one.kind == "repeals"}
    return [
        Repeal(
            policy_id=one.policy_id,
            article_id=one.article_id,
            sentence=one.sentence,
            effective=article.effective.value if article.effective else None,
            published=calendar_day(article.published.value) if article.published else None,
        )
        for one in repealing.values()
        if (version := queries.version(session, one.article_id)) and (article := version.article)
    ]


# ------------------------------------------------------------------ shown


def _print(found: Seen) -> None:
    console.say(Text(found.portrait.title, style="bold"))
    console.say(Text(f"policy {found.id} · {_force(found.standing)}"))
    if found.portrait.votes:
        _print_fields(found.portrait.votes)
    _print_pages(found)
    for one in found.standing.because:
        said = f" (policy {one.policy_id})" if one.policy_id else ""
        console.say(Text(f"{one.ground}: {console.moment(one.day)}{said}: {one.sentence}", style="dim"))
    _print_citations("cites", found.cites)
    _print_citations("cited by", found.cited_by, by=True)


def _print_fields(votes: Sequence[FieldConsensus]) -> None:
    table = console.table("", "field", "value", "said by", "others say")
    for vote in votes:
        others = "; ".join(f"{told.value} ({_articles(told.articles)})" for told in vote.others)
        kept = Text(vote.kept.value), _articles(vote.kept.articles)
        table.add_row(vote.name, *kept, Text(others, "yellow"))
    console.say(table)


def _print_pages(found: Seen) -> None:
    sources = found.portrait.sources
    heads = ("article", "portal", "published", "#days later", "relation", "of the original", "title")
    table = console.table("", *heads)
    for lag in sources[:_MOST]:
        member, kept = lag.member, found.kept.get(lag.member.article_id)
        marks = _marks(member, found)
        table.add_row(
            str(member.article_id),
            f"{member.article.portal} ({member.rank.name.lower()})",
            console.moment(member.published),
            "" if lag.days is None else str(lag.days),
            f"{member.relation}, edition {member.edition}" if member.edition else member.relation,
            str(kept) if kept else "",
            Text(f"{member.article.title.value}{' ← ' if marks else ''}{marks}"),
        )
    console.say(table)
    if len(sources) > _MOST:
        console.say(Text(f"and {len(sources) - _MOST} more pages (--json shows all)", style="dim"))


def _marks(member: PolicyArticle, found: Seen) -> str:
    several = len(found.portrait.editions) > 1
    told = {
        "first seen": member is found.portrait.first_seen,
        "in force": member is found.read and several,
        "withdrawn": member.withdrawn,
    }
    return ", ".join(mark for mark, holds in told.items() if holds)


def _force(found: Validity) -> str:
    """``in force on 2026-11-24, since 2024-01-01, until 2028-12-31, 试行``."""
    parts = [f"{found.state} on {found.day}"]
    parts += [f"since {found.since}"] if found.since else []
    parts += [f"until {found.until}"] if found.until else []
    return ", ".join([*parts, *([found.trial] if found.trial else [])])


def _articles(ids: Sequence[int]) -> str:
    shown = ", ".join(map(str, ids[:_MOST]))
    return f"{shown} …" if len(ids) > _MOST else shown


def _print_citations(heading: str, found: Sequence[Citation], *, by: bool = False) -> None:
    if not found:
        return
    table = console.table(heading, "kind", "policy", "as", "sentence")
    for one in found[:_MOST]:
        table.add_row(
            one.kind, str(one.policy_id) if by else _target(one), Text(_named(one)), Text(one.sentence)
        )
    console.say(table)
    if len(found) > _MOST:
        console.say(Text(f"and {len(found) - _MOST} more (--json shows all)", style="dim"))


def _target(one: Citation) -> str:
    if not one.targets:
        return "open"
    return str(one.target) if one.target else f"one of {_articles(one.targets)}"


def _named(one: Citation) -> str:
    return (f"《{one.title}》" if one.title else "") + (one.number or "")


def _shape(found: Seen) -> dict[str, Any]:
    whole = found.portrait
    return {
        "policy_id": found.id,
        "title": whole.title,
        "fields": {
            vote.name: {"value": vote.kept.value, "articles": vote.kept.articles, "others": vote.others}
            for vote in whole.votes
        },
        "complete": whole.complete,
        "missing": whole.missing,
        "best": whole.best.article_id,
        "in_force": found.read.article_id,
        "first_seen": {"article_id": whole.first_seen.article_id, "at": whole.first_seen.first_seen},
        "articles": [
            {
                "article_id": lag.member.article_id,
                "version": lag.member.version,
                "portal": lag.member.article.portal,
                "url": lag.member.article.url,
                "title": lag.member.article.title.value,
                "published": lag.member.published,
                "days_later": lag.days,
                "rank": lag.member.rank.name.lower(),
                "relation": lag.member.relation,
                "edition": lag.member.edition,
                "kept": found.kept.get(lag.member.article_id),
                "withdrawn": lag.member.withdrawn,
            }
            for lag in whole.sources
        ],
        "force": console.plain(found.standing),
        "cites": [_citation_shape(one) for one in found.cites],
        "cited_by": [_citation_shape(one) for one in found.cited_by],
    }


def _citation_shape(one: Citation) -> dict[str, Any]:
    return console.plain(one) | {"target": one.target}
