"""report, diary, accept: how the portals are."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from attrs import evolve
from rich.text import Text

import console
import reporting
from cli import report as shown
from cli.app import Json, app
from cli.home import Home
from crawler import clock
from crawler import portals as declared
from health.daily_report import DailyReport, render_markdown
from health.history import HistoryEntry, OpenAlarm, history_entries
from policy.documents.dates import calendar_day
from policy.errors import ArchiveError
from storage.database import Database
from storage.runs import health_history, leases


@app.command()
def report(
    ctx: typer.Context,
    night: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day in Shanghai; else the last.")
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page or a mail.")] = False,
    as_json: Json = False,
) -> None:
    """The morning report: what broke and what to do, what is stale, what is new, that nothing was lost."""
    home: Home = ctx.obj
    with home.database() as database:
        made = reporting.morning(home.config, database, night.date() if night else None)
    made = made if night else _dated(made)
    if as_json:
        console.write_json(shown.report_shape(made))
    elif as_markdown:
        sys.stdout.write(render_markdown(made))
    else:
        shown.show(made)


def _dated(made: DailyReport) -> DailyReport:
    """The last report, which says so when it is old."""
    days = (calendar_day(clock.now()) - made.day).days
    old = f"the last night was {days} days ago: nothing ran since; is the scheduler running?"
    return evolve(made, remarks=(*made.remarks, old)) if days > 1 else made


@app.command()
def diary(
    ctx: typer.Context,
    slug: str,
    nights: Annotated[int, typer.Option(min=1, help="So many runs, the newest first.")] = 30,
    as_json: Json = False,
) -> None:
    """How a portal has been, night by night: what came, which alarms began and ended, after how long."""
    home: Home = ctx.obj
    declared.get(slug, home.config.portal_packages)
    with home.database() as database, database.read() as session:
        past = health_history.runs_before(session, slug, limit=nights + reporting.NIGHTS)
    entries = history_entries(past)[-nights:]
    if as_json:
        console.write_json([_shape(entry) for entry in reversed(entries)])
        return
    table = console.table("", "night", "state", "#entries", "#new", "#revised", "began", "goes on", "ended")
    for entry in reversed(entries):
        run = entry.run
        going = [alarm for alarm in entry.open if alarm not in entry.opened]
        numbers = [str(number) for number in (run.entries, run.new, run.revised)]
        alarms = [_told(found) for found in (entry.opened, going, entry.closed)]
        table.add_row(console.moment(run.slot), console.state(run.state), *numbers, *alarms)
    console.say(table)


def _told(alarms: Iterable[OpenAlarm]) -> Text:
    """``tz: zero_entries (3)``: the number counts the runs so far."""
    lines = []
    for alarm in alarms:
        place = alarm.finding.section or alarm.finding.subject
        nights = f" ({alarm.nights})" if alarm.nights > 1 else ""
        lines.append(f"{place}: {alarm.finding.kind}{nights}" if place else f"{alarm.finding.kind}{nights}")
    return Text("\n".join(lines))


def _shape(entry: HistoryEntry) -> dict[str, object]:
    alarms = {"opened": entry.opened, "open": entry.open, "closed": entry.closed}
    return console.run_shape(entry.run) | {
        name: [console.alarm_shape(alarm) for alarm in found] for name, found in alarms.items()
    }


@app.command()
def accept(ctx: typer.Context, slug: str) -> None:
    """Take a portal as its last run found it: its alarms end, what they were about is usual from now on."""
    home: Home = ctx.obj
    declared.get(slug, home.config.portal_packages)
    with home.database() as database:
        ended = _accept(database, slug)
    console.note(f"{slug}: {ended}")


def _accept(database: Database, slug: str) -> str:
    now = clock.now()
    with database.read() as session:
        entries = history_entries(health_history.runs_before(session, slug, limit=reporting.NIGHTS))
    open_now = entries[-1].open if entries else ()
    if not open_now:
        return "nothing to accept: no alarm is open"
    with database.write() as session:
        run = leases.claim_run(session, slug, now, now, kind="acceptance")
        if run is None:
            raise ArchiveError(f"{slug} is being crawled: accept when that has ended")
        leases.close_run(session, run.id, "ok", now, message="accepted by hand")
    return "accepted: " + ", ".join(alarm.finding.kind for alarm in open_now)
