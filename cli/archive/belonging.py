"""why, join, split: why an article is of its policy, and what a person decides instead."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ArticleName, Json
from cli.output import console
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from services.archive.article_views import MembershipView
    from storage.database import Database

commands = typer.Typer()

Because = Annotated[
    str, typer.Option("--because", metavar="TEXT", help="The reason; stored with the decision.")
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; defaults to the user name.")
]


@commands.command("why")
def why(ctx: typer.Context, article: ArticleName, as_json: Json = False) -> None:
    """Explain why an article belongs to its policy: related articles and decisions by hand."""
    from services.archive.article_shapes import membership_shape
    from services.archive.article_views import view_membership

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        view = view_membership(session, article)
    console.note_lag(view.lag)
    if as_json:
        console.write_json(membership_shape(view))
    else:
        _print(view)


def _print(view: MembershipView) -> None:
    known, told = view.known, view.history
    console.say(console.styled(known.title, "bold"))
    said = told[-1] if told else None
    parts = [said.relation, f"edition {said.edition}" if said.edition else "", said.evidence] if said else []
    console.say(
        console.styled(f"policy {known.policy_id}: {', '.join(filter(None, parts)) or 'nothing is like it'}")
    )
    if said and said.flagged:
        console.say(
            console.styled("to be looked at: kept apart, though it matches several policies", "yellow")
        )
    table = console.table("", "article", "policy", "is", "evidence", "title")
    for link in view.links:
        other = view.others[link.other(known.id)]
        style = "yellow" if link.conflict else "dim" if link.kind == "different" else ""
        kept = "kept apart" if link.conflict else link.kind
        evidence = console.styled(link.evidence)
        table.add_row(
            str(other.id),
            str(other.policy_id),
            console.styled(kept, style),
            evidence,
            console.styled(other.title),
        )
    if view.links:
        console.say(table)
    for one in told:
        moved = f"from policy {one.was} " if one.was != one.policy_id else ""
        console.say(
            console.styled(
                f"{format_moment(one.at)} {moved}to policy {one.policy_id} by {one.by}: {one.evidence}",
                "dim",
            )
        )
    for ruling in view.rulings:
        decided = "one policy" if ruling.same else "two policies"
        pair = f"{ruling.a} and {ruling.b}"
        console.say(
            console.styled(f"{format_moment(ruling.at)} {pair} are {decided}, says {ruling.by}: {ruling.why}")
        )


# ------------------------------------------------------------------ rulings


@commands.command("join")
def join(
    ctx: typer.Context,
    article: ArticleName,
    other: ArticleName,
    because: Because,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Join the policies of two articles. The decision overrides later automatic grouping."""
    from crawler.run_context import utc_now
    from services.archive.policy_views import join_policies

    home: ArchiveHome = ctx.obj
    now = utc_now()
    with home.database() as database:
        _link(database)
        with database.write() as session:
            policies = join_policies(session, article, other, by=by or getpass.getuser(), why=because, at=now)
    _show(policies, as_json=as_json)


@commands.command("split")
def split(
    ctx: typer.Context, article: ArticleName, because: Because, by: By = None, as_json: Json = False
) -> None:
    """Split an article off its policy. The decision overrides later automatic grouping."""
    from crawler.run_context import utc_now
    from services.archive.policy_views import split_policy

    home: ArchiveHome = ctx.obj
    now = utc_now()
    with home.database() as database:
        _link(database)
        with database.write() as session:
            policies = split_policy(session, article, by=by or getpass.getuser(), why=because, at=now)
    _show(policies, as_json=as_json)


def _link(database: Database) -> None:
    """Decide about policies as they are now."""
    from services.consumers import link_policies

    with console.staged("updating") as progress:
        link_policies(database, progress)


def _show(policies: Mapping[int, int], *, as_json: bool) -> None:
    if as_json:
        console.write_json({"policies": policies})
    else:
        lines = (f"article {article} is of policy {policy}" for article, policy in policies.items())
        console.note("; ".join(lines))
