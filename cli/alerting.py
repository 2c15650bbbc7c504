"""subscribe, alerts send: what subscribers need."""

from __future__ import annotations

from typing import Annotated

import typer

import console
from alerts import percolation, subscriptions
from cli.app import FAILED, Json, app
from cli.home import Home
from crawler import clock
from pipelines.consumers import linking

alerts = typer.Typer(help="Messages to subscribers.", no_args_is_help=True)
app.add_typer(alerts, name="alerts")


@app.command()
def subscribe(
    ctx: typer.Context,
    query: str,
    email: Annotated[str, typer.Option(help="Where the messages go.")],
    as_json: Json = False,
) -> None:
    """Tell an address about new policies that answer a query."""
    home: Home = ctx.obj
    home.prepare()
    with home.database() as database, database.write() as session:
        made = subscriptions.subscribe(session, query, email, clock.now())
    if as_json:
        console.write_json(console.plain(made))
    else:
        console.note(f"subscription {made.id}: {made.query} to {made.address}, for policies from now on")


@alerts.command("send")
def send(ctx: typer.Context, as_json: Json = False) -> None:
    """Match what is new and send what is due."""
    import aftermath

    home: Home = ctx.obj
    with home.database() as database:
        linking.follow(database)
        matched = percolation.match_changes(database, home.names, clock.now())
        sent = aftermath.send(home.config, database)
    if as_json:
        console.write_json({"matched": matched} | console.plain(sent))
    else:
        console.note(", ".join([f"{sent.sent} sent, {sent.waiting} waiting", *sent.errors]))
    if sent.waiting and not home.config.mail.host:
        console.fail(
            f"{sent.waiting} messages wait: mail.host is not set in {home.config.home}/polarchive.toml"
        )
    raise typer.Exit(FAILED if sent.waiting or sent.given_up else 0)
