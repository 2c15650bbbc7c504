"""backfill: older years of a portal come into the archive, in as many runs as it takes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve

from cli.ops.crawling import readable
from cli.options import Json, Replay
from cli.output import console
from cli.output.reports import backfill_lines, show_run
from policy.errors import ConfigError
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from crawler.runs.backfill import BackfillBudget, BackfillOutcome, BackfillRequest

commands = typer.Typer()

_MEGABYTE = 1_000_000


@commands.command("backfill")
def backfill(
    ctx: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(help="The portal; with --list, all portals by default.")
    ] = None,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of the range.")
    ] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], help="The last day; defaults to the day before the nightly window."
        ),
    ] = None,
    section: Annotated[list[str] | None, typer.Option(help="Only this section. May be repeated.")] = None,
    listing_pages: Annotated[
        int | None, typer.Option(min=1, help="Most pages to read of each listing.")
    ] = None,
    pages: Annotated[int | None, typer.Option(min=1, help="Most requests of this run.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Most minutes of this run.")] = None,
    megabytes: Annotated[
        float | None, typer.Option(min=0.01, help="Most megabytes received by this run.")
    ] = None,
    replay: Replay = None,
    show_all: Annotated[bool, typer.Option("--list", help="List the backfills, open and closed.")] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Cancel the portal's open backfill; archived articles stay.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Archive older years of a portal without notifications; without dates, continue the open backfill."""
    from crawler.runs.backfill import BackfillBudget, BackfillRequest

    home: ArchiveHome = ctx.obj
    if show_all:
        _list(home, slug, as_json=as_json)
        return
    if slug is None:
        raise typer.BadParameter("say which portal, or --list", param_hint="SLUG")
    home.portal(slug)
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
    _run(home, slug, wish, cost, replay=readable(replay or []), as_json=as_json)


def _run(
    home: ArchiveHome,
    slug: str,
    wish: BackfillRequest,
    cost: BackfillBudget,
    *,
    replay: list[Path],
    as_json: bool,
) -> None:
    from crawler.runs import backfill as running
    from crawler.runs import process

    home.prepare()
    with console.staged(f"back-filling {slug}") as progress:
        config = running.with_budget(home.config, slug, cost)
        outcome = running.run_backfill(config, slug, wish, replay=replay, progress=progress)
    if outcome is None:
        console.fail(f"{slug}: another run has the lease: give the same command again when it has ended")
        raise typer.Exit(process.TAKEN)
    from services.nightly import exit_code

    if outcome.run:
        outcome = _finished(home, outcome)
    _show(outcome, wish.until, as_json=as_json)
    raise typer.Exit(exit_code(outcome.run) if outcome.run else 0)


def _finished(home: ArchiveHome, outcome: BackfillOutcome) -> BackfillOutcome:
    """With the findings of its run; a domain that refused it is in backoff at night too."""
    from cli.ops.updating import update_after_run
    from services.run_health import check_run

    if outcome.run is None:
        return outcome
    with home.database() as database:
        run = check_run(home.config, database, outcome.run)
        update_after_run(home.config, database)
    return evolve(outcome, run=run)


def _show(outcome: BackfillOutcome, until: dt.date | None, *, as_json: bool) -> None:
    from services.shapes import backfill_shape, run_shape

    backfill, run = outcome.backfill, outcome.run
    if as_json:
        console.write_json(backfill_shape(backfill) | {"run": run_shape(run) if run else None})
        return
    if run:
        show_run(run, as_json=False)
    if until and until > backfill.until:
        console.note(f"{backfill.portal}: up to {backfill.until}: what is newer is the nights'")
    for line in backfill_lines(backfill):
        console.say(console.styled(line))


# ------------------------------------------------------------------ list of backfills


def _list(home: ArchiveHome, slug: str | None, *, as_json: bool) -> None:
    from services.shapes import backfill_shape
    from storage.runs import backfills

    with home.database() as database, database.read() as session:
        listed = [
            backfill for backfill in backfills.list_backfills(session) if slug in (None, backfill.portal)
        ]
    if as_json:
        console.write_json([backfill_shape(backfill) for backfill in listed])
        return
    for backfill in listed:
        for line in backfill_lines(backfill):
            console.say(console.styled(line))
    if not listed:
        console.note("no back-fill was asked for")


def _cancel(home: ArchiveHome, slug: str, *, as_json: bool) -> None:
    from crawler.run_context import utc_now
    from services.shapes import backfill_shape
    from storage.runs import backfills

    with home.database() as database, database.write() as session:
        running = backfills.open_backfill_of(session, slug)
        if running is None:
            raise ConfigError(f"{slug} has no open back-fill")
        ended = backfills.close_backfill(session, running.id, "cancelled", utc_now())
    if as_json:
        console.write_json(backfill_shape(ended))
    else:
        console.say(console.styled(ended.headline))
