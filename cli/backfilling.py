"""backfill: older years of a portal come into the archive, in as many runs as it takes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve
from rich.text import Text

import console
from cli.app import Json, app
from cli.crawling import Replay, readable, show_run, slot_of
from cli.home import Home
from crawler import clock, portals
from policy.errors import ConfigError
from storage.runs import backfills

if TYPE_CHECKING:
    from crawler.runs.backfill import BackfillBudget, BackfillOutcome, BackfillRequest

_MEGABYTE = 1_000_000


@app.command()
def backfill(
    ctx: typer.Context,
    slug: Annotated[str | None, typer.Argument(help="The portal; with --list all are shown.")] = None,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day wanted.")
    ] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last one; by default that before the nights'."),
    ] = None,
    section: Annotated[list[str] | None, typer.Option(help="Only this section; may be repeated.")] = None,
    listing_pages: Annotated[
        int | None, typer.Option(min=1, help="Read so many pages of each listing at most.")
    ] = None,
    pages: Annotated[int | None, typer.Option(min=1, help="Requests of this run.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Minutes of this run.")] = None,
    megabytes: Annotated[float | None, typer.Option(min=0.01, help="Megabytes received by this run.")] = None,
    replay: Replay = None,
    show_all: Annotated[bool, typer.Option("--list", help="Show the back-fills, open and closed.")] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="End the portal's open one; what came stays.")
    ] = False,
    slot: Annotated[str | None, typer.Option(hidden=True, help="See the scheduler.")] = None,
    as_json: Json = False,
) -> None:
    """Archive a portal's older years, told to nobody; without days go on with what is open."""
    from crawler.runs.backfill import BackfillBudget, BackfillRequest

    home: Home = ctx.obj
    if show_all:
        _list(home, slug, as_json=as_json)
        return
    if slug is None:
        raise typer.BadParameter("say which portal, or --list", param_hint="SLUG")
    portals.get(slug, home.config.portal_packages)
    if cancel:
        _cancel(home, slug, as_json=as_json)
        return
    wish = BackfillRequest(
        since=since.date() if since else None,
        until=until.date() if until else None,
        sections=tuple(section or ()),
        listing_pages=listing_pages,
    )
    cost = BackfillBudget(
        pages=pages, minutes=minutes, bytes=int(megabytes * _MEGABYTE) if megabytes else None
    )
    captures, begun = readable(replay or []), slot_of(slot)
    _run(home, slug, wish, cost, replay=captures, slot=begun, as_json=as_json)


def _run(
    home: Home,
    slug: str,
    wish: BackfillRequest,
    cost: BackfillBudget,
    *,
    replay: list[Path],
    slot: dt.datetime | None,
    as_json: bool,
) -> None:
    import night
    from crawler.runs import backfill as running
    from crawler.runs import process

    home.prepare()
    with console.staged(f"back-filling {slug}") as told:
        config = running.within(home.config, slug, cost)
        outcome = running.backfill(config, slug, wish, slot=slot, replay=replay, told=told)
    if outcome is None:
        console.fail(f"{slug}: another run has the lease: give the same command again when it has ended")
        raise typer.Exit(process.TAKEN)
    if outcome.run:
        outcome = _judged(home, outcome)
    _show(outcome, wish.until, as_json=as_json)
    raise typer.Exit(night.code_of(outcome.run) if outcome.run else 0)


def _judged(home: Home, outcome: BackfillOutcome) -> BackfillOutcome:
    """With what its run says of its domains: one that refuses us is left alone at night too."""
    from judging import judged

    if outcome.run is None:
        return outcome
    with home.database() as database:
        return evolve(outcome, run=judged(home.config, database, outcome.run))


def _show(outcome: BackfillOutcome, until: dt.date | None, *, as_json: bool) -> None:
    ours, run = outcome.backfill, outcome.run
    if as_json:
        console.write_json(console.backfill_shape(ours) | {"run": console.run_shape(run) if run else None})
        return
    if run:
        show_run(run, as_json=False)
    if until and until > ours.until:
        console.note(f"{ours.portal}: up to {ours.until}: what is newer is the nights'")
    for line in console.backfill_lines(ours):
        console.say(Text(line))


# ------------------------------------------------------------------ those there are


def _list(home: Home, slug: str | None, *, as_json: bool) -> None:
    with home.database() as database, database.read() as session:
        found = [each for each in backfills.list_backfills(session) if slug in (None, each.portal)]
    if as_json:
        console.write_json([console.backfill_shape(each) for each in found])
        return
    for each in found:
        for line in console.backfill_lines(each):
            console.say(Text(line))
    if not found:
        console.note("no back-fill was asked for")


def _cancel(home: Home, slug: str, *, as_json: bool) -> None:
    with home.database() as database, database.write() as session:
        held = backfills.open_backfill_of(session, slug)
        if held is None:
            raise ConfigError(f"{slug} has no open back-fill")
        ended = backfills.close_backfill(session, held.id, "cancelled", clock.now())
    console.write_json(console.backfill_shape(ended)) if as_json else console.say(Text(ended.headline))
