"""policy, why, join, split: a policy with its articles, why they belong to it, and decisions by hand."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ArticleName, InForceOn, Json, KnownAt
from cli.output import _, console, translated
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from pipelines.dedupe.consensus import FieldConsensus, PolicyArticle
    from policy.rules.validity import Coverage, Validity
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
    archived_by: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """Show a policy: its articles, references in both directions, and whether it is in force."""
    from services.archive.archive_shapes import policy_shape
    from services.archive.policy_views import view_policy

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        view = view_policy(
            session,
            number,
            home.owner,
            as_of=archived_by,
            in_force_on=in_force_on,
        )
    console.note_lag(view.lag)
    if as_json:
        console.write_json(policy_shape(view))
    else:
        _print(view)


def _print(view: PolicyView) -> None:
    console.say(console.styled(view.consensus.title, "bold"))
    console.say(console.styled(f"{_('policy {number}', number=view.id)} · {_force(view.validity)}"))
    for line in _other_ids(view):
        console.say(console.styled(line, "dim"))
    if view.validity.state in ("no repeal seen", "unknown"):
        for line in _coverage(view.validity.coverage):
            console.say(console.styled(line, "dim"))
    if view.consensus.votes:
        _print_fields(view.consensus.votes)
    _print_pages(view)
    for ground in view.validity.because:
        policy = f" ({_('policy {number}', number=ground.policy_id)})" if ground.policy_id else ""
        clauses = f" {'、'.join(ground.clauses)}" if ground.clauses else ""
        name = f"{_(ground.ground)}{clauses}: {format_moment(ground.day)}{policy}"
        console.say(console.styled(f"{name}: {ground.sentence}", "dim"))
    _print_citations(_("cites"), view.cites)
    _print_citations(_("cited by"), view.cited_by, by=True)


def _other_ids(view: PolicyView) -> Iterator[str]:
    """The ids of policies merged into it, and of those that articles were split off into."""
    if view.former_ids:
        yield _("merged into it: policies {numbers}", numbers=_articles(view.former_ids))
    if view.successors:
        yield _("split off from it: policies {numbers}", numbers=_articles(view.successors))


def _print_fields(votes: Sequence[FieldConsensus]) -> None:
    table = console.table("", "field", "value", "said by", "others say")
    for vote in votes:
        others = "; ".join(f"{other.value} ({_articles(other.articles)})" for other in vote.others)
        kept = console.styled(vote.kept.value), _articles(vote.kept.articles)
        table.add_row(_(vote.name), *kept, console.styled(others, "yellow"))
    console.say(table)


def _print_pages(view: PolicyView) -> None:
    sources = view.consensus.sources
    heads = ("article", "portal", "published", "#days later", "relation", "of the original", "title")
    table = console.table("", *heads)
    for lag in sources[:_MOST]:
        member, kept = lag.member, view.kept.get(lag.member.article_id)
        marks = _marks(member, view)
        table.add_row(
            str(member.article_id),
            f"{member.article.portal} ({_(member.rank.name.lower())})",
            format_moment(member.published),
            "" if lag.days is None else str(lag.days),
            _relation(member.relation, member.edition),
            translated(str(kept)) if kept else "",
            console.styled(f"{member.article.title.value}{' ← ' if marks else ''}{marks}"),
        )
    console.say(table)
    if len(sources) > _MOST:
        more = _("and {n} more pages (--json shows all)", n=len(sources) - _MOST)
        console.say(console.styled(more, "dim"))


def _relation(relation: str, edition: int | None) -> str:
    number = _("edition {number}", number=edition) if edition else ""
    return _(", ").join(filter(None, [_(relation), number]))


def _marks(member: PolicyArticle, view: PolicyView) -> str:
    several = len(view.consensus.editions) > 1
    marks = {
        _("first seen"): member is view.consensus.first_seen,
        _("in force"): member is view.article_in_force and several,
        _("withdrawn"): member.withdrawn,
    }
    return _(", ").join(mark for mark, holds in marks.items() if holds)


def _force(validity: Validity) -> str:
    """``no repeal seen up to 2026-11-24, since 2024-01-01, until 2028-12-31, 试行``."""
    if validity.seen_until:
        parts = [_("no repeal seen up to {day}", day=validity.seen_until)]
    else:
        parts = [_("{state} on {day}", state=_(validity.state), day=validity.day)]
    parts += [_("since {day}", day=validity.since)] if validity.since else []
    parts += [_("until {day}", day=validity.until)] if validity.until else []
    return _(", ").join([*parts, *([validity.trial] if validity.trial else [])])


def _coverage(coverage: Coverage) -> Iterator[str]:
    """Which portals of the issuers the archive reads."""
    for read in coverage.portals:
        yield _(
            "coverage: {portal} ({organ}), archived since {since}, last read {last_read}",
            portal=read.portal,
            organ=read.organ,
            since=read.since,
            last_read=read.last_read,
        )
    for name in coverage.missing:
        yield _("coverage: no portal of {name} is archived", name=name)
    if not coverage.portals and not coverage.missing:
        yield _("coverage: the issuer is not known")


def _articles(ids: Sequence[int]) -> str:
    shown = ", ".join(map(str, ids[:_MOST]))
    return f"{shown} …" if len(ids) > _MOST else shown


def _print_citations(heading: str, citations: Sequence[Citation], *, by: bool = False) -> None:
    if not citations:
        return
    table = console.table(heading, "kind", "policy", "as", "sentence")
    for citation in citations[:_MOST]:
        table.add_row(
            _(citation.kind),
            str(citation.policy_id) if by else _target(citation),
            console.styled(_named(citation)),
            console.styled(citation.sentence),
        )
    console.say(table)
    if len(citations) > _MOST:
        console.say(console.styled(_("and {n} more (--json shows all)", n=len(citations) - _MOST), "dim"))


def _target(citation: Citation) -> str:
    if not citation.targets:
        return _("open")
    if citation.target:
        return str(citation.target)
    return _("one of {policies}", policies=_articles(citation.targets))


def _named(citation: Citation) -> str:
    return (f"《{citation.title}》" if citation.title else "") + (citation.number or "")


Because = Annotated[
    str, typer.Option("--because", metavar="TEXT", help="The reason; stored with the decision.")
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; defaults to the user name.")
]


@commands.command("why")
def why(ctx: typer.Context, article: ArticleName, as_json: Json = False) -> None:
    """Explain why an article belongs to its policy: related articles and decisions by hand."""
    from services.archive.archive_shapes import membership_shape
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
    console.say(console.styled(view.article.title, "bold"))
    _print_assignment(view)
    if view.links:
        _print_links(view)
    for move in view.history:
        was = _("from policy {number}", number=move.was) + " " if move.was != move.policy_id else ""
        to = _("to policy {number} by {name}", number=move.policy_id, name=move.by)
        line = f"{format_moment(move.at)} {was}{to}: {translated(move.evidence)}"
        console.say(console.styled(line, "dim"))
    for ruling in view.rulings:
        text = "{a} and {b} are one policy" if ruling.same else "{a} and {b} are two policies"
        decision = _(text, a=ruling.a, b=ruling.b)
        by = _("decided by {name}: {reason}", name=ruling.by, reason=ruling.why)
        console.say(console.styled(f"{format_moment(ruling.at)} {decision}, {by}"))


def _print_assignment(view: MembershipView) -> None:
    """The policy of the article and the evidence, as the last move says."""
    move = view.history[-1] if view.history else None
    parts = [_relation(move.relation, move.edition), translated(move.evidence)] if move else []
    reason = _(", ").join(filter(None, parts)) or _("nothing is like it")
    console.say(console.styled(f"{_('policy {number}', number=view.article.policy_id)}: {reason}"))
    if move and move.flagged:
        flag = _("to be looked at: kept apart, though it matches several policies")
        console.say(console.styled(flag, "yellow"))


def _print_links(view: MembershipView) -> None:
    table = console.table("", "article", "policy", "is", "evidence", "title")
    for link in view.links:
        other = view.others[link.other(view.article.id)]
        style = "yellow" if link.conflict else "dim" if link.kind == "different" else ""
        table.add_row(
            str(other.id),
            str(other.policy_id),
            console.styled(_("kept apart") if link.conflict else _(link.kind), style),
            console.styled(translated(link.evidence)),
            console.styled(other.title),
        )
    console.say(table)


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

    with console.staged(_("updating")) as progress:
        link_policies(database, progress)


def _show_assignments(policies: Mapping[int, int], *, as_json: bool) -> None:
    if as_json:
        console.write_json({"policies": policies})
    else:
        moves = policies.items()
        lines = (_("article {article} is of policy {policy}", article=a, policy=p) for a, p in moves)
        console.note(_("; ").join(lines))
