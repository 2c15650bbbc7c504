"""clause: one clause of an article through all its versions, or of a policy through its editions, by an
address that survives renumbering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import InForceOn, Json, KnownAt
from cli.output import console
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from rich.text import Text

    from pipelines.diff.lineage import Traced
    from services.archive.clause_history import ClauseStage

commands = typer.Typer()

_BEGINS = 50


@commands.command("clause")
def clause(
    ctx: typer.Context,
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE[#CLAUSE]",
            help="A clause by id or label; policy/7#… follows a policy's editions.",
        ),
    ],
    known_at: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """Show one clause in every version; without #CLAUSE, list the clauses of the newest version."""
    from services.archive.article_shapes import clause_history_shape, clauses_shape
    from services.archive.clause_history import clause_history

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        history = clause_history(
            session,
            article,
            home.owner,
            as_of=known_at.date() if known_at else None,
            in_force_on=in_force_on.date() if in_force_on else None,
        )
    console.note_lag(history.lag)
    if as_json:
        shape = clause_history_shape(history) if history.stages else clauses_shape(history.clauses)
        console.write_json(shape)
    elif history.stages:
        _print(history.stages)
    else:
        _list(history.clauses)


def _list(clauses: Sequence[Traced]) -> None:
    table = console.table("", "id", "clause", "begins")
    for clause in clauses:
        begins = " ".join(clause.text.split())
        table.add_row(
            clause.id,
            console.styled(clause.label),
            console.styled(begins if len(begins) <= _BEGINS else f"{begins[:_BEGINS]}…"),
        )
    console.say(table)


def _print(stages: Sequence[ClauseStage]) -> None:
    """Each version in which it became another, with what changed in it."""
    before: Traced | None = None
    for stage in stages:
        now = stage.clause
        if before and now and (now.label, now.text) == (before.label, before.text):
            continue
        if before is None and now is None:
            continue
        since = f", in force since {stage.since}" if stage.since else ""
        head = f"{stage.name} ({format_moment(stage.version.at)}{since})  "
        console.say(console.styled(f"{head}{f'{now.label}  {now.id}' if now else 'not there'}", "bold"))
        if now:
            console.say(_text(before, now))
        before = now


def _text(before: Traced | None, now: Traced) -> Text:
    from pipelines.diff.text_diff import diff_parts

    shown = console.styled("")
    for part in diff_parts(before.text if before else now.text, now.text):
        style = {"added": "green", "removed": "red strike", "same": ""}[part.kind]
        text = {"added": f"{{+{part.text}+}}", "removed": f"[-{part.text}-]"}.get(part.kind, part.text)
        shown.append(text, style)
    return shown
