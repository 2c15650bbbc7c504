"""init, db upgrade, update, index rebuild, linking rebuild: set up an archive and keep it current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.options import FAILED, Json
from cli.output import _, console, translated
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from config import Config
    from services.consumers import ConsumerResults
    from storage.database import Database

commands = typer.Typer()


@commands.command("init")
def init(ctx: typer.Context) -> None:
    """Create the archive directory, its configuration and its database."""
    home: ArchiveHome = ctx.obj
    fresh = home.prepare()
    with home.database():  # raises when it is no archive of this release
        pass
    made = "{path}: made" if fresh else "{path}: there already"
    console.note(_(made, path=home.config.home))
    console.note(_("{path}: the configuration", path=home.write_config()))


@commands.command("db upgrade")
def upgrade_database(ctx: typer.Context) -> None:
    """Upgrade the tables to this release."""
    from storage.database import upgrade

    home: ArchiveHome = ctx.obj
    upgrade(home.config.database_url)
    console.note(_("the database is up to date"))


@commands.command("update")
def update(ctx: typer.Context, as_json: Json = False) -> None:
    """Run the change-feed consumers: linking, keywords, search index and alerts.

    A crawl, an import and a re-extraction do so at their end; reading commands never do, they say when it
    is needed.
    """
    from services.ops_shapes import consumers_shape

    home: ArchiveHome = ctx.obj
    with home.database() as database:
        results = update_after_run(home.config, database)
    if as_json:
        console.write_json(consumers_shape(results))
    elif not results.errors:
        text = "{articles} articles indexed, {messages} messages made"
        console.note(_(text, articles=results.indexed, messages=results.matched))
    raise typer.Exit(FAILED if results.errors else 0)


def update_after_run(config: Config, database: Database) -> ConsumerResults:
    """Run the change-feed consumers with a progress bar; says on stderr which of them failed."""
    from services.consumers import run_consumers

    with console.staged(_("updating")) as progress:
        results = run_consumers(config, database, progress=progress)
    for error in results.errors:
        console.fail(translated(error))
    return results


@commands.command("index rebuild")
def rebuild_index(ctx: typer.Context) -> None:
    """Rebuild the full-text index from the database."""
    from storage.search.index import Index

    home: ArchiveHome = ctx.obj
    with home.database() as database, console.counted(_("indexing")) as progress:
        indexed = Index(home.config.index).rebuild(database, progress=progress)
    console.note(_("{n} articles indexed", n=indexed))


@commands.command("linking rebuild")
def rebuild_connections(ctx: typer.Context) -> None:
    """Compare every article with all others again and regroup them."""
    from pipelines.consumers import linking

    home: ArchiveHome = ctx.obj
    with home.database() as database, console.counted(_("comparing")) as progress:
        compared = linking.rebuild(database, progress)
    console.note(_("{n} articles compared", n=compared))
