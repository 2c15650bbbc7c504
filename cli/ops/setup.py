"""init, db upgrade: an archive directory and its tables."""

from __future__ import annotations

import typer

from cli.output import console
from services.archive_home import ArchiveHome

commands = typer.Typer()


@commands.command("init")
def init(ctx: typer.Context) -> None:
    """Create the archive directory, its configuration and its database."""
    home: ArchiveHome = ctx.obj
    fresh = home.prepare()
    with home.database():  # raises when it is no archive of this release
        pass
    console.note(f"{home.config.home}: {'made' if fresh else 'there already'}")
    console.note(f"{home.write_config()}: the configuration")


@commands.command("db upgrade")
def upgrade_database(ctx: typer.Context) -> None:
    """Upgrade the tables to this release."""
    from storage.database import upgrade

    home: ArchiveHome = ctx.obj
    upgrade(home.config.database_url)
    console.note("the database is up to date")
