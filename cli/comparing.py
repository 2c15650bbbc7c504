"""diff: what changed between two versions of an article, or between two articles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from attrs import frozen
from rich.text import Text
from sqlalchemy.orm import Session

import console
from cli.app import Json, app
from cli.home import Home
from cli.named import find_article, find_version
from cli.redline import Side, redline
from pipelines.diff.comparison import ClauseChange, Comparison, compare
from pipelines.diff.field_changes import FieldChange, Materiality, field_changes, judged
from pipelines.diff.reasons import NAMES, Grade
from pipelines.diff.text_diff import LineChange
from policy.errors import ArchiveError
from policy.records import Version
from policy.text.clauses import ClausePosition, line_positions
from storage.rows import ArchivedArticle

Compared = Annotated[
    str,
    typer.Argument(metavar="ARTICLE", help="Its number, portal/key, or address; @2 behind it: version 2."),
]
Second = Annotated[
    str | None,
    typer.Argument(metavar="OTHER|A", help="Another article; or, with B, a version.", show_default=False),
]
Third = Annotated[
    int | None, typer.Argument(metavar="B", help="The version to compare A with.", min=1, show_default=False)
]

_AT = re.compile(r"(?P<name>.+)@(?P<version>\d{1,9})")
_STYLES = {"added": "green", "removed": "red strike", "same": ""}
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "renumbered": "="}
_GRADES = {"substantive": "bold yellow", "cosmetic": "dim"}
_REASONS = 4
_AROUND = 30
"""Characters of what is the same that are shown on each side of a difference."""


@frozen(kw_only=True)
class _Compared:
    """All there is to show."""

    old: Side
    new: Side
    fields: tuple[FieldChange, ...]
    comparison: Comparison
    judged: Materiality
    shown: tuple[ClauseChange, ...]


@app.command("diff")
def show_diff(
    ctx: typer.Context,
    article: Compared,
    a: Second = None,
    b: Third = None,
    only: Annotated[
        Literal["substantive", "cosmetic"] | None, typer.Option(help="Changes of this grade.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a page with both texts side by side.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What changed, clause by clause, and whether it matters.

    Between the last two versions of ARTICLE, its versions A and B, or ARTICLE and another one.
    """
    home: Home = ctx.obj
    with home.database() as database, database.read() as session:
        old, new = _sides(session, article, a, b)
    names = home.names
    found = _compared(Side.of(old, names), Side.of(new, names), only)
    if html is not None:
        html.write_text(
            redline(found.old, found.new, found.fields, found.comparison, found.shown), "utf-8", "replace"
        )
    if as_json:
        console.write_json(_shape(found))
    elif html is None:
        _print(found)


def _compared(old: Side, new: Side, only: Grade | None) -> _Compared:
    comparison = compare(old.text.split("\n"), new.text.split("\n"))
    fields = field_changes(old.version.article, new.version.article)
    return _Compared(
        old=old,
        new=new,
        fields=fields,
        comparison=comparison,
        judged=judged(comparison, fields),
        shown=tuple(change for change in comparison.changes if only in (None, change.grade)),
    )


# ------------------------------------------------------------------ which two


def _sides(session: Session, article: str, a: str | None, b: int | None) -> tuple[Version, Version]:
    if a is None:
        return _last_two(session, *_named(session, article))
    if b is not None:
        known, _ = _named(session, article)
        if not a.isdecimal():
            raise ArchiveError(f"{a}: not a version's number (diff ARTICLE A B)")
        return find_version(session, known, int(a[:9])), find_version(session, known, b)
    return _version(session, article), _other(session, article, a)


def _other(session: Session, article: str, name: str) -> Version:
    """The version of the second article; a number that is none may have been meant for a version."""
    try:
        return _version(session, name)
    except ArchiveError as error:
        hint = f"; for versions give two: diff {article} A B" if name.isdecimal() else ""
        raise ArchiveError(f"{error}{hint}") from None


def _last_two(session: Session, known: ArchivedArticle, number: int | None) -> tuple[Version, Version]:
    newest = number or known.newest
    if newest == 1:
        raise ArchiveError(f"article {known.id} has one version only: nothing to compare")
    return find_version(session, known, newest - 1), find_version(session, known, newest)


def _version(session: Session, name: str) -> Version:
    known, number = _named(session, name)
    return find_version(session, known, number)


def _named(session: Session, name: str) -> tuple[ArchivedArticle, int | None]:
    """The article and the version, if one is named, of ``12@3``."""
    at = _AT.fullmatch(name)
    return (
        (find_article(session, at["name"]), int(at["version"])) if at else (find_article(session, name), None)
    )


# ------------------------------------------------------------------ shown


def _print(found: _Compared) -> None:
    console.say(_header(found))
    for field in found.fields:
        console.say(Text.assemble(f"{field.name}: ", *_from_to(field.old, field.new)))
    for run in _runs(found.shown):
        console.say(_renumbered(run) if len(run) > 1 else _change(run[0]))
    changes = found.comparison.changes
    kinds = [f"{sum(change.kind == kind for change in changes)} {kind}" for kind in _SIGNS]
    substantive = sum(change.grade == "substantive" for change in changes)
    console.say(
        f"{len(found.fields)} fields, {len(changes)} clauses ({', '.join(kinds)}), {substantive} substantive"
    )


def _header(found: _Compared) -> Text:
    if found.old.version.article_id == found.new.version.article_id:
        times = [
            f"{side.version.number} ({console.moment(side.version.at)})" for side in (found.old, found.new)
        ]
        header = Text(f"{found.new.title}\nversion {' → '.join(times)}", style="bold")
    else:
        header = Text(style="bold")
        for sign, side in (("-", found.old), ("+", found.new)):
            header.append(f"{sign} {side.title}\n  {side.facts}\n")
        header.rstrip()
    grade = found.judged.grade
    return header.append(f"\n{grade or 'no difference'}", style=_GRADES.get(grade or "", ""))


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
    first, last = run[0], run[-1]
    labels = [
        f"{one.label}–{other.label}"
        for one, other in ((first.old, last.old), (first.new, last.new))
        if one and other
    ]
    return Text(f"= [{' → '.join(labels)}] {len(run)} clauses: {NAMES['renumbered']}", style="dim")


def _change(change: ClauseChange) -> Text:
    """The clause, why it matters or not, and the marks of what changed in it where it matters."""
    shown = Text(f"{_SIGNS[change.kind]} ")
    shown.append(f"[{change.label}] ", style="bold" if change.grade == "substantive" else "dim")
    why = list(dict.fromkeys(str(reason) for reason in change.reasons))
    more = f"；… {len(why) - _REASONS} more" if len(why) > _REASONS else ""
    shown.append(f"{change.grade}: {'；'.join(why[:_REASONS])}{more}", style=_GRADES[change.grade])
    if change.grade == "substantive":
        for line in _worded(change):
            shown.append("\n    ").append(_line(change, line))
    return shown


def _worded(change: ClauseChange) -> Iterator[LineChange]:
    yield from (line for line in change.lines if line.words and (line.old or line.new or "").strip())


def _line(change: ClauseChange, line: LineChange) -> Text:
    place = _place(change, line).label
    shown = Text(f"{place} " if place else "", style="dim")
    if line.kind != "changed":
        return shown.append(*_marked(line.kind, (line.old or line.new or "").strip()))
    for rank, part in enumerate(line.parts):
        if part.kind == "same":
            shown.append(_short(part.text, first=rank == 0, last=rank == len(line.parts) - 1))
        else:
            shown.append(*_marked(part.kind, part.text))
    return shown


def _place(change: ClauseChange, line: LineChange) -> ClausePosition:
    clause, at = (change.new, line.new_line) if line.kind == "added" else (change.old, line.old_line)
    return line_positions(clause).get(at, ClausePosition()) if clause else ClausePosition()


def _short(text: str, *, first: bool, last: bool) -> str:
    """What is the same, but for what is near a difference."""
    if len(text) <= 3 * _AROUND:
        return text
    return f"{'' if first else text[:_AROUND]}…{'' if last else text[-_AROUND:]}"


def _marked(kind: str, text: str) -> tuple[str, str]:
    """Brackets too: colours are lost in a pipe."""
    shown = {"added": f"{{+{text}+}}", "removed": f"[-{text}-]"}.get(kind, text)
    return shown, _STYLES[kind]


# ------------------------------------------------------------------ for programs


def _shape(found: _Compared) -> dict[str, Any]:
    return {
        "from": _side_shape(found.old),
        "to": _side_shape(found.new),
        "grade": found.judged.grade,
        "fields": [console.plain(field) for field in found.fields],
        "changes": [_change_shape(change) for change in found.shown],
    }


def _side_shape(side: Side) -> dict[str, Any]:
    published = side.version.article.published
    return {
        "article_id": side.version.article_id,
        "version": side.version.number,
        "at": side.version.at,
        "portal": side.version.article.portal,
        "title": side.title,
        "url": side.version.article.url,
        "published": published.value if published else None,
    }


def _change_shape(change: ClauseChange) -> dict[str, Any]:
    clauses = {
        name: {"path": clause.path, "label": clause.label, "line": clause.line, "text": clause.text}
        if clause
        else None
        for name, clause in (("old", change.old), ("new", change.new))
    }
    return {
        "kind": change.kind,
        "grade": change.grade,
        "reasons": [console.plain(reason) | {"said": str(reason)} for reason in change.reasons],
        **clauses,
        "lines": [
            console.plain(line)
            | {"clause": _place(change, line).label, "parts": [console.plain(part) for part in line.parts]}
            for line in change.lines
        ],
    }
