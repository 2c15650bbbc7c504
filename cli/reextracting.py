"""reextract: the stored captures of a portal read again with today's code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

import console
from cli.app import PARTIAL, Json, app
from cli.home import Home
from crawler import portals
from crawler.runs.reextraction import ChangedExtraction, Reextraction, ReextractionOptions, UnreadableArticle
from pipelines.diff.field_changes import field_changes
from pipelines.diff.text_diff import diff
from policy.documents.dates import SHANGHAI
from policy.records import Article

_LINES = 3
"""Changed lines shown of an article."""
_LONGEST = 100
_EXAMPLES = 3


@app.command()
def reextract(
    ctx: typer.Context,
    slug: str,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only captures from this day on.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; save nothing.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Save readings that lost fields or text too, and end the alarm.")
    ] = False,
    announce: Annotated[
        bool, typer.Option("--announce", help="Tell subscribers of articles that are new to the archive.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a portal's stored captures again with today's code."""
    from crawler.runs import reextraction as again
    from crawler.runs.process import TAKEN

    home: Home = ctx.obj
    portals.get(slug, home.config.portal_packages)
    day = since.replace(tzinfo=SHANGHAI) if since else None
    wishes = ReextractionOptions(since=day, accept=accept, announce=announce)
    work = again.preview if dry_run else again.reextract
    with console.counted(f"reading {slug} again") as progress:
        done = work(home.config, slug, wishes, progress)
    if done is None:
        console.fail(f"{slug}: another run has the lease")
        raise typer.Exit(TAKEN)
    console.write_json(_shape(done)) if as_json else _show(done)
    raise typer.Exit(0 if done.whole else PARTIAL)


# ------------------------------------------------------------------ shown


def _show(done: Reextraction) -> None:
    if done.restated:
        console.say(_table(done))
    for each in done.restated:
        if each.after:
            console.say(Text(f"\n{each.title}", style="bold"))
            for line in _sample(each.before, each.after):
                console.say(Text(line))
    for line in _unread(done.unread):
        console.say(Text(line))
    told = "" if done.run else "; nothing was saved"
    console.say(
        f"{done.unchanged} unchanged, {done.count('revised')} revised, {done.count('new')} new, "
        f"{len(done.unread)} cannot be read{told}"
    )


def _table(done: Reextraction) -> Any:
    table = console.table("", "article", "is", "#versions", "title", "address")
    for each in done.restated:
        table.add_row(f"{done.portal}/{each.key}", each.kind, str(each.versions), each.title, each.url)
    return table


def _sample(before: Article | None, after: Article) -> Iterator[str]:
    """What is different, a few lines of it."""
    if before is None:
        yield f"  + {after.text[:_LONGEST]}"
        return
    for field in field_changes(before, after):
        yield f"  {field.name}: {field.old or '–'} → {field.new or '–'}"
    changed = diff(before.text.split("\n"), after.text.split("\n"))
    for change in changed[:_LINES]:
        yield from (f"  - {change.old[:_LONGEST]}",) if change.old else ()
        yield from (f"  + {change.new[:_LONGEST]}",) if change.new else ()
    if len(changed) > _LINES:
        yield f"  … {len(changed) - _LINES} more lines"


def _by_reason(unread: tuple[UnreadableArticle, ...]) -> Mapping[str, list[UnreadableArticle]]:
    found: dict[str, list[UnreadableArticle]] = {}
    for each in unread:
        found.setdefault(each.reason, []).append(each)
    return found


def _unread(unread: tuple[UnreadableArticle, ...]) -> Iterator[str]:
    for reason, found in sorted(_by_reason(unread).items()):
        yield f"cannot be read: {reason}: {len(found)} articles"
        yield from (f"    {each.message}" for each in found[:_EXAMPLES])


def _shape(done: Reextraction) -> dict[str, Any]:
    return {
        "slug": done.portal,
        "run": console.run_shape(done.run) if done.run else None,
        "unchanged": done.unchanged,
        "revised": [_restated_shape(each) for each in done.restated if each.kind == "revised"],
        "new": [_restated_shape(each) for each in done.restated if each.kind == "new"],
        "unread": [console.plain(each) for each in done.unread],
    }


def _restated_shape(each: ChangedExtraction) -> dict[str, Any]:
    sample = list(_sample(each.before, each.after)) if each.after else None
    return {
        "key": each.key,
        "url": each.url,
        "title": each.title,
        "versions": each.versions,
        "sample": sample,
    }
