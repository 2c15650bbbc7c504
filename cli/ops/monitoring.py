"""status, report, history, accept, requests, stop, resume: watch the crawls, and stop them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve

from cli.options import FAILED, Json, Slug, parse_day
from cli.output import _, console, translated
from cli.output.console import backfill_lines, show_report, state_text
from policy.documents.dates import SHANGHAI, calendar_day, format_moment
from policy.errors import ArchiveError
from services.archive_home import ArchiveHome
from services.ops_shapes import plain

if TYPE_CHECKING:
    from rich.text import Text

    from crawler.fetching.request_log import LoggedRequest, RequestGap
    from crawler.runs.run_lock import KillSwitch
    from health.baseline import OpenAlarm
    from health.daily_report import DailyReport
    from services.status import ArchiveStatus
    from storage.queries import PortalOverview

commands = typer.Typer()


@commands.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what the archive contains, how the last runs ended, and open alarms."""
    from services.ops_shapes import status_shape
    from services.status import archive_status

    home: ArchiveHome = ctx.obj
    slugs = list(home.portals)
    with home.database() as database:
        current = archive_status(home.config, database, slugs)
    console.write_json(status_shape(current)) if as_json else _show_status(current)


def _show_status(current: ArchiveStatus) -> None:
    from crawler.runs import run_lock
    from health.daily_report import alarm_lines
    from services.status import describe_distrust

    numbers = ("#articles", "#versions", "#missing", "#withdrawn")
    table = console.table("", "portal", *numbers, "newest", "last run", "state", "failed")
    for overview in current.portals:
        table.add_row(*_status_row(overview))
    console.say(table)
    console.say("  ".join(f"{_(name)} {count}" for name, count in plain(current.totals).items()))
    if current.stopped:
        console.say(console.styled(f"{describe_stop(current.stopped)}: polarchive resume"))
    if current.messages:
        console.say(_("messages: {counts}", counts=console.counts(current.messages)))
    for line in (
        *(line for backfill in current.backfills for line in backfill_lines(backfill)),
        *map(run_lock.describe_blocking_run, current.lease_owners),
        *alarm_lines(current.alarms),
        *current.backoffs,
        *map(describe_distrust, current.distrusted),
    ):
        console.say(console.styled(translated(line)))


def _status_row(overview: PortalOverview) -> list[str | Text]:
    run = overview.last_run
    ended: list[str | Text] = (
        [format_moment(run.started), state_text(run.state), console.counts(run.failed)] if run else []
    )
    numbers = (overview.articles, overview.versions, overview.missing, overview.withdrawn)
    return [overview.portal, *map(str, numbers), format_moment(overview.newest), *ended]


@commands.command("report")
def report(
    ctx: typer.Context,
    night: Annotated[
        dt.date | None,
        typer.Option(
            metavar="DATE", parser=parse_day, help="The day in Shanghai; defaults to the last one with runs."
        ),
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: Json = False,
) -> None:
    """Show the daily report: failures and what to do, stale sections, new policies, completeness."""
    from health.daily_report import render_markdown
    from services import reports
    from services.ops_shapes import report_shape

    home: ArchiveHome = ctx.obj
    with home.database() as database:
        made = reports.daily_report(home.config, database, night)
    made = made if night else _dated(made)
    if as_json:
        console.write_json(report_shape(made))
    elif as_markdown:
        sys.stdout.write(render_markdown(made))
    else:
        show_report(made)


def _dated(made: DailyReport) -> DailyReport:
    """The last report, which says so when it is old."""
    from crawler.run_context import utc_now

    days = (calendar_day(utc_now()) - made.day).days
    old = f"the last night was {days} days ago: nothing ran since; is the scheduler running?"
    return evolve(made, remarks=(*made.remarks, old)) if days > 1 else made


@commands.command("history")
def history(
    ctx: typer.Context,
    slug: Slug,
    nights: Annotated[int, typer.Option(min=1, help="The number of runs to show, the newest first.")] = 30,
    as_json: Json = False,
) -> None:
    """Show the health history of a portal: results and alarms, night by night."""
    from services.ops_shapes import run_history_shape
    from services.reports import portal_history

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    with home.database() as database:
        entries = portal_history(database, slug, nights)
    if as_json:
        console.write_json([run_history_shape(entry) for entry in reversed(entries)])
        return
    table = console.table("", "night", "state", "#entries", "#new", "#revised", "began", "goes on", "ended")
    for entry in reversed(entries):
        run = entry.run
        going = [alarm for alarm in entry.open if alarm not in entry.opened]
        numbers = [str(number) for number in (run.entries, run.new, run.revised)]
        changes = [_alarms(alarms) for alarms in (entry.opened, going, entry.closed)]
        table.add_row(format_moment(run.slot), state_text(run.state), *numbers, *changes)
    console.say(table)


def _alarms(alarms: Iterable[OpenAlarm]) -> Text:
    """``tz: zero_entries (3)``: the number counts the runs so far."""
    lines = []
    for alarm in alarms:
        place = alarm.finding.section or alarm.finding.subject
        nights = f" ({alarm.nights})" if alarm.nights > 1 else ""
        lines.append(f"{place}: {alarm.finding.kind}{nights}" if place else f"{alarm.finding.kind}{nights}")
    return console.styled("\n".join(lines))


@commands.command("accept")
def accept(ctx: typer.Context, slug: Slug) -> None:
    """Accept the state of a portal: end its alarms and take the last run as normal."""
    from services.reports import accept_alarms

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    with home.database() as database:
        accepted = accept_alarms(database, slug)
    kinds = ", ".join(alarm.finding.kind for alarm in accepted)
    text = "{slug}: accepted: {kinds}" if kinds else "{slug}: nothing to accept: no alarm is open"
    console.note(_(text, slug=slug, kinds=kinds))


@commands.command("requests")
def requests(
    ctx: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(help="Run numbers; a portal's slug stands for its last run."),
    ],
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Show the smallest gap between two requests per host.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List every request of a run; --gaps checks the delays (exit code 1 if one was too short)."""
    from crawler.fetching import request_log

    home: ArchiveHome = ctx.obj
    asked = sorted((request for name in runs for request in _asked(home, name)), key=lambda it: it.at)
    between = request_log.request_gaps(asked)
    if as_json:
        console.write_json([plain(row) for row in (between if gaps else asked)])
    elif gaps:
        _show_gaps(between)
    else:
        _show_requests(asked)
    raise typer.Exit(FAILED if gaps and any(gap.short for gap in between) else 0)


def _asked(home: ArchiveHome, name: str) -> list[LoggedRequest]:
    from crawler.fetching import request_log

    logs = request_log.find_logs(home.config.requests, name)
    if not logs:
        raise ArchiveError(f"{name}: no requests are logged under this slug or number of a run")
    return list(request_log.read_log(logs[0]))


def _show_gaps(between: tuple[RequestGap, ...]) -> None:
    table = console.table("", "host", "#requests", "#smallest gap", "#delay", "#too short")
    for gap in between:
        smallest = "–" if gap.smallest is None else f"{gap.smallest:.3f}"
        table.add_row(gap.host, str(gap.requests), smallest, f"{gap.delay:.3f}", str(gap.short))
    console.say(table)


def _show_requests(asked: list[LoggedRequest]) -> None:
    table = console.table("", "time", "#answer", "#bytes", "#seconds", "request")
    for request in asked:
        moment = request.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S.%f")[:-3]
        answer, seconds = request.error or str(request.status), f"{request.seconds:.3f}"
        table.add_row(moment, answer, str(request.bytes), seconds, f"{request.method} {request.url}")
    console.say(table)


@commands.command("stop")
def stop(
    ctx: typer.Context,
    reason: Annotated[
        str, typer.Option(help="The reason; shown by status and in the runs that it ends.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Stop all crawling. Running crawls finish their current requests and exit."""
    from crawler.run_context import utc_now
    from crawler.runs import run_lock

    home: ArchiveHome = ctx.obj
    switch = run_lock.stop_crawling(home.config, utc_now(), reason)
    if as_json:
        console.write_json(plain(switch))
    else:
        console.note(_("{stopped}; resume with polarchive resume", stopped=describe_stop(switch)))


@commands.command("resume")
def resume(ctx: typer.Context) -> None:
    """Allow crawling again after a stop."""
    from crawler.runs import run_lock

    switch = run_lock.resume_crawling(ctx.obj.config)
    console.note(_("crawling is allowed again" if switch else "nothing was stopped"))


def describe_stop(switch: KillSwitch) -> str:
    """A stop in one line."""
    since = _("stopped since {time}", time=format_moment(switch.since))
    return ": ".join([since, *filter(None, [switch.reason])])
