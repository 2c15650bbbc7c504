"""subscribe, alerts send: subscriptions and the messages they cause."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import FAILED, Json, Query
from cli.output import _, console, translated
from services.archive_home import ArchiveHome
from services.ops_shapes import plain

commands = typer.Typer()


@commands.command("subscribe")
def subscribe(
    ctx: typer.Context,
    query: Query,
    address: Annotated[str, typer.Option("--address", "--email", help="The address to send to.")],
    channel: Annotated[str, typer.Option(help="The channel to send by.")] = "email",
    as_json: Json = False,
) -> None:
    """Subscribe an address to new policies that match a query."""
    from alerts import percolation
    from crawler.run_context import utc_now

    home: ArchiveHome = ctx.obj
    home.prepare()
    with home.database() as database, database.write() as session:
        made = percolation.subscribe(
            session, query, address, utc_now(), channel=channel, channels=home.config.channels
        )
    if as_json:
        console.write_json(plain(made))
    else:
        text = "subscription {number}: {query} to {address}, for policies from now on"
        console.note(_(text, number=made.id, query=made.query, address=made.address))


@commands.command("alerts send")
def send(ctx: typer.Context, as_json: Json = False) -> None:
    """Match new changes against all subscriptions and send the messages that are due."""
    from services import consumers

    home: ArchiveHome = ctx.obj
    with home.database() as database:
        with console.staged(_("updating")) as progress:
            consumers.link_policies(database, progress)
            matched = consumers.match_alerts(home.config, database)
        sent = consumers.send_messages(home.config, database)
        blocked = consumers.blocked_messages(home.config, database)
    if as_json:
        console.write_json({"matched": matched} | plain(sent))
    else:
        counts = _("{sent} sent, {waiting} waiting", sent=sent.sent, waiting=sent.waiting)
        console.note(_(", ").join([counts, *map(translated, sent.errors)]))
    for reason, count in blocked.items():
        console.fail(_("{n} messages wait: {reason}", n=count, reason=translated(reason)))
    raise typer.Exit(FAILED if sent.waiting or sent.given_up else 0)
