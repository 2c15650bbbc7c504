"""diff, clause: what changed between two texts, and one clause through all versions or editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import InForceOn, Json, KnownAt
from cli.output import _, console
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from rich.text import Text

    from pipelines.diff.comparison import ClauseChange
    from pipelines.diff.lineage import Traced
    from pipelines.diff.text_diff import LineChange
    from services.archive.clause_history import ClauseStage
    from services.archive.comparison import TextComparison

commands = typer.Typer()

Compared = Annotated[
    str,
    typer.Argument(metavar="ARTICLE", help="An article: number, portal/key or URL; append @2 for version 2."),
]
Second = Annotated[
    str | None,
    typer.Argument(
        metavar="OTHER|A", help="Another article or, with B, a version number.", show_default=False
    ),
]
Third = Annotated[
    int | None, typer.Argument(metavar="B", help="The version to compare A with.", min=1, show_default=False)
]

_STYLES = {"added": "green", "removed": "red strike", "same": ""}
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "renumbered": "="}
_GRADES = {"substantive": "bold yellow", "cosmetic": "dim"}
_REASONS = 4
_AROUND = 30
"""Characters of what is the same that are shown on each side of a difference."""


@commands.command("diff")
def show_diff(
    ctx: typer.Context,
    article: Compared,
    a: Second = None,
    b: Third = None,
    only: Annotated[
        Literal["substantive", "cosmetic"] | None, typer.Option(help="Only changes of this grade.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a page with both texts side by side.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare two versions or two articles clause by clause.

    Between the last two versions of ARTICLE, its versions A and B, or ARTICLE and another one.
    """
    from services.archive.archive_shapes import comparison_shape
    from services.archive.comparison import compare_versions, redline, versions_to_compare

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        old, new = versions_to_compare(session, article, a, b)
    names = home.names
    compared = compare_versions(old, new, lambda slug: names.get(slug, slug), only)
    if html is not None:
        html.write_text(redline(compared), "utf-8", "replace")
    if as_json:
        console.write_json(comparison_shape(compared))
    elif html is None:
        _print(compared)


def _print(compared: TextComparison) -> None:
    console.say(_header(compared))
    for field in compared.fields:
        console.say(_assembled(f"{_(field.name)}: ", *_from_to(field.old, field.new)))
    for run in _runs(compared.shown):
        console.say(_renumbered(run) if len(run) > 1 else _change(run[0]))
    changes = compared.clauses.changes
    kinds = [f"{sum(change.kind == kind for change in changes)} {_(kind)}" for kind in _SIGNS]
    text = _(
        "{fields} fields, {clauses} clauses ({kinds}), {substantive} substantive",
        fields=len(compared.fields),
        clauses=len(changes),
        kinds=_(", ").join(kinds),
        substantive=sum(change.grade == "substantive" for change in changes),
    )
    console.say(text)


def _header(compared: TextComparison) -> Text:
    if compared.old.version.article_id == compared.new.version.article_id:
        times = [
            f"{side.version.number} ({format_moment(side.version.at)})"
            for side in (compared.old, compared.new)
        ]
        header = console.styled(f"{compared.new.title}\n{_('version')} {' → '.join(times)}", "bold")
    else:
        header = console.styled("", "bold")
        for sign, side in (("-", compared.old), ("+", compared.new)):
            header.append(f"{sign} {side.title}\n  {side.facts}\n")
        header.rstrip()
    grade = compared.materiality.grade
    return header.append(f"\n{_(grade or 'no difference')}", style=_GRADES.get(grade or "", ""))


def _assembled(*parts: str | tuple[str, str]) -> Text:
    from rich.text import Text

    return Text.assemble(*parts)


def _from_to(old: str | None, new: str | None) -> Iterator[tuple[str, str]]:
    yield (old or "–", _STYLES["removed"])
    yield (" → ", "")
    yield (new or "–", _STYLES["added"])


def _runs(changes: Sequence[ClauseChange]) -> Iterator[list[ClauseChange]]:
    """Each change by itself, those of clauses that were only renumbered together."""
    run: list[ClauseChange] = []
    for change in changes:
        if run and not (change.kind == run[-1].kind == "renumbered"):
            yield run
            run = []
        run.append(change)
    if run:
        yield run


def _renumbered(run: Sequence[ClauseChange]) -> Text:
    from pipelines.diff.grading import NAMES

    first, last = run[0], run[-1]
    labels = [
        f"{begin.label}–{end.label}"
        for begin, end in ((first.old, last.old), (first.new, last.new))
        if begin and end
    ]
    count = _("{n} clauses", n=len(run))
    return console.styled(f"= [{' → '.join(labels)}] {count}: {NAMES['renumbered']}", "dim")


def _change(change: ClauseChange) -> Text:
    """The clause, why it matters or not, and the marks of what changed in it where it matters."""
    shown = console.styled(f"{_SIGNS[change.kind]} ")
    shown.append(f"[{change.label}] ", style="bold" if change.grade == "substantive" else "dim")
    why = list(dict.fromkeys(str(reason) for reason in change.reasons))
    more = f"；… {_('{n} more', n=len(why) - _REASONS)}" if len(why) > _REASONS else ""
    shown.append(f"{_(change.grade)}: {'；'.join(why[:_REASONS])}{more}", style=_GRADES[change.grade])
    if change.grade == "substantive":
        for line in _worded(change):
            shown.append("\n    ").append(_line(change, line))
    return shown


def _worded(change: ClauseChange) -> Iterator[LineChange]:
    yield from (line for line in change.lines if line.words and (line.old or line.new or "").strip())


def _line(change: ClauseChange, line: LineChange) -> Text:
    from services.archive.comparison import place_of

    place = place_of(change, line).label
    shown = console.styled(f"{place} " if place else "", "dim")
    if line.kind != "changed":
        return shown.append(*_marked(line.kind, (line.old or line.new or "").strip()))
    for rank, part in enumerate(line.parts):
        if part.kind == "same":
            same = part.text.replace("\n", " ")
            shown.append(_short(same, first=rank == 0, last=rank == len(line.parts) - 1))
        else:
            shown.append(*_marked(part.kind, part.text))
    return shown


def _short(text: str, *, first: bool, last: bool) -> str:
    """What is the same, but for what is near a difference."""
    if len(text) <= 3 * _AROUND:
        return text
    return f"{'' if first else text[:_AROUND]}…{'' if last else text[-_AROUND:]}"


def _marked(kind: str, text: str) -> tuple[str, str]:
    """Brackets too: colours are lost in a pipe. A line break that went or came is a sign."""
    text = text.replace("\n", "↵")
    shown = {"added": f"{{+{text}+}}", "removed": f"[-{text}-]"}.get(kind, text)
    return shown, _STYLES[kind]


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
    archived_by: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """Show one clause in every version; without #CLAUSE, list the clauses of the newest version."""
    from services.archive.archive_shapes import clause_history_shape, clauses_shape
    from services.archive.clause_history import clause_history

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        history = clause_history(
            session,
            article,
            home.owner,
            as_of=archived_by,
            in_force_on=in_force_on,
        )
    console.note_lag(history.lag)
    if as_json:
        shape = clause_history_shape(history) if history.stages else clauses_shape(history.clauses)
        console.write_json(shape)
    elif history.stages:
        _print_stages(history.stages)
    else:
        _list_clauses(history.clauses)


def _list_clauses(clauses: Sequence[Traced]) -> None:
    table = console.table("", "id", "clause", "begins")
    for clause in clauses:
        begins = " ".join(clause.text.split())
        table.add_row(
            clause.id,
            console.styled(clause.label),
            console.styled(begins if len(begins) <= _BEGINS else f"{begins[:_BEGINS]}…"),
        )
    console.say(table)


def _print_stages(stages: Sequence[ClauseStage]) -> None:
    """Each version in which it became another, with what changed in it."""
    before: Traced | None = None
    for stage in stages:
        now = stage.clause
        if before and now and (now.label, now.text) == (before.label, before.text):
            continue
        if before is None and now is None:
            continue
        since = _(", in force since {day}", day=stage.since) if stage.since else ""
        head = f"{stage.name} ({format_moment(stage.version.at)}{since})  "
        clause = f"{now.label}  {now.id}" if now else _("not there")
        console.say(console.styled(f"{head}{clause}", "bold"))
        if now:
            console.say(_clause_text(before, now))
        before = now


def _clause_text(before: Traced | None, now: Traced) -> Text:
    from pipelines.diff.text_diff import diff_parts

    shown = console.styled("")
    for part in diff_parts(before.text if before else now.text, now.text):
        style = {"added": "green", "removed": "red strike", "same": ""}[part.kind]
        text = {"added": f"{{+{part.text}+}}", "removed": f"[-{part.text}-]"}.get(part.kind, part.text)
        shown.append(text, style)
    return shown
