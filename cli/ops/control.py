"""requests, stop, resume: what we asked of portals, and that nothing more is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FAILED, Json
from cli.output import console
from policy.documents.dates import SHANGHAI, format_moment
from policy.errors import ArchiveError
from services.archive_home import ArchiveHome
from services.shapes import plain

if TYPE_CHECKING:
    from crawler.fetching.request_log import LoggedRequest, RequestGap
    from crawler.runs.run_lock import KillSwitch

commands = typer.Typer()


@commands.command("requests")
def requests(
    ctx: typer.Context,
    runs: Annotated[list[str], typer.Argument(help="Run numbers; a portal's slug stands for its last run.")],
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Show the smallest gap between two requests per host.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List every request of a run; --gaps checks the delays (exit code 1 if one was too short)."""
    from crawler.fetching import request_log

    home: ArchiveHome = ctx.obj
    asked = sorted((one for name in runs for one in _asked(home, name)), key=lambda one: one.at)
    between = request_log.request_gaps(asked)
    if as_json:
        console.write_json([plain(one) for one in (between if gaps else asked)])
    elif gaps:
        _show_gaps(between)
    else:
        _show_requests(asked)
    raise typer.Exit(FAILED if gaps and any(gap.short for gap in between) else 0)


def _asked(home: ArchiveHome, name: str) -> list[LoggedRequest]:
    from crawler.fetching import request_log

    found = request_log.find_logs(home.config.requests, name)
    if not found:
        raise ArchiveError(f"{name}: no requests are logged under this slug or number of a run")
    return list(request_log.read_log(found[0]))


def _show_gaps(between: tuple[RequestGap, ...]) -> None:
    table = console.table("", "host", "#requests", "#smallest gap", "#delay", "#too short")
    for gap in between:
        smallest = "–" if gap.smallest is None else f"{gap.smallest:.3f}"
        table.add_row(gap.host, str(gap.requests), smallest, f"{gap.delay:.3f}", str(gap.short))
    console.say(table)


def _show_requests(asked: list[LoggedRequest]) -> None:
    table = console.table("", "time", "#answer", "#bytes", "#seconds", "request")
    for one in asked:
        moment = one.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S.%f")[:-3]
        answer = one.error or str(one.status)
        table.add_row(moment, answer, str(one.bytes), f"{one.seconds:.3f}", f"{one.method} {one.url}")
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
    held = run_lock.stop_crawling(home.config, utc_now(), reason)
    if as_json:
        console.write_json(plain(held))
    else:
        console.note(f"{describe_halt(held)}; polarchive resume takes it back")


@commands.command("resume")
def resume(ctx: typer.Context) -> None:
    """Allow crawling again after a stop."""
    from crawler.runs import run_lock

    held = run_lock.resume_crawling(ctx.obj.config)
    console.note("crawling again" if held else "nothing was stopped")


def describe_halt(held: KillSwitch) -> str:
    """A stop in one line."""
    return ": ".join([f"stopped since {format_moment(held.since)}", *filter(None, [held.reason])])
