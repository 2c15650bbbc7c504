"""import: pages and WARCs saved by hand come into the archive."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FAILED, PARTIAL, Json
from cli.output import console
from cli.output.reports import runs_table
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from crawler.runs.imports import ImportPlan
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
    from cli.ops.updating import update_after_run
    from crawler.run_context import utc_now
    from crawler.runs import imports
    from services.shapes import import_shape

    home: ArchiveHome = ctx.obj
    portal = None if files[0].exists() else home.names.get(str(files[0])) and str(files.pop(0))
    if not files:
        raise typer.BadParameter("name the saved files too")
    if url and len(files) > 1:
        raise typer.BadParameter("is the address of one file", param_hint="--url")
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

    with console.busy(f"importing {slug}"):
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
        flaw = f"; kept, not read: {page.flaw}" if page.flaw else ""
        console.say(console.styled(f"{page.file}: {page.portal}: {page.kind} {page.url}{flaw}"))
    for refused in load.refused:
        console.fail(f"{refused.file}: refused: {refused.reason}")
    for slug, run in ended.items():
        if run is None:
            console.fail(f"{slug}: another run has the lease: import again when it has ended")
    if done := [run for run in ended.values() if run]:
        console.say(runs_table("", done))
