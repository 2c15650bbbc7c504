"""The morning report on a terminal and for programs: what happened in a night, and what to do about it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve
from rich.text import Text

import console
import reporting
from config import Config
from crawler import clock
from health.daily_report import DailyReport, report_parts
from policy.documents.dates import calendar_day
from policy.records.runs import Run
from storage.database import Database

if TYPE_CHECKING:
    from aftermath import Aftermath
    from night import Night

logger = logging.getLogger(__name__)

_STYLES = {
    "Broken": "bold red",
    "Warnings": "bold yellow",
    "Stale": "bold yellow",
    "Backed off": "bold yellow",
    "Blocked": "bold yellow",
}


def tell_night(
    config: Config, database: Database, night: Night, *, mail: bool = True, as_json: bool = False
) -> None:
    """Print the report of a night's day, and mail it where the configuration says to whom."""
    report = _report(config, database, night)
    failed = reporting.mail(config, report) if mail else None
    if as_json:
        console.write_json(night_shape(night) | {"mail": failed})
    else:
        show(evolve(report, remarks=(*report.remarks, failed)) if failed else report)


def _report(config: Config, database: Database, night: Night) -> DailyReport:
    days = [calendar_day(run.slot) for run in night.runs]
    day = max(days, default=None)
    try:
        return reporting.morning(config, database, day, remarks=list(remarks(night)))
    except Exception as error:  # a report that breaks must not break the night
        logger.exception("the report failed")
        lines = (*remarks(night), *console.finding_lines(night.findings), f"broken: report: {error}")
        return DailyReport(day=day or calendar_day(clock.now()), remarks=lines)


def show(report: DailyReport) -> None:
    """Print a report."""
    console.say(Text(report.headline, style="bold"))
    for heading, lines in report_parts(report):
        console.say(Text(f"\n{heading}", style=_STYLES.get(heading, "bold")))
        for line in lines:
            console.say(Text(line if line.startswith(" ") else f"  {line}"))


def remarks(night: Night) -> Iterator[str]:
    """What only the night itself can know."""
    for run in night.lost:
        slot = console.moment(run.slot)
        yield f"{run.portal}: lost: the run of {slot} was killed; what it had saved is kept"
    yield from (f"{run.portal}: {run.message}" for run in night.runs if run.message and not run.findings)
    for slug, slots in _by_portal(night.missed).items():
        first = console.moment(slots[0])
        yield f"{slug}: {len(slots)} missed, from {first} on: nothing ran; is the scheduler running?"
    yield from (f"{slug}: another process has its slot" for slug in night.elsewhere)
    yield from (f"not crawled: {why}" for why in night.refused)
    yield from (f"broken: {why}" for why in night.after.broken)
    yield _mail_line(night.after)


def _by_portal(missed: Iterable[tuple[str, dt.datetime]]) -> dict[str, list[dt.datetime]]:
    found: dict[str, list[dt.datetime]] = {}
    for slug, slot in missed:
        found.setdefault(slug, []).append(slot)
    return found


def _mail_line(after: Aftermath) -> str:
    sent = after.sent
    parts = [f"{after.indexed} indexed", f"{sent.sent} messages sent"]
    parts += [f"{sent.waiting} waiting"] if sent.waiting else []
    parts += [f"{sent.given_up} given up"] if sent.given_up else []
    return ", ".join([*parts, *sent.errors])


# ------------------------------------------------------------------ for programs


def night_shape(night: Night) -> dict[str, Any]:
    """The night for programs."""
    sent = console.plain(night.after.sent)
    return {
        "runs": [console.run_shape(run) for run in night.runs],
        "lost": [console.run_shape(run) for run in night.lost],
        "missed": [{"slug": slug, "slot": slot} for slug, slot in night.missed],
        "elsewhere": night.elsewhere,
        "held": [holder_shape(run) for run in night.held],
        "refused": night.refused,
        "findings": [console.plain(one) for one in night.findings],
        "indexed": night.after.indexed,
        "alerts": {"matched": night.after.matched} | sent,
        "broken": night.after.broken,
    }


def holder_shape(run: Run) -> dict[str, Any]:
    """A run that holds a portal its night wants, for programs."""
    return {"portal": run.portal, "kind": run.kind, "since": run.started}


def report_shape(report: DailyReport) -> dict[str, Any]:
    """A report for programs."""
    return {
        "day": report.day,
        "headline": report.headline,
        "alarms": [console.alarm_shape(alarm) for alarm in report.alarms()],
        "closed": [console.alarm_shape(alarm) for night in report.nights for alarm in night.closed],
        "news": [console.plain(news) for news in report.news],
        "runs": [console.run_shape(run) for run in report.runs],
        "resting": report.resting,
        "backfills": report.backfills,
        "held": report.blocked,
        "behind": report.behind,
        "waiting": report.waiting,
        "remarks": report.remarks,
    }
