"""portals: what can be crawled, when it would be, and how we stand with each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import typer

from cli.options import Json
from cli.output import console
from policy.documents.dates import format_moment
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from services.status import PortalView

commands = typer.Typer()


@commands.command("portals")
def portals(ctx: typer.Context, as_json: Json = False) -> None:
    """List the portals, their sections and schedules, and which of them block crawling."""
    from services.run_health import describe_backoff
    from services.shapes import portal_shape
    from services.status import conduct_of, describe_distrust, view_portals

    home: ArchiveHome = ctx.obj
    declared, conduct = home.portals, conduct_of(home)
    views = view_portals(home.config, declared.values(), conduct)
    if as_json:
        console.write_json([portal_shape(view) for view in views])
        return
    columns = ("portal", "name", "section", "family", "rests on", "runs", "state", "address")
    table = console.table("", *columns)
    for view in views:
        portal, runs, state = view.portal, view.cron or "off", _state(view)
        for section in portal.sections:
            rests_on, family = section.rests_on, section.listing.family
            table.add_row(portal.slug, portal.name, section.slug, family, rests_on, runs, state, section.url)
    console.say(table)
    for backoff in conduct.backoffs.values():
        console.say(console.styled(describe_backoff(backoff)))
    for distrust in conduct.distrusted.values():
        console.say(console.styled(describe_distrust(distrust)))


def _state(view: PortalView) -> str:
    """``left alone since 2026-11-20, ETags not trusted since 2026-11-24``, or nothing."""
    parts = [f"left alone since {_day(backoff.since)}" for backoff in view.backoffs]
    parts += [f"ETags not trusted since {_day(view.distrust.since)}"] if view.distrust else []
    return ", ".join(parts)


def _day(moment: dt.datetime) -> str:
    return format_moment(moment).partition(" ")[0]
