"""search, index rebuild: the newest versions of all articles."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

import console
from cli.app import Json, app
from cli.home import Home
from policy.query.documents import match_spans
from policy.query.parser import highlights, parse
from storage.database import Database
from storage.search.index import Index
from storage.search.searcher import Hit

index = typer.Typer(help="The full-text index.", no_args_is_help=True)
app.add_typer(index, name="index")


@app.command()
def search(
    ctx: typer.Context,
    query: str,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    offset: Annotated[int, typer.Option(min=0, max=1_000_000)] = 0,
    as_json: Json = False,
) -> None:
    """Search the newest version of every article."""
    from storage.search.searcher import search as find

    home: Home = ctx.obj
    tree = parse(query)
    with home.database() as database:
        index = Index(home.config.index)
        _follow(index, database)
        results = find(index, database, tree, limit=limit, offset=offset, names=home.names)
    if as_json:
        console.write_json({"total": results.total, "hits": [console.plain(hit) for hit in results.hits]})
        return
    for hit in results.hits:
        _print_hit(hit, highlights(tree))
    console.say(f"{results.total} articles, {len(results.hits)} policies shown")


def _print_hit(hit: Hit, terms: tuple[str, ...]) -> None:
    title = Text(hit.title, style="bold")
    facts = (str(hit.article_id), hit.doc_no, console.moment(hit.published), ", ".join(hit.portals), hit.url)
    snippet = Text(hit.snippet)
    for text in (title, snippet):
        for start, end in match_spans(text.plain, terms):
            text.stylize("yellow", start, end)
    console.say(title)
    console.say(Text("  " + "  ".join(fact for fact in facts if fact), style="dim"))
    console.say(Text("  ") + snippet)


@index.command("rebuild")
def rebuild(ctx: typer.Context) -> None:
    """Make the index anew from the database."""
    home: Home = ctx.obj
    with home.database() as database, console.counted("indexing") as progress:
        indexed = Index(home.config.index).rebuild(database, progress=progress)
    console.note(f"{indexed} articles indexed")


def _follow(index: Index, database: Database) -> None:
    with console.counted("indexing") as progress:
        index.follow(database, progress=progress)
