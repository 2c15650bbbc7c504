"""clause: one clause of an article through all its versions, by an address that survives renumbering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from attrs import frozen
from rich.text import Text

import console
from cli.app import Json, app
from cli.home import Home
from cli.reading import find_article
from pipelines.lineage import Traced, find, lineage
from pipelines.parts import parts
from policy.errors import ArchiveError
from policy.records import Version
from storage import queries
from storage.documents import words

_AT = re.compile(r"(?P<article>.+?)#(?P<clause>c-[a-z2-7]+|[^\x00-\x7f].*)")
_BEGINS = 50


@frozen(kw_only=True)
class _Stage:
    """A clause as it is in one version; None where it is not."""

    version: Version
    clause: Traced | None


@app.command()
def clause(
    ctx: typer.Context,
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE[#CLAUSE]", help="The clause by its id, or its label in the newest version."
        ),
    ],
    as_json: Json = False,
) -> None:
    """One clause through all versions; without #CLAUSE the newest version's clauses and their ids."""
    home: Home = ctx.obj
    at = _AT.fullmatch(article)
    with home.database() as database, database.read() as session:
        known = find_article(session, at["article"] if at else article)
        versions = queries.versions(session, known.id)
    traced = lineage([words(version).split("\n") for version in versions])
    if at is None:
        _list(traced[-1], as_json=as_json)
        return
    stages = _stages(versions, traced, _id(traced, at["clause"], article))
    if as_json:
        console.write_json({"article_id": known.id, "versions": [_shape(stage) for stage in stages]})
    else:
        _print(stages)


def _id(traced: Sequence[Sequence[Traced]], name: str, asked: str) -> str:
    """The clause's id; a label is looked up in the newest version, an id in all."""
    found = find(traced[-1], name) or [one for each in traced for one in each if one.id == name]
    if not found:
        raise ArchiveError(f"{asked}: no such clause (polarchive clause without # lists them)")
    ids = {one.id: one.label for one in found}
    if len(ids) > 1:
        raise ArchiveError(
            f"{asked}: {', '.join(f'{label} {one}' for one, label in ids.items())}: which one?"
        )
    return found[0].id


def _stages(versions: Sequence[Version], traced: Sequence[Sequence[Traced]], wanted: str) -> list[_Stage]:
    """From the version on in which it first stands."""
    stages = [
        _Stage(version=version, clause=next((one for one in each if one.id == wanted), None))
        for version, each in zip(versions, traced, strict=True)
    ]
    first = next(at for at, stage in enumerate(stages) if stage.clause)
    return stages[first:]


# ------------------------------------------------------------------ shown


def _list(traced: Sequence[Traced], *, as_json: bool) -> None:
    if as_json:
        console.write_json([console.plain(one) for one in traced])
        return
    table = console.table("", "id", "clause", "begins")
    for one in traced:
        begins = " ".join(one.text.split())
        table.add_row(
            one.id, Text(one.label), Text(begins if len(begins) <= _BEGINS else f"{begins[:_BEGINS]}…")
        )
    console.say(table)


def _print(stages: Sequence[_Stage]) -> None:
    """Each version in which it became another, with what changed in it."""
    before: Traced | None = None
    for stage in stages:
        now = stage.clause
        if before and now and (now.label, now.text) == (before.label, before.text):
            continue
        if before is None and now is None:
            continue
        head = f"version {stage.version.number} ({console.moment(stage.version.at)})  "
        console.say(Text(f"{head}{f'{now.label}  {now.id}' if now else 'not there'}", style="bold"))
        if now:
            console.say(_text(before, now))
        before = now


def _text(before: Traced | None, now: Traced) -> Text:
    shown = Text()
    for part in parts(before.text if before else now.text, now.text):
        style = {"added": "green", "removed": "red strike", "same": ""}[part.kind]
        text = {"added": f"{{+{part.text}+}}", "removed": f"[-{part.text}-]"}.get(part.kind, part.text)
        shown.append(text, style)
    return shown


def _shape(stage: _Stage) -> dict[str, Any]:
    clause = console.plain(stage.clause) if stage.clause else None
    return {"version": stage.version.number, "at": stage.version.at, "clause": clause}
