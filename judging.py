"""A finished run is judged once, against its portal's promises and the runs before; the verdict is kept."""

from __future__ import annotations

from attrs import evolve

import resting
from config import Config
from crawler import portals
from crawler.portal import Portal
from health import checks
from health.checks import Promise
from policy.records.runs import Run
from storage.database import Database
from storage.runs import health_history
from storage.runs import health_history as stored


def judged(config: Config, database: Database, run: Run) -> Run:
    """The run with its findings, which decide whether its domains are left alone; what was judged
    before is not judged again."""
    if run.findings is not None:
        return run
    portal = portals.load(config.portal_packages).get(run.portal)
    with database.read() as session:
        past, drift = stored.past_runs(session, run), health_history.drift_alarms(session, run)
    found = checks.check_run(
        run,
        [] if run.replay else past,
        promises(portal) if portal else (),
        drift=drift,
        slow_seconds=config.health.slow_seconds,
    )
    with database.write() as session:
        stored.save_findings(session, run.id, found)
    verdict = evolve(run, findings=found)
    resting.settle(database, verdict)
    return verdict


def promises(portal: Portal) -> tuple[Promise, ...]:
    """What the portal's sections promise."""
    return tuple(
        Promise(
            section=section.slug,
            name=section.name,
            url=section.url,
            at_least=section.at_least,
            fresh_within=section.fresh_within,
        )
        for section in portal.sections
    )
