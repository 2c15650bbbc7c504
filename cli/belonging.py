"""why, join, split: why an article is of its policy, and what a person decides instead."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.orm import Session

import console
from cli.app import Json, app
from cli.home import Home
from cli.named import Named, find_article
from crawler import clock
from pipelines.consumers import linking
from pipelines.consumers.regrouping import regroup
from policy.errors import ArchiveError
from policy.records.saves import Link, Ruling
from storage import queries
from storage.policies import article_links, memberships
from storage.policies.memberships import Membership
from storage.rows import ArchivedArticle

MOST_PAIRS = 20_000
"""Pairs of articles that one decision may be about."""

Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why; it is kept with the decision.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; else the user's name.")]


connections = typer.Typer(help="What articles are to each other.", no_args_is_help=True)
app.add_typer(connections, name="connections")


@app.command()
def why(ctx: typer.Context, article: Named, as_json: Json = False) -> None:
    """Why an article is of its policy: what it is to others, and what was decided by hand."""
    home: Home = ctx.obj
    with home.database() as database:
        linking.follow(database)
        with database.read() as session:
            known = find_article(session, article)
            told = memberships.membership_history(session, known.id)
            near = sorted(article_links.links_of(session, [known.id]), key=_telling)
            others = queries.articles(session, [link.other(known.id) for link in near])
            rulings = article_links.rulings_of(session, [known.id])
    if as_json:
        console.write_json(
            {
                "article_id": known.id,
                "policy_id": known.policy_id,
                "history": [console.plain(one) for one in told],
                "links": [_link_shape(link, known, others) for link in near],
                "rulings": [console.plain(one) for one in rulings],
            }
        )
    else:
        _print(known, told, near, others, rulings)


def _telling(link: Link) -> tuple[bool, int, float]:
    return (link.kind == "different", -link.strength, -link.containment)


def _link_shape(link: Link, known: ArchivedArticle, others: dict[int, ArchivedArticle]) -> dict[str, Any]:
    other = others[link.other(known.id)]
    return console.plain(link) | {"other": other.id, "policy_id": other.policy_id, "url": other.url}


def _print(
    known: ArchivedArticle,
    told: Sequence[Membership],
    near: Sequence[Link],
    others: dict[int, ArchivedArticle],
    rulings: Sequence[Ruling],
) -> None:
    console.say(Text(known.title, style="bold"))
    said = told[-1] if told else None
    parts = [said.relation, f"edition {said.edition}" if said.edition else "", said.evidence] if said else []
    console.say(Text(f"policy {known.policy_id}: {', '.join(filter(None, parts)) or 'nothing is like it'}"))
    if said and said.flagged:
        console.say(Text("to be looked at: kept apart, though it matches several policies", "yellow"))
    table = console.table("", "article", "policy", "is", "evidence", "title")
    for link in near:
        other = others[link.other(known.id)]
        style = "yellow" if link.conflict else "dim" if link.kind == "different" else ""
        kept = "kept apart" if link.conflict else link.kind
        evidence = Text(link.evidence)
        table.add_row(str(other.id), str(other.policy_id), Text(kept, style), evidence, Text(other.title))
    if near:
        console.say(table)
    for one in told:
        moved = f"from policy {one.was} " if one.was != one.policy_id else ""
        console.say(
            Text(
                f"{console.moment(one.at)} {moved}to policy {one.policy_id} by {one.by}: {one.evidence}",
                "dim",
            )
        )
    for ruling in rulings:
        decided = "one policy" if ruling.same else "two policies"
        pair = f"{ruling.a} and {ruling.b}"
        console.say(Text(f"{console.moment(ruling.at)} {pair} are {decided}, says {ruling.by}: {ruling.why}"))


@connections.command("rebuild")
def rebuild(ctx: typer.Context) -> None:
    """Compare every article anew with all others."""
    home: Home = ctx.obj
    with home.database() as database, console.counted("comparing") as progress:
        compared = linking.rebuild(database, progress)
    console.note(f"{compared} articles compared")


# ------------------------------------------------------------------ by hand


@app.command()
def join(
    ctx: typer.Context, article: Named, other: Named, because: Because, by: By = None, as_json: Json = False
) -> None:
    """Make the policies of two articles one; the decision stays, whatever the words say later."""
    home: Home = ctx.obj
    now = clock.now()
    with home.database() as database:
        linking.follow(database)
        with database.write() as session:
            one, two = find_article(session, article), find_article(session, other)
            if one.policy_id == two.policy_id:
                raise ArchiveError(f"both articles are of policy {one.policy_id} already")
            ours, theirs = (memberships.articles_of(session, [each.policy_id]) for each in (one, two))
            _decide(session, [*product(ours, theirs)], same=True, by=by, why=because, at=now)
            policies = memberships.policies_of(session, [one.id, two.id])
    _say(policies, as_json=as_json)


@app.command()
def split(ctx: typer.Context, article: Named, because: Because, by: By = None, as_json: Json = False) -> None:
    """Take an article out of its policy; it is one of its own from then on, whatever its words say."""
    home: Home = ctx.obj
    now = clock.now()
    with home.database() as database:
        linking.follow(database)
        with database.write() as session:
            known = find_article(session, article)
            mates = [one for one in memberships.articles_of(session, [known.policy_id]) if one != known.id]
            if not mates:
                raise ArchiveError(f"article {known.id} is the only one of policy {known.policy_id}")
            _decide(session, [(known.id, one) for one in mates], same=False, by=by, why=because, at=now)
            policies = memberships.policies_of(session, [known.id, mates[0]])
    _say(policies, as_json=as_json)


def _decide(
    session: Session,
    pairs: Sequence[tuple[int, int]],
    *,
    same: bool,
    by: str | None,
    why: str,
    at: dt.datetime,
) -> None:
    """Put down the decision of every pair, and group anew all that it bears on."""
    if len(pairs) > MOST_PAIRS:
        raise ArchiveError(f"that decides {len(pairs)} pairs of articles, at most {MOST_PAIRS}")
    name = by or getpass.getuser()
    for a, b in pairs:
        article_links.add_ruling(session, Ruling(a=a, b=b, same=same, by=name, why=why, at=at))
    regroup(session, {end for pair in pairs for end in pair}, at=at, by=name)


def _say(policies: dict[int, int], *, as_json: bool) -> None:
    if as_json:
        console.write_json({"policies": policies})
    else:
        console.note("; ".join(f"article {one} is of policy {policy}" for one, policy in policies.items()))
