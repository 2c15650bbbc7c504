"""diff: what changed between two versions of an article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from attrs import evolve
from rich.text import Text

import console
from cli.app import Json, app
from cli.home import Home
from cli.reading import Named, find_article, find_version
from pipelines.diff import FieldChange, LineChange, diff, field_changes
from policy.errors import ArchiveError
from policy.outline import outline as outlined
from policy.records import Outline, Version
from storage.documents import words
from storage.rows import KnownArticle

Number = Annotated[int | None, typer.Argument(min=1, show_default=False)]

_STYLES = {"added": "green", "removed": "red strike", "same": ""}
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


@app.command("diff")
def show_diff(
    ctx: typer.Context,
    article: Named,
    a: Number = None,
    b: Number = None,
    as_json: Json = False,
) -> None:
    """What changed from version A to B; of the last two versions when none is named."""
    home: Home = ctx.obj
    with home.database() as database, database.read() as session:
        known = find_article(session, article)
        old, new = (_whole(find_version(session, known, number)) for number in _chosen(known, a, b))
    lines = diff(old.article.text.split("\n"), new.article.text.split("\n"))
    fields = field_changes(old.article, new.article)
    if as_json:
        console.write_json(_shape(old, new, fields, lines))
    else:
        _print(old, new, fields, lines)


def _chosen(known: KnownArticle, a: int | None, b: int | None) -> tuple[int, int]:
    if a is None and known.newest == 1:
        raise ArchiveError(f"article {known.id} has one version only: nothing to compare")
    return (a or known.newest - 1, b or known.newest)


def _whole(version: Version) -> Version:
    """The version with the words of its files behind its own, and the outline of both."""
    text = words(version)
    if text == version.article.text:
        return version
    return evolve(version, article=evolve(version.article, text=text, outline=outlined(text.split("\n"))))


def clause(outline: Outline, line: int) -> str:
    """The numbered headings above a line (or on it), outermost first: ``七、(一)``."""
    above = [heading for heading in outline.headings if heading.line <= line]
    if not above:
        return ""
    path = above[-1].path.split("/")
    paths = {"/".join(path[:end]) for end in range(1, len(path) + 1)}
    newest = {heading.path: heading.label for heading in above if heading.path in paths}
    return "".join(newest[one] for one in sorted(newest, key=lambda one: one.count("/")))


def _clause_of(change: LineChange, old: Version, new: Version) -> str:
    added = change.kind == "added"
    version, line = (new, change.new_line) if added else (old, change.old_line)
    return clause(version.article.outline, line)


# ------------------------------------------------------------------ shown


def _print(
    old: Version, new: Version, fields: tuple[FieldChange, ...], lines: tuple[LineChange, ...]
) -> None:
    times = f"version {old.number} ({console.moment(old.at)}) → {new.number} ({console.moment(new.at)})"
    console.say(Text(f"{new.article.title.value}\n{times}", style="bold"))
    for field in fields:
        console.say(Text.assemble(f"{field.name}: ", *_from_to(field.old, field.new)))
    for change in lines:
        console.say(_line(change, _clause_of(change, old, new)))
    changed = sum(change.words for change in lines)
    console.say(f"{len(fields)} fields, {changed} lines changed, {len(lines) - changed} only in punctuation")


def _from_to(old: str | None, new: str | None) -> Iterator[tuple[str, str]]:
    yield (old or "–", _STYLES["removed"])
    yield (" → ", "")
    yield (new or "–", _STYLES["added"])


def _line(change: LineChange, place: str) -> Text:
    line = Text(f"{_SIGNS[change.kind]} ")
    line.append(f"[{place}] " if place else "", style="dim")
    if change.kind == "changed":
        for part in change.parts:
            line.append(*_marked(part.kind, part.text))
    else:
        line.append(change.old or change.new or "", style=_STYLES[change.kind])
    return line


def _marked(kind: str, text: str) -> tuple[str, str]:
    """Brackets too: colours are lost in a pipe."""
    shown = {"added": f"{{+{text}+}}", "removed": f"[-{text}-]"}.get(kind, text)
    return shown, _STYLES[kind]


def _shape(
    old: Version, new: Version, fields: tuple[FieldChange, ...], lines: tuple[LineChange, ...]
) -> dict[str, Any]:
    return {
        "article_id": new.article_id,
        "from": old.number,
        "to": new.number,
        "fields": [console.plain(field) for field in fields],
        "lines": [
            console.plain(change)
            | {
                "clause": _clause_of(change, old, new),
                "parts": [console.plain(part) for part in change.parts],
            }
            for change in lines
        ],
    }
