"""search: the newest versions of all articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output import console
from policy.documents.dates import format_moment
from policy.query import highlights, parse
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from storage.search.searcher import Hit

commands = typer.Typer()


@commands.command("search")
def search(
    ctx: typer.Context,
    query: str,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    offset: Annotated[int, typer.Option(min=0, max=1_000_000)] = 0,
    as_json: Json = False,
) -> None:
    """Search the newest version of every article."""
    from services.archive.article_shapes import search_shape
    from services.archive.search_service import search_archive

    home: ArchiveHome = ctx.obj
    tree = parse(query)
    with home.database() as database:
        found = search_archive(home.config, database, tree, home.names, limit=limit, offset=offset)
    console.note_lag(found.lag)
    if as_json:
        console.write_json(search_shape(found))
        return
    for hit in found.results.hits:
        _print_hit(hit, highlights(tree))
    console.say(f"{found.results.total} articles, {len(found.results.hits)} policies shown")


def _print_hit(hit: Hit, terms: tuple[str, ...]) -> None:
    from policy.text.words import match_spans

    title, snippet = console.styled(hit.title, "bold"), console.styled(hit.snippet)
    facts = (str(hit.article_id), hit.doc_no, format_moment(hit.published), ", ".join(hit.portals), hit.url)
    for text in (title, snippet):
        for start, end in match_spans(text.plain, terms):
            text.stylize("yellow", start, end)
    console.say(title)
    console.say(console.styled("  " + "  ".join(fact for fact in facts if fact), "dim"))
    console.say(console.styled("  ") + snippet)
