"""portals: what can be crawled, when it would be, and how we stand with each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import typer
from attrs import field, frozen
from rich.text import Text

import console
from cli.app import Json, app
from cli.home import Home
from config import Config, PortalConfig
from crawler import portals as declared
from crawler.portal import Portal
from policy.rules.backoff import Backoff
from resting import domains
from resting import sentence as resting
from storage.articles import validators
from storage.articles.validators import InconsistentValidators
from storage.database import is_new
from storage.runs import health_history


@frozen(kw_only=True)
class Standings:
    """What nights found out about portals: whose validators lied, and which domains refuse us."""

    distrusted: Mapping[str, InconsistentValidators] = field(factory=dict)
    backoffs: Mapping[str, Backoff] = field(factory=dict)

    def left_alone(self, portal: Portal) -> list[Backoff]:
        """The domains of a portal that are left alone, by name."""
        return [self.backoffs[domain] for domain in sorted(domains(portal) & self.backoffs.keys())]


@app.command()
def portals(ctx: typer.Context, as_json: Json = False) -> None:
    """The portals, their sections, when they run, and which of them lie or refuse us since when."""
    home: Home = ctx.obj
    known, standings = declared.load(home.config.portal_packages).values(), _standings(home)
    if as_json:
        console.write_json([_shape(portal, home.config, standings) for portal in known])
        return
    columns = ("portal", "name", "section", "family", "rests on", "runs", "state", "address")
    table = console.table("", *columns)
    for portal in known:
        runs, state = _clock(home.config, portal.slug) or "off", _state(portal, standings)
        for section in portal.sections:
            rests_on, family = section.rests_on, section.listing.family
            table.add_row(portal.slug, portal.name, section.slug, family, rests_on, runs, state, section.url)
    console.say(table)
    for each in standings.backoffs.values():
        console.say(Text(resting(each)))
    for lied in standings.distrusted.values():
        console.say(Text(distrust(lied)))


def distrust(each: InconsistentValidators) -> str:
    """A portal whose validators are not trusted, in one line."""
    return f"{each.portal}: its ETags are not trusted since {console.moment(each.since)}: {each.url}"


def _standings(home: Home) -> Standings:
    """Those of the archive; none where there is no archive yet."""
    if is_new(home.config.database_url):
        return Standings()
    with home.database() as database, database.read() as session:
        lied = {each.portal: each for each in validators.inconsistent_portals(session)}
        return Standings(distrusted=lied, backoffs=health_history.backoffs(session))


def _state(portal: Portal, standings: Standings) -> str:
    """``left alone since 2026-11-20, ETags not trusted since 2026-11-24``, or nothing."""
    told = [f"left alone since {_day(each.since)}" for each in standings.left_alone(portal)]
    lied = standings.distrusted.get(portal.slug)
    return ", ".join([*told, *([f"ETags not trusted since {_day(lied.since)}"] if lied else [])])


def _day(moment: dt.datetime) -> str:
    return console.moment(moment).partition(" ")[0]


def _clock(config: Config, slug: str) -> str | None:
    enabled = config.portals.get(slug, PortalConfig()).enabled
    return config.schedule_of(slug).cron if enabled else None


def _shape(portal: Portal, config: Config, standings: Standings) -> dict[str, Any]:
    sections = [
        {
            "slug": section.slug,
            "name": section.name,
            "family": section.listing.family,
            "url": section.url,
            "rests_on": section.rests_on,
        }
        for section in portal.sections
    ]
    cron, lied = _clock(config, portal.slug), standings.distrusted.get(portal.slug)
    return {
        "slug": portal.slug,
        "name": portal.name,
        "cron": cron,
        "enabled": bool(cron),
        "distrusted": {"since": lied.since, "url": lied.url} if lied else None,
        "left_alone": [console.plain(each) for each in standings.left_alone(portal)],
        "sections": sections,
    }
