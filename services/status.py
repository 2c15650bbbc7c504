"""The state of the archive in one look: what it holds, how the last runs ended, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from config import Config, PortalConfig
from crawler.portal import Portal
from crawler.runs import run_lock
from crawler.runs.run_lock import KillSwitch
from health.baseline import OpenAlarm
from policy.documents.dates import format_moment
from policy.records.runs import Backfill, Run
from policy.rules.revisit import Backoff
from services import reports
from services.archive_home import ArchiveHome
from services.run_health import describe_backoff, portal_domains
from storage import deliveries, queries
from storage.articles import availability
from storage.articles.availability import InconsistentValidators
from storage.database import Database, is_new
from storage.queries import PortalOverview, Totals
from storage.runs import backfills, health_history


@frozen(kw_only=True)
class PortalView:
    """A portal; ``cron`` is when it runs, None when it is switched off, ``distrust`` that its validators are
    wrong, ``backoffs`` those of its domains that are in backoff."""

    portal: Portal
    cron: str | None
    distrust: InconsistentValidators | None
    backoffs: Sequence[Backoff]


@frozen(kw_only=True)
class Conduct:
    """What nights found out: portals whose validators are wrong, and domains in backoff."""

    distrusted: Mapping[str, InconsistentValidators] = field(factory=dict)
    backoffs: Mapping[str, Backoff] = field(factory=dict)


def conduct_of(home: ArchiveHome) -> Conduct:
    """As the archive knows it; nothing where there is no archive yet."""
    if is_new(home.config.database_url):
        return Conduct()
    with home.database() as database, database.read() as session:
        distrusted = {distrust.portal: distrust for distrust in availability.inconsistent_portals(session)}
        return Conduct(distrusted=distrusted, backoffs=health_history.backoffs(session))


def view_portals(config: Config, portals: Iterable[Portal], conduct: Conduct) -> list[PortalView]:
    """The portals in their order."""
    return [
        PortalView(
            portal=portal,
            cron=_cron(config, portal.slug),
            distrust=conduct.distrusted.get(portal.slug),
            backoffs=[
                conduct.backoffs[domain]
                for domain in sorted(portal_domains(portal) & conduct.backoffs.keys())
            ],
        )
        for portal in portals
    ]


def _cron(config: Config, slug: str) -> str | None:
    enabled = config.portals.get(slug, PortalConfig()).enabled
    return config.schedule_of(slug).cron if enabled else None


def describe_distrust(distrust: InconsistentValidators) -> str:
    """A portal whose validators are not trusted, in one line."""
    since = format_moment(distrust.since)
    return f"{distrust.portal}: its ETags are not trusted since {since}: {distrust.url}"


# ------------------------------------------------------------------ status


@frozen(kw_only=True)
class ArchiveStatus:
    """``backoffs`` says which domains are not crawled and why, ``lease_owners`` are runs of another kind that
    portals wait for, ``distrusted`` portals whose validators are wrong, ``stopped`` that all crawling is."""

    totals: Totals
    portals: Sequence[PortalOverview]
    messages: Mapping[str, int]
    alarms: Sequence[OpenAlarm]
    backoffs: Sequence[str]
    backfills: Sequence[Backfill]
    lease_owners: Sequence[Run]
    distrusted: Sequence[InconsistentValidators]
    stopped: KillSwitch | None


def archive_status(config: Config, database: Database, slugs: Iterable[str]) -> ArchiveStatus:
    """The state of the archive with the portals in this order."""
    portals = list(slugs)
    with database.read() as session:
        return ArchiveStatus(
            totals=queries.totals(session),
            portals=queries.overview(session, portals),
            messages=deliveries.count_by_state(session),
            alarms=reports.open_alarms(session, portals),
            backoffs=[describe_backoff(backoff) for backoff in health_history.backoffs(session).values()],
            backfills=backfills.list_backfills(session, only_open=True),
            lease_owners=[*run_lock.blocking_runs(session).values()],
            distrusted=availability.inconsistent_portals(session),
            stopped=run_lock.read_kill_switch(config),
        )
