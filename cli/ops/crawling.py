"""crawl, nightly: one portal now, or all that are enabled."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from attrs import evolve

from cli.options import Json, Replay
from cli.output import console
from cli.output.reports import show_night, show_run
from policy.documents.dates import SHANGHAI
from policy.errors import ArchiveError
from services.archive_home import ArchiveHome

commands = typer.Typer()


@commands.command("crawl")
def crawl(
    ctx: typer.Context,
    slug: str,
    replay: Replay = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="How far back the first crawl goes.")
    ] = None,
    slot: Annotated[
        str | None, typer.Option(help="The scheduled time (ISO 8601); portal and slot are the lease.")
    ] = None,
    section: Annotated[list[str] | None, typer.Option(help="Only this section. May be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Crawl one portal now, even if its domain is backed off."""
    from crawler.runs import process

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    start, captures = slot_of(slot), readable(replay or [])
    home.prepare()
    with console.busy(f"crawling {slug}"):
        run = process.crawl(
            home.config,
            slug,
            slot=start,
            since=since.date() if since else None,
            replay=captures,
            sections=section or [],
        )
    if run is None:
        console.fail(f"{slug}: another run has the lease")
        raise typer.Exit(process.TAKEN)
    from cli.ops.updating import update_after_run
    from services.nightly import exit_code
    from services.run_health import check_run

    with home.database() as database:
        run = check_run(home.config, database, run)
        update_after_run(home.config, database)
    show_run(run, as_json=as_json)
    raise typer.Exit(exit_code(run))


def slot_of(given: str | None) -> dt.datetime | None:
    """The scheduled time that is named; raises BadParameter."""
    if given is None:
        return None
    try:
        slot = dt.datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(f"not an ISO time: {given}", param_hint="--slot") from None
    return slot.astimezone(dt.UTC) if slot.tzinfo else slot.replace(tzinfo=SHANGHAI)


def readable(paths: list[Path]) -> list[Path]:
    """The paths, once it is known that they hold captures; raises ArchiveError."""
    from crawler.fetching.replay import saved_captures

    if missing := [path for path in paths if not path.exists()]:
        raise ArchiveError(f"{missing[0]}: no such file or folder to replay")
    if paths:
        saved_captures(tuple(path.absolute() for path in paths))  # kept for the crawl
    return [path.absolute() for path in paths]


@commands.command("nightly")
def nightly(ctx: typer.Context, replay: Replay = None, as_json: Json = False) -> None:
    """Crawl all portals now, run the consumers, send alerts, print the daily report."""
    from crawler.run_context import utc_now
    from crawler.runs import run_lock
    from crawler.runs.setup import enabled_portals, replayable_portals
    from services import nightly as nights

    home: ArchiveHome = ctx.obj
    home.check_portals()
    captures = readable(replay or [])
    if not captures:
        run_lock.require_none(home.config)
    chosen = replayable_portals(home.config, captures) if captures else enabled_portals(home.config)
    home.prepare()
    stop = _stopped_by_signals()
    with home.database() as database:
        slots = dict.fromkeys(chosen.slugs, utc_now())
        with console.progress("portals", len(chosen.slugs)) as bar:
            lost = run_lock.close_crashed_runs(home.config, database, utc_now())
            night = nights.run_night(
                home.config,
                database,
                slots,
                replay=captures,
                stop=stop,
                on_done=lambda slug, run: bar.advance(bar.task_ids[0]),
            )
        night = evolve(night, lost=tuple(lost), refused=(*chosen.refused, *night.refused))
        if night.held and not captures:
            if not as_json:
                show_night(home.config, database, night)
            night = nights.run_waiting_portals(home.config, database, night, slots, stop=stop)
        show_night(home.config, database, night, as_json=as_json)
        nights.continue_backfills(home.config, database, night, stop=stop)
    raise typer.Exit(night.code)


def _stopped_by_signals() -> threading.Event:
    """Set when we are told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
