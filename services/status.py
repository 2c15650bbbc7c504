"""The state of the archive in one look: what it holds, how the last runs ended, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from config import Config
from crawler.runs import kill_switch, lease
from crawler.runs.kill_switch import KillSwitch
from health.history import OpenAlarm
from policy.records.backfills import Backfill
from policy.records.runs import Run
from services import reports
from services.run_health import describe_backoff
from storage.alerts import deliveries
from storage.articles import validators
from storage.articles.validators import InconsistentValidators
from storage.database import Database
from storage.runs import backfills, health_history, overview
from storage.runs.overview import PortalOverview, Totals


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
            totals=overview.totals(session),
            portals=overview.overview(session, portals),
            messages=deliveries.count_by_state(session),
            alarms=reports.open_alarms(session, portals),
            backoffs=[describe_backoff(backoff) for backoff in health_history.backoffs(session).values()],
            backfills=backfills.list_backfills(session, only_open=True),
            lease_owners=[*lease.blocking_runs(session).values()],
            distrusted=validators.inconsistent_portals(session),
            stopped=kill_switch.read_kill_switch(config),
        )
