"""init, crawl, nightly, status, db upgrade: what ops use."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import evolve
from rich.text import Text

import console
import reporting
from cli import traffic
from cli.app import Json, app
from cli.home import Home
from cli.portals import distrust
from cli.report import holder_shape
from crawler import clock
from crawler import portals as declared
from crawler.runs import kill_switch, lease
from health.daily_report import alarm_lines
from health.history import OpenAlarm
from policy.documents.dates import SHANGHAI
from policy.errors import ArchiveError
from policy.records.runs import Run
from resting import sentence as resting_domain
from storage.alerts import deliveries
from storage.articles import validators
from storage.database import upgrade
from storage.runs import backfills, health_history, overview
from storage.runs.overview import PortalOverview, Totals

Replay = Annotated[
    list[Path] | None, typer.Option(help="Answer from this WARC file or folder, never from the network.")
]

db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")


@app.command()
def init(ctx: typer.Context) -> None:
    """Make the home: its folder, its configuration, its tables."""
    home: Home = ctx.obj
    fresh = home.prepare()
    with home.database():  # raises when it is no archive of this release
        pass
    console.note(f"{home.config.home}: {'made' if fresh else 'there already'}")
    console.note(f"{home.write_config()}: the configuration")


@db.command("upgrade")
def upgrade_database(ctx: typer.Context) -> None:
    """Bring the tables up to this release."""
    home: Home = ctx.obj
    upgrade(home.config.database_url)
    console.note("the database is up to date")


# ------------------------------------------------------------------ runs


@app.command()
def crawl(
    ctx: typer.Context,
    slug: str,
    replay: Replay = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First crawl's window.")
    ] = None,
    slot: Annotated[str | None, typer.Option(help="The scheduled time (ISO), which is the lease.")] = None,
    section: Annotated[list[str] | None, typer.Option(help="Only this section; may be repeated.")] = None,
    imported: Annotated[bool, typer.Option(hidden=True, help="See polarchive import.")] = False,
    as_json: Json = False,
) -> None:
    """Crawl one portal now, also one whose domain is left alone at night."""
    import night
    from crawler.runs import process
    from judging import judged

    home: Home = ctx.obj
    declared.get(slug, home.config.portal_packages)
    begun, captures = slot_of(slot), readable(replay or [])
    home.prepare()
    with console.busy(f"crawling {slug}"):
        run = process.crawl(
            home.config,
            slug,
            slot=begun,
            since=since.date() if since else None,
            replay=captures,
            sections=section or [],
            imported=imported,
        )
    if run is None:
        console.fail(f"{slug}: another run has the lease")
        raise typer.Exit(process.TAKEN)
    with home.database() as database:
        run = judged(home.config, database, run)
    show_run(run, as_json=as_json)
    raise typer.Exit(night.code_of(run))


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
    from crawler.fetching.replay import saved

    if missing := [path for path in paths if not path.exists()]:
        raise ArchiveError(f"{missing[0]}: no such file or folder to replay")
    if paths:
        saved(tuple(path.absolute() for path in paths))  # kept for the crawl
    return [path.absolute() for path in paths]


def show_run(run: Run, *, as_json: bool) -> None:
    """A run with what needs a look."""
    if as_json:
        console.write_json(console.run_shape(run))
        return
    console.say(console.runs_table("", [run]))
    if run.message:
        console.note(f"{run.portal}: {run.message}")
    for line in console.finding_lines(run.findings or ()):
        console.note(line)


@app.command()
def nightly(ctx: typer.Context, replay: Replay = None, as_json: Json = False) -> None:
    """Crawl every portal now, index, send alerts, print the morning report."""
    import night
    from cli import report
    from crawler.runs import lease
    from crawler.runs.enabled_portals import enabled, replayable

    home: Home = ctx.obj
    captures = readable(replay or [])
    if not captures:
        kill_switch.require_none(home.config)
    chosen = replayable(home.config, captures) if captures else enabled(home.config)
    home.prepare()
    stop = stopped_by_signals()
    with home.database() as database:
        slots = dict.fromkeys(chosen.slugs, clock.now())
        with console.progress("portals", len(chosen.slugs)) as bar:
            lost = lease.close_lost(home.config, database, clock.now())
            passed = night.night(
                home.config,
                database,
                slots,
                replay=captures,
                stop=stop,
                on_done=lambda slug, run: bar.advance(bar.task_ids[0]),
            )
        passed = evolve(passed, lost=tuple(lost), refused=(*chosen.refused, *passed.refused))
        if passed.held and not captures:
            if not as_json:
                report.tell_night(home.config, database, passed)
            passed = night.take_up(home.config, database, passed, slots, stop=stop)
        report.tell_night(home.config, database, passed, as_json=as_json)
        night.go_on(home.config, database, passed, stop=stop)
    raise typer.Exit(passed.code)


def stopped_by_signals() -> threading.Event:
    """Set when we are told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """What the archive holds, and how the last runs ended."""
    home: Home = ctx.obj
    slugs, held = list(declared.load(home.config.portal_packages)), kill_switch.read_kill_switch(home.config)
    with home.database() as database, database.read() as session:
        lines, totals = overview.overview(session, slugs), overview.totals(session)
        messages = deliveries.count_by_state(session)
        alarms = reporting.alarms(session, slugs)
        resting = [resting_domain(each) for each in health_history.backoffs(session).values()]
        distrusted = validators.inconsistent_portals(session)
        open_backfills = backfills.list_backfills(session, only_open=True)
        held_by = [*lease.blocking_runs(session).values()]
    if as_json:
        shapes = [_status_shape(line, alarms) for line in lines]
        said = {
            "totals": console.plain(totals),
            "portals": shapes,
            "messages": messages,
            "resting": resting,
            "backfills": [console.backfill_shape(each) for each in open_backfills],
            "held": [holder_shape(run) for run in held_by],
            "distrusted": [console.plain(each) for each in distrusted],
            "stopped": console.plain(held) if held else None,
        }
        console.write_json(said)
        return
    _show_holdings(lines, totals)
    if held:
        console.say(Text(f"{traffic.said(held)}: polarchive resume"))
    if messages:
        console.say(f"messages: {console.counts(messages)}")
    for each in open_backfills:
        for line in console.backfill_lines(each):
            console.say(Text(line))
    for remark in [
        *map(lease.sentence, held_by),
        *alarm_lines(alarms),
        *resting,
        *map(distrust, distrusted),
    ]:
        console.say(Text(remark))


def _show_holdings(lines: Sequence[PortalOverview], totals: Totals) -> None:
    numbers = ("#articles", "#versions", "#missing", "#withdrawn")
    table = console.table("", "portal", *numbers, "newest", "last run", "state", "failed")
    for line in lines:
        table.add_row(*_status_row(line))
    console.say(table)
    console.say("  ".join(f"{name} {count}" for name, count in console.plain(totals).items()))


def _status_row(line: PortalOverview) -> list[str | Text]:
    run = line.last_run
    ended: list[str | Text] = (
        [console.moment(run.started), console.state(run.state), console.counts(run.failed)] if run else []
    )
    numbers = [str(number) for number in (line.articles, line.versions, line.missing, line.withdrawn)]
    return [line.portal, *numbers, console.moment(line.newest), *ended]


def _status_shape(line: PortalOverview, alarms: Sequence[OpenAlarm]) -> dict[str, Any]:
    run = console.run_shape(line.last_run) if line.last_run else None
    found = [console.alarm_shape(alarm) for alarm in alarms if alarm.finding.portal == line.portal]
    return console.plain(line) | {"last_run": run, "alarms": found}
