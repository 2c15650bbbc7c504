"""crawl, nightly, backfill: crawl one portal or all, or archive older years of one."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve

from cli.options import Json, Replay, Sections, Slug, parse_day
from cli.output import _, console, translated
from cli.output.console import backfill_lines, show_night, show_run
from policy.documents.dates import SHANGHAI
from policy.errors import ArchiveError, ConfigError
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from crawler.runs.backfill import BackfillBudget, BackfillOutcome, BackfillRequest

commands = typer.Typer()


@commands.command("crawl")
def crawl(
    ctx: typer.Context,
    slug: Slug,
    replay: Replay = None,
    since: Annotated[
        dt.date | None,
        typer.Option(metavar="DATE", parser=parse_day, help="How far back the first crawl goes."),
    ] = None,
    slot: Annotated[
        str | None, typer.Option(help="The scheduled time (ISO 8601); portal and slot are the lease.")
    ] = None,
    section: Sections = None,
    as_json: Json = False,
) -> None:
    """Crawl one portal now, even if its domain is backed off."""
    from crawler.runs import process

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    start, captures = slot_of(slot), readable(replay or [])
    home.prepare()
    with console.busy(_("crawling {slug}", slug=slug)):
        run = process.crawl(
            home.config,
            slug,
            slot=start,
            since=since,
            replay=captures,
            sections=section or [],
        )
    if run is None:
        console.fail(_("{slug}: another run has the lease", slug=slug))
        raise typer.Exit(process.TAKEN)
    from cli.ops.maintenance import update_after_run
    from services.nightly import exit_code
    from services.run_health import check_run

    with home.database() as database:
        run = check_run(home.config, database, run)
        update_after_run(home.config, database)
    show_run(run, as_json=as_json)
    raise typer.Exit(exit_code(run))


def slot_of(time: str | None) -> dt.datetime | None:
    """The scheduled time that is named; raises BadParameter."""
    if time is None:
        return None
    try:
        slot = dt.datetime.fromisoformat(time)
    except ValueError:
        message = _("not an ISO time: {text}", text=time)
        raise typer.BadParameter(message, param_hint="--slot") from None
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
        with console.progress(_("portals"), len(chosen.slugs)) as bar:
            crashed = run_lock.close_crashed_runs(home.config, database, utc_now())
            night = nights.run_night(
                home.config,
                database,
                slots,
                replay=captures,
                stop=stop,
                on_done=lambda slug, run: bar.advance(bar.task_ids[0]),
            )
        night = evolve(night, crashed=tuple(crashed), refused=(*chosen.refused, *night.refused))
        if night.blocked_by and not captures:
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


_MEGABYTE = 1_000_000


@commands.command("backfill")
def backfill(
    ctx: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(metavar="SLUG", help="The portal; with --list, all portals by default.")
    ] = None,
    since: Annotated[
        dt.date | None,
        typer.Option("--from", metavar="DATE", parser=parse_day, help="The first day of the range."),
    ] = None,
    until: Annotated[
        dt.date | None,
        typer.Option(
            "--to",
            metavar="DATE",
            parser=parse_day,
            help="The last day; defaults to the day before the nightly window.",
        ),
    ] = None,
    section: Sections = None,
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
        _list_backfills(home, slug, as_json=as_json)
        return
    if slug is None:
        raise typer.BadParameter(_("say which portal, or --list"), param_hint="SLUG")
    home.portal(slug)
    if cancel:
        _cancel_backfill(home, slug, as_json=as_json)
        return
    wish = BackfillRequest(
        since=since,
        until=until,
        sections=tuple(section or ()),
        listing_pages=listing_pages,
    )
    cost = BackfillBudget(
        pages=pages, minutes=minutes, bytes=int(megabytes * _MEGABYTE) if megabytes else None
    )
    _run_backfill(home, slug, wish, cost, replay=readable(replay or []), as_json=as_json)


def _run_backfill(
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
    with console.staged(_("backfilling {slug}", slug=slug)) as progress:
        config = running.with_budget(home.config, slug, cost)
        outcome = running.run_backfill(config, slug, wish, replay=replay, progress=progress)
    if outcome is None:
        text = "{slug}: another run has the lease: give the same command again when it has ended"
        console.fail(_(text, slug=slug))
        raise typer.Exit(process.TAKEN)
    from services.nightly import exit_code

    if outcome.run:
        outcome = _finish_run(home, outcome)
    _show_backfill(outcome, wish.until, as_json=as_json)
    raise typer.Exit(exit_code(outcome.run) if outcome.run else 0)


def _finish_run(home: ArchiveHome, outcome: BackfillOutcome) -> BackfillOutcome:
    """With the findings of its run; a domain that refused it is in backoff at night too."""
    from cli.ops.maintenance import update_after_run
    from services.run_health import check_run

    if outcome.run is None:
        return outcome
    with home.database() as database:
        run = check_run(home.config, database, outcome.run)
        update_after_run(home.config, database)
    return evolve(outcome, run=run)


def _show_backfill(outcome: BackfillOutcome, until: dt.date | None, *, as_json: bool) -> None:
    from services.ops_shapes import backfill_shape, run_shape

    backfill, run = outcome.backfill, outcome.run
    if as_json:
        console.write_json(backfill_shape(backfill) | {"run": run_shape(run) if run else None})
        return
    if run:
        show_run(run, as_json=False)
    if until and until > backfill.until:
        text = "{slug}: up to {day}; newer articles are archived by the nightly runs"
        console.note(_(text, slug=backfill.portal, day=backfill.until))
    for line in backfill_lines(backfill):
        console.say(console.styled(line))


# ------------------------------------------------------------------ list of backfills


def _list_backfills(home: ArchiveHome, slug: str | None, *, as_json: bool) -> None:
    from services.ops_shapes import backfill_shape
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
        console.note(_("no backfill was requested"))


def _cancel_backfill(home: ArchiveHome, slug: str, *, as_json: bool) -> None:
    from crawler.run_context import utc_now
    from services.ops_shapes import backfill_shape
    from storage.runs import backfills

    with home.database() as database, database.write() as session:
        running = backfills.open_backfill_of(session, slug)
        if running is None:
            raise ConfigError(f"{slug} has no open backfill")
        ended = backfills.close_backfill(session, running.id, "cancelled", utc_now())
    if as_json:
        console.write_json(backfill_shape(ended))
    else:
        console.say(console.styled(translated(ended.headline)))
