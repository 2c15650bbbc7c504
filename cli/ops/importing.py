"""import, reextract: archive what a file or a capture holds, without asking the portal."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FAILED, PARTIAL, Json, Slug, parse_day
from cli.output import _, console, translated
from cli.output.console import runs_table
from policy.documents.dates import SHANGHAI
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from crawler.runs.imports import ImportPlan
    from crawler.runs.reextraction import Reextraction, UnreadableArticle
    from policy.records import Article
    from policy.records.runs import Run

commands = typer.Typer()


@commands.command("import")
def import_files(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="[SLUG] FILES...", help="Saved pages and WARC files; only of the named portal, if any."
        ),
    ],
    url: Annotated[
        str | None, typer.Option(help="The URL of the page; defaults to the one saved in the file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import pages or WARC files that were saved by hand."""
    from cli.ops.maintenance import update_after_run
    from crawler.run_context import utc_now
    from crawler.runs import imports
    from services.ops_shapes import import_shape

    home: ArchiveHome = ctx.obj
    portal = None if files[0].exists() else home.names.get(str(files[0])) and str(files.pop(0))
    if not files:
        raise typer.BadParameter(_("name the saved files too"))
    if url and len(files) > 1:
        raise typer.BadParameter(_("is the address of one file"), param_hint="--url")
    home.check_portals()
    home.prepare()
    with tempfile.TemporaryDirectory(prefix="polarchive-import-") as folder:
        load = imports.plan_import(
            files,
            Path(folder),
            packages=home.config.portal_packages,
            portal=portal,
            url=url,
            limit=home.config.crawl.max_decoded_bytes,
            now=utc_now(),
        )
        ended = {slug: _run(home, slug, warcs) for slug, warcs in load.warcs}
    with home.database() as database:
        update_after_run(home.config, database)
    console.write_json(import_shape(load, ended)) if as_json else _show(load, ended)
    raise typer.Exit(_code(load, ended))


def _run(home: ArchiveHome, slug: str, warcs: tuple[Path, ...]) -> Run | None:
    from crawler.run_context import utc_now
    from crawler.runs import process

    with console.busy(_("importing {slug}", slug=slug)):
        return process.supervise(home.config, slug, slot=utc_now(), replay=warcs, imported=True)


def _code(load: ImportPlan, ended: Mapping[str, Run | None]) -> int:
    """0 all taken and read, 3 some, 1 nothing."""
    read = [run for run in ended.values() if run and run.state in {"ok", "partial"}]
    if not read:
        return FAILED
    flawed = load.refused or any(page.flaw for page in load.brought)
    return PARTIAL if flawed or len(read) < len(ended) or any(run.failed for run in read) else 0


def _show(load: ImportPlan, ended: Mapping[str, Run | None]) -> None:
    for page in load.brought:
        flaw = _("; kept, not read: {reason}", reason=translated(page.flaw)) if page.flaw else ""
        console.say(console.styled(f"{page.file}: {page.portal}: {page.kind} {page.url}{flaw}"))
    for refused in load.refused:
        reason = translated(refused.reason)
        console.fail(_("{file}: refused: {reason}", file=refused.file, reason=reason))
    for slug, run in ended.items():
        if run is None:
            text = "{slug}: another run has the lease: import again when it has ended"
            console.fail(_(text, slug=slug))
    if done := [run for run in ended.values() if run]:
        console.say(runs_table("", done))


_LINES = 3
"""Changed lines shown of an article."""
_LONGEST = 100
_EXAMPLES = 3


@commands.command("reextract")
def reextract(
    ctx: typer.Context,
    slug: Slug,
    since: Annotated[
        dt.date | None, typer.Option(metavar="DATE", parser=parse_day, help="Only captures since this day.")
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
    from cli.ops.maintenance import update_after_run
    from crawler.runs import reextraction as again
    from crawler.runs.process import TAKEN
    from crawler.runs.reextraction import ReextractionOptions
    from services.ops_shapes import reextraction_shape

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    day = dt.datetime.combine(since, dt.time(), SHANGHAI) if since else None
    wishes = ReextractionOptions(since=day, accept=accept, announce=announce)
    work = again.preview if dry_run else again.reextract
    with console.counted(_("reading {slug} again", slug=slug)) as progress:
        done = work(home.config, slug, wishes, progress)
    if done is None:
        console.fail(_("{slug}: another run has the lease", slug=slug))
        raise typer.Exit(TAKEN)
    if done.run:
        with home.database() as database:
            update_after_run(home.config, database)
    samples = {
        article.key: [*_sample_lines(article.before, article.after)]
        for article in done.restated
        if article.after
    }
    console.write_json(reextraction_shape(done, samples)) if as_json else _show_reextraction(done, samples)
    raise typer.Exit(0 if done.whole else PARTIAL)


# ------------------------------------------------------------------ output


def _show_reextraction(done: Reextraction, samples: Mapping[str, list[str]]) -> None:
    if done.restated:
        table = console.table("", "article", "is", "#versions", "title", "address")
        for article in done.restated:
            name, versions = f"{done.portal}/{article.key}", str(article.versions)
            table.add_row(name, _(article.kind), versions, article.title, article.url)
        console.say(table)
    for article in done.restated:
        if article.key in samples:
            console.say(console.styled(f"\n{article.title}", "bold"))
            for line in samples[article.key]:
                console.say(console.styled(line))
    for line in _unreadable_lines(done.unread):
        console.say(console.styled(line))
    counts = _(
        "{unchanged} unchanged, {revised} revised, {new} new, {unread} cannot be read",
        unchanged=done.unchanged,
        revised=done.count("revised"),
        new=done.count("new"),
        unread=len(done.unread),
    )
    console.say(counts if done.run else counts + _("; nothing was saved"))


def _sample_lines(before: Article | None, after: Article) -> Iterator[str]:
    """What is different, a few lines of it."""
    from pipelines.diff.comparison import compare_fields
    from pipelines.diff.text_diff import diff_lines

    if before is None:
        yield f"  + {after.text[:_LONGEST]}"
        return
    for field in compare_fields(before, after):
        yield f"  {_(field.name)}: {field.old or '–'} → {field.new or '–'}"
    changed = diff_lines(before.text.split("\n"), after.text.split("\n"))
    for change in changed[:_LINES]:
        yield from (f"  - {change.old[:_LONGEST]}",) if change.old else ()
        yield from (f"  + {change.new[:_LONGEST]}",) if change.new else ()
    if len(changed) > _LINES:
        yield f"  … {_('{n} more lines', n=len(changed) - _LINES)}"


def _by_reason(unread: tuple[UnreadableArticle, ...]) -> Mapping[str, list[UnreadableArticle]]:
    reasons: dict[str, list[UnreadableArticle]] = {}
    for article in unread:
        reasons.setdefault(article.reason, []).append(article)
    return reasons


def _unreadable_lines(unread: tuple[UnreadableArticle, ...]) -> Iterator[str]:
    for reason, articles in sorted(_by_reason(unread).items()):
        yield _("cannot be read: {reason}: {n} articles", reason=reason, n=len(articles))
        yield from (f"    {translated(article.message)}" for article in articles[:_EXAMPLES])
