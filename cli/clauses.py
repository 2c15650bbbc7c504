"""clause: one clause of an article through all its versions, or of a policy through its editions, by an
address that survives renumbering."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from attrs import evolve, frozen
from rich.text import Text
from sqlalchemy.orm import Session

import console
from cli.acts import InForceOn, KnownAt, drawn, end_of
from cli.app import Json, app
from cli.home import Home
from cli.named import find_article
from pipelines.consumers import linking
from pipelines.diff.lineage import Traced, find, lineage
from pipelines.diff.text_diff import parts
from policy.documents.dates import calendar_day
from policy.errors import ArchiveError
from policy.query.documents import searchable_text
from policy.records import Version
from storage import queries
from storage.policies import memberships

_POLICY = re.compile(r"policy/(?P<number>\d{1,9})")
_AT = re.compile(r"(?P<article>.+?)#(?P<clause>c-[a-z2-7]+|[^\x00-\x7f].*)")
_BEGINS = 50


@frozen(kw_only=True)
class _Stage:
    """A clause as it is in one version, or in one edition of a policy; None where it is not."""

    version: Version
    clause: Traced | None
    name: str
    since: dt.date | None = None
    """From when the edition is in force, as far as that is stated."""


@app.command()
def clause(
    ctx: typer.Context,
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE[#CLAUSE]",
            help="The clause by its id, or its label in the newest version; policy/7#… through its editions.",
        ),
    ],
    known_at: KnownAt = None,
    in_force_on: InForceOn = None,
    as_json: Json = False,
) -> None:
    """One clause through all versions; without #CLAUSE the newest version's clauses and their ids."""
    home: Home = ctx.obj
    at = _AT.fullmatch(article)
    moment = end_of(known_at) if known_at else None
    with home.database() as database:
        linking.follow(database)
        with database.read() as session:
            texts = _texts(session, home, at["article"] if at else article, moment)
    traced = lineage([searchable_text(text.version).split("\n") for text in texts])
    if at is None:
        _list(traced[-1], as_json=as_json)
        return
    stages = _stages(texts, traced, _id(traced, at["clause"], article))
    if in_force_on:
        stages = [_on(stages, in_force_on.date(), article)]
    if as_json:
        console.write_json(
            {"article_id": stages[-1].version.article_id, "versions": [_shape(stage) for stage in stages]}
        )
    else:
        _print(stages)


def _texts(session: Session, home: Home, name: str, moment: dt.datetime | None) -> list[_Stage]:
    """The versions of an article, or one article of each edition of a policy, as known at that time."""
    policy = _POLICY.fullmatch(name)
    if policy is None:
        known = find_article(session, name)
        versions = [one for one in queries.versions(session, known.id) if moment is None or one.at <= moment]
        if not versions:
            raise ArchiveError(
                f"{name}: was not in the archive on {calendar_day(moment)}" if moment else name
            )
        return [
            _Stage(version=one, clause=None, name=f"version {one.number}", since=_since(one))
            for one in versions
        ]
    number = int(policy["number"])
    editions = drawn(session, home, number if moment else memberships.root(session, number), moment).editions
    found = queries.versions_at(session, [(each.article_id, each.version) for each in editions])
    return [
        _Stage(
            version=found[each.article_id, each.version],
            clause=None,
            name=f"edition {each.edition or 1}, article {each.article_id}",
            since=each.since,
        )
        for each in editions
    ]


def _since(version: Version) -> dt.date | None:
    """A page's words are those of its policy from the day that it states, never before."""
    effective = version.article.effective
    return effective.value if effective else None


def _on(stages: Sequence[_Stage], day: dt.date, asked: str) -> _Stage:
    """The last of those whose stated day has come."""
    begun = [stage for stage in stages if stage.since and stage.since <= day]
    if not begun:
        raise ArchiveError(f"{asked}: no text of it states that it is in force on {day}")
    return begun[-1]


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


def _stages(texts: Sequence[_Stage], traced: Sequence[Sequence[Traced]], wanted: str) -> list[_Stage]:
    """From the version on in which it first stands."""
    stages = [
        evolve(text, clause=next((one for one in each if one.id == wanted), None))
        for text, each in zip(texts, traced, strict=True)
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
        since = f", in force since {stage.since}" if stage.since else ""
        head = f"{stage.name} ({console.moment(stage.version.at)}{since})  "
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
    return {
        "article_id": stage.version.article_id,
        "version": stage.version.number,
        "at": stage.version.at,
        "since": stage.since,
        "clause": clause,
    }
