"""policy, why, join, split: a policy with its articles, why they belong to it, and decisions by hand."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ArticleName, InForceOn, Json, KnownAt
from cli.output import console
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from pipelines.dedupe.consensus import FieldConsensus, PolicyArticle
    from policy.rules.validity import Validity
    from services.archive.article_views import MembershipView
    from services.archive.policy_views import PolicyView
    from storage.database import Database
    from storage.policies.citations import Citation

commands = typer.Typer()

_MOST = 12
"""Lines of a kind that fit on a screen."""


@commands.command("policy")
def show_policy(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The policy's number.")],
    known_at: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """Show a policy: its articles, references in both directions, and whether it is in force."""
    from services.archive.article_shapes import policy_shape
    from services.archive.policy_views import view_policy

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        view = view_policy(
            session,
            number,
            home.owner,
            as_of=known_at,
            in_force_on=in_force_on,
        )
    console.note_lag(view.lag)
    if as_json:
        console.write_json(policy_shape(view))
    else:
        _print(view)


def _print(found: PolicyView) -> None:
    console.say(console.styled(found.consensus.title, "bold"))
    console.say(console.styled(f"policy {found.id} · {_force(found.validity)}"))
    if found.consensus.votes:
        _print_fields(found.consensus.votes)
    _print_pages(found)
    for one in found.validity.because:
        said = f" (policy {one.policy_id})" if one.policy_id else ""
        console.say(console.styled(f"{one.ground}: {format_moment(one.day)}{said}: {one.sentence}", "dim"))
    _print_citations("cites", found.cites)
    _print_citations("cited by", found.cited_by, by=True)


def _print_fields(votes: Sequence[FieldConsensus]) -> None:
    table = console.table("", "field", "value", "said by", "others say")
    for vote in votes:
        others = "; ".join(f"{told.value} ({_articles(told.articles)})" for told in vote.others)
        kept = console.styled(vote.kept.value), _articles(vote.kept.articles)
        table.add_row(vote.name, *kept, console.styled(others, "yellow"))
    console.say(table)


def _print_pages(found: PolicyView) -> None:
    sources = found.consensus.sources
    heads = ("article", "portal", "published", "#days later", "relation", "of the original", "title")
    table = console.table("", *heads)
    for lag in sources[:_MOST]:
        member, kept = lag.member, found.kept.get(lag.member.article_id)
        marks = _marks(member, found)
        table.add_row(
            str(member.article_id),
            f"{member.article.portal} ({member.rank.name.lower()})",
            format_moment(member.published),
            "" if lag.days is None else str(lag.days),
            f"{member.relation}, edition {member.edition}" if member.edition else member.relation,
            str(kept) if kept else "",
            console.styled(f"{member.article.title.value}{' ← ' if marks else ''}{marks}"),
        )
    console.say(table)
    if len(sources) > _MOST:
        console.say(console.styled(f"and {len(sources) - _MOST} more pages (--json shows all)", "dim"))


def _marks(member: PolicyArticle, found: PolicyView) -> str:
    several = len(found.consensus.editions) > 1
    told = {
        "first seen": member is found.consensus.first_seen,
        "in force": member is found.article_in_force and several,
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
            one.kind,
            str(one.policy_id) if by else _target(one),
            console.styled(_named(one)),
            console.styled(one.sentence),
        )
    console.say(table)
    if len(found) > _MOST:
        console.say(console.styled(f"and {len(found) - _MOST} more (--json shows all)", "dim"))


def _target(one: Citation) -> str:
    if not one.targets:
        return "open"
    return str(one.target) if one.target else f"one of {_articles(one.targets)}"


def _named(one: Citation) -> str:
    return (f"《{one.title}》" if one.title else "") + (one.number or "")


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
        _print_membership(view)


def _print_membership(view: MembershipView) -> None:
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
        _link_first(database)
        with database.write() as session:
            policies = join_policies(session, article, other, by=by or getpass.getuser(), why=because, at=now)
    _show_assignments(policies, as_json=as_json)


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
        _link_first(database)
        with database.write() as session:
            policies = split_policy(session, article, by=by or getpass.getuser(), why=because, at=now)
    _show_assignments(policies, as_json=as_json)


def _link_first(database: Database) -> None:
    """Decide about policies as they are now."""
    from services.consumers import link_policies

    with console.staged("updating") as progress:
        link_policies(database, progress)


def _show_assignments(policies: Mapping[int, int], *, as_json: bool) -> None:
    if as_json:
        console.write_json({"policies": policies})
    else:
        lines = (f"article {article} is of policy {policy}" for article, policy in policies.items())
        console.note("; ".join(lines))
