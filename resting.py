"""Domains that refuse us are left alone for some nights, by every portal that lives there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlsplit

from config import Config
from crawler import portals
from crawler.portal import Portal
from crawler.urls import registrable
from policy.documents.dates import calendar_day
from policy.records.runs import Run
from policy.rules.backoff import Backoff, extend_backoff
from storage.database import Database
from storage.runs import health_history, leases


def left_alone(
    config: Config, database: Database, slots: Mapping[str, dt.datetime], now: dt.datetime
) -> dict[str, Run | None]:
    """The portals whose every section lives at a domain that is left alone, each with its skipped run;
    None where the slot was taken."""
    known = portals.load(config.portal_packages)
    with database.read() as session:
        held = health_history.backoffs(session)
    reasons = {slug: _reason(known[slug], held, slot) for slug, slot in slots.items() if slug in known}
    skipped = {slug: why for slug, why in reasons.items() if why}
    if not skipped:
        return {}
    with database.write() as session:
        return {
            slug: leases.record_skipped(session, slug, slots[slug], now, why) for slug, why in skipped.items()
        }


def _reason(portal: Portal, held: Mapping[str, Backoff], slot: dt.datetime) -> str | None:
    found = {domain: held.get(domain) for domain in domains(portal)}
    resting = {domain: each for domain, each in found.items() if each and each.holds(slot)}
    if len(resting) < len(found):
        return None
    return "; ".join(sentence(each) for each in resting.values())


def sentence(backoff: Backoff) -> str:
    """Why a domain is left alone, and until when."""
    day = calendar_day(backoff.until)
    nights = f"{backoff.times} nights" if backoff.times > 1 else "once"
    return f"{backoff.domain} is left alone until {day}: {backoff.reason}, met {nights} by {backoff.portal}"


def domains(portal: Portal) -> frozenset[str]:
    """The registrable domains that the portal's sections live at."""
    return frozenset(registrable(urlsplit(section.url).hostname or "") for section in portal.sections)


def settle(database: Database, run: Run) -> None:
    """What a judged run says of its domains: those that refused it are left alone, those that
    answered are not."""
    refused = _refused(run)
    answered = {registrable(host) for host, each in run.traffic.items() if each.answers} - refused.keys()
    if run.replay or not (refused or answered):
        return
    with database.write() as session:
        before = health_history.backoffs(session)
        for domain, reason in refused.items():
            told = extend_backoff(
                before.get(domain), domain=domain, portal=run.portal, reason=reason, slot=run.slot
            )
            health_history.save_backoff(session, told)
        for domain in answered & before.keys():
            health_history.end_backoff(session, domain)


def _refused(run: Run) -> dict[str, str]:
    """Domains with the reason."""
    blocked = {one.subject: "blocked" for one in run.findings or () if one.kind == "blocked"}
    challenged = {host: "challenge" for host, each in run.traffic.items() if each.challenged}
    return {registrable(host): reason for host, reason in (blocked | challenged).items() if host}
