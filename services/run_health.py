"""Health checks of a finished run, and the backoff of domains that refuse to answer.

A run is checked once, against what its portal promises and the runs before; the findings are stored with it.
A domain that blocked the run is not crawled for some nights, by any portal that lives there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlsplit

from attrs import evolve

from config import Config
from crawler import portals
from crawler.portal import Portal
from crawler.urls import registrable
from health import checks
from health.checks import Promise
from policy.documents.dates import calendar_day
from policy.records.runs import Run
from policy.rules.revisit import Backoff, extend_backoff
from storage.database import Database
from storage.runs import health_history, leases


def check_run(config: Config, database: Database, run: Run) -> Run:
    """The run with its findings, which also decide the backoff of its domains; a run is checked only once."""
    if run.findings is not None:
        return run
    with database.read() as session:
        past, drift = health_history.past_runs(session, run), health_history.drift_alarms(session, run)
    findings = checks.check_run(
        run,
        [] if run.replay else past,
        _promises(config, run.portal),
        drift=drift,
        slow_seconds=config.health.slow_seconds,
    )
    with database.write() as session:
        health_history.save_findings(session, run.id, findings)
    checked = evolve(run, findings=findings)
    update_backoffs(database, checked)
    return checked


def _promises(config: Config, slug: str) -> tuple[Promise, ...]:
    """What the portal's sections promise; nothing for a portal that is no longer declared."""
    portal = portals.find(slug, config.portal_packages)
    return tuple(
        Promise(
            section=section.slug,
            name=section.name,
            url=section.url,
            at_least=section.at_least,
            fresh_within=section.fresh_within,
        )
        for section in (portal.sections if portal else ())
    )


# ------------------------------------------------------------------ backoff of domains


def skip_backed_off(
    config: Config, database: Database, slots: Mapping[str, dt.datetime], now: dt.datetime
) -> dict[str, Run | None]:
    """The portals whose sections all live at domains in backoff, each with the skipped run that is recorded;
    None where the slot was taken."""
    declared = portals.load(config.portal_packages)
    with database.read() as session:
        active = health_history.backoffs(session)
    reasons = {
        slug: _skip_reason(declared[slug], active, slot) for slug, slot in slots.items() if slug in declared
    }
    skipped = {slug: reason for slug, reason in reasons.items() if reason}
    if not skipped:
        return {}
    with database.write() as session:
        return {
            slug: leases.record_skipped(session, slug, slots[slug], now, reason)
            for slug, reason in skipped.items()
        }


def _skip_reason(portal: Portal, active: Mapping[str, Backoff], slot: dt.datetime) -> str | None:
    domains = portal_domains(portal)
    blocking = [active[domain] for domain in domains if domain in active and active[domain].holds(slot)]
    return "; ".join(map(describe_backoff, blocking)) if len(blocking) == len(domains) else None


def describe_backoff(backoff: Backoff) -> str:
    """Why a domain is not crawled, and until when."""
    day = calendar_day(backoff.until)
    nights = f"{backoff.times} nights" if backoff.times > 1 else "once"
    return f"{backoff.domain} is left alone until {day}: {backoff.reason}, met {nights} by {backoff.portal}"


def portal_domains(portal: Portal) -> frozenset[str]:
    """The registrable domains that the portal's sections live at."""
    return frozenset(registrable(urlsplit(section.url).hostname or "") for section in portal.sections)


def update_backoffs(database: Database, run: Run) -> None:
    """Begin or extend the backoff of domains that refused a checked run, end it for those that answered."""
    refused = _refused(run)
    answered = {registrable(host) for host, traffic in run.traffic.items() if traffic.answers}
    answered -= refused.keys()
    if run.replay or not (refused or answered):
        return
    with database.write() as session:
        active = health_history.backoffs(session)
        for domain, reason in refused.items():
            extended = extend_backoff(
                active.get(domain), domain=domain, portal=run.portal, reason=reason, slot=run.slot
            )
            health_history.save_backoff(session, extended)
        for domain in answered & active.keys():
            health_history.end_backoff(session, domain)


def _refused(run: Run) -> dict[str, str]:
    """The domains that refused the run, with the reason."""
    blocked = {finding.subject: "blocked" for finding in run.findings or () if finding.kind == "blocked"}
    challenged = {host: "challenge" for host, traffic in run.traffic.items() if traffic.challenged}
    return {registrable(host): reason for host, reason in (blocked | challenged).items() if host}
