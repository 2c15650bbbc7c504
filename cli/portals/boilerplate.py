"""boilerplate: what was learned of a portal's pages, and how ops take it back."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Json
from cli.output import console
from crawler.run_context import utc_now
from pipelines.boilerplate import learning
from policy.documents.dates import format_moment
from policy.errors import ArchiveError
from policy.records.content import Block, BoilerplateSet
from services.archive_home import ArchiveHome
from services.shapes import boilerplate_shape
from storage.articles import boilerplate as stored
from storage.database import Database

commands = typer.Typer()


@commands.command("boilerplate")
def boilerplate(
    ctx: typer.Context,
    slug: str,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="BLOCK", help="This block is text: never remove it again. May be repeated."),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="BLOCK", help="Forget this block: it may be learned again. May be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or revise the boilerplate learned from a portal's pages."""
    home: ArchiveHome = ctx.obj
    home.portal(slug)
    with home.database() as database:
        if keep or forget:
            _revise(database, slug, keep or [], forget or [])
        with database.read() as session:
            active, seen = stored.active_set(session, slug), stored.sightings(session, slug)
    blocks = learning.recount_blocks(active.blocks, seen) if active else []
    pages = {layout: len(own) for layout, own in learning.group_by_layout(seen).items()}
    if as_json:
        console.write_json(boilerplate_shape(slug, active, blocks, pages))
        return
    _show(active, blocks)
    remembered = ", ".join(f"{layout} {count}" for layout, count in pages.items())
    console.note(f"pages remembered: {remembered or 'none'}; learning begins at {learning.FROM} of a layout")


def _revise(database: Database, slug: str, keep: list[str], forget: list[str]) -> None:
    def revised(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        for change, names in ((learning.mark_as_text, keep), (learning.forget_block, forget)):
            for name in names:
                blocks = change(blocks, name)
        return blocks

    try:
        with database.write() as session:
            stored.publish_set(session, slug, utc_now(), revised)
    except KeyError as error:
        raise ArchiveError(f"{slug} has no block {error}; polarchive boilerplate {slug} lists them") from None


def _show(active: BoilerplateSet | None, blocks: list[Block]) -> None:
    if active is None:
        console.say("nothing learned yet")
        return
    title = f"set {active.id}, since {format_moment(active.at)}"
    table = console.table(title, "block", "layout", "at", "line", "#pages", "since", "is")
    for block in blocks:
        table.add_row(
            block.id,
            block.layout,
            block.edge,
            console.styled(block.key),
            f"{block.pages} of {block.of}",
            format_moment(block.since),
            "kept" if block.kept else "removed",
        )
    console.say(table)
