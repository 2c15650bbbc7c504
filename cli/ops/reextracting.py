"""reextract: the stored captures of a portal read again with today's code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import PARTIAL, Json
from cli.output import console
from policy.documents.dates import SHANGHAI
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from crawler.runs.reextraction import Reextraction, UnreadableArticle
    from policy.records import Article

commands = typer.Typer()

_LINES = 3
"""Changed lines shown of an article."""
_LONGEST = 100
_EXAMPLES = 3


@commands.command("reextract")
def reextract(
    ctx: typer.Context,
    slug: str,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only captures since this day.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change without saving it.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Also save extractions that lost fields or text, and end the drift alarm."
        ),
    ] = False,
    announce: Annotated[
        bool, typer.Option("--announce", help="Notify subscribers of articles that are new to the archive.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Extract a portal's stored captures again with the current code."""
    from cli.ops.updating import update_after_run
    from crawler.runs import reextraction as again
    from crawler.runs.process import TAKEN
    from crawler.runs.reextraction import ReextractionOptions
    from services.shapes import reextraction_shape

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    day = since.replace(tzinfo=SHANGHAI) if since else None
    wishes = ReextractionOptions(since=day, accept=accept, announce=announce)
    work = again.preview if dry_run else again.reextract
    with console.counted(f"reading {slug} again") as progress:
        done = work(home.config, slug, wishes, progress)
    if done is None:
        console.fail(f"{slug}: another run has the lease")
        raise typer.Exit(TAKEN)
    if done.run:
        with home.database() as database:
            update_after_run(home.config, database)
    samples = {each.key: [*_sample(each.before, each.after)] for each in done.restated if each.after}
    console.write_json(reextraction_shape(done, samples)) if as_json else _show(done, samples)
    raise typer.Exit(0 if done.whole else PARTIAL)


# ------------------------------------------------------------------ output


def _show(done: Reextraction, samples: Mapping[str, list[str]]) -> None:
    if done.restated:
        table = console.table("", "article", "is", "#versions", "title", "address")
        for article in done.restated:
            name, versions = f"{done.portal}/{article.key}", str(article.versions)
            table.add_row(name, article.kind, versions, article.title, article.url)
        console.say(table)
    for article in done.restated:
        if article.key in samples:
            console.say(console.styled(f"\n{article.title}", "bold"))
            for line in samples[article.key]:
                console.say(console.styled(line))
    for line in _unread(done.unread):
        console.say(console.styled(line))
    saved = "" if done.run else "; nothing was saved"
    console.say(
        f"{done.unchanged} unchanged, {done.count('revised')} revised, {done.count('new')} new, "
        f"{len(done.unread)} cannot be read{saved}"
    )


def _sample(before: Article | None, after: Article) -> Iterator[str]:
    """What is different, a few lines of it."""
    from pipelines.diff.comparison import compare_fields
    from pipelines.diff.text_diff import diff_lines

    if before is None:
        yield f"  + {after.text[:_LONGEST]}"
        return
    for field in compare_fields(before, after):
        yield f"  {field.name}: {field.old or '–'} → {field.new or '–'}"
    changed = diff_lines(before.text.split("\n"), after.text.split("\n"))
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
