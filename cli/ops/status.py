"""status: what the archive holds, and how the last runs ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.options import Json
from cli.output import console
from cli.output.reports import backfill_lines, state
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from rich.text import Text

    from services.status import ArchiveStatus
    from storage.runs.overview import PortalOverview

commands = typer.Typer()


@commands.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what the archive contains, how the last runs ended, and open alarms."""
    from services.shapes import status_shape
    from services.status import archive_status

    home: ArchiveHome = ctx.obj
    slugs = list(home.portals)
    with home.database() as database:
        found = archive_status(home.config, database, slugs)
    console.write_json(status_shape(found)) if as_json else _show(found)


def _show(found: ArchiveStatus) -> None:
    from cli.ops.control import describe_halt
    from crawler.runs import lease
    from health.daily_report import alarm_lines
    from services.shapes import plain
    from services.status import describe_distrust

    numbers = ("#articles", "#versions", "#missing", "#withdrawn")
    table = console.table("", "portal", *numbers, "newest", "last run", "state", "failed")
    for overview in found.portals:
        table.add_row(*_row(overview))
    console.say(table)
    console.say("  ".join(f"{name} {count}" for name, count in plain(found.totals).items()))
    if found.stopped:
        console.say(console.styled(f"{describe_halt(found.stopped)}: polarchive resume"))
    if found.messages:
        console.say(f"messages: {console.counts(found.messages)}")
    for line in (
        *(line for backfill in found.backfills for line in backfill_lines(backfill)),
        *map(lease.describe_blocking_run, found.lease_owners),
        *alarm_lines(found.alarms),
        *found.backoffs,
        *map(describe_distrust, found.distrusted),
    ):
        console.say(console.styled(line))


def _row(overview: PortalOverview) -> list[str | Text]:
    run = overview.last_run
    ended: list[str | Text] = (
        [format_moment(run.started), state(run.state), console.counts(run.failed)] if run else []
    )
    numbers = (overview.articles, overview.versions, overview.missing, overview.withdrawn)
    return [overview.portal, *map(str, numbers), format_moment(overview.newest), *ended]
