"""The JSON shapes of runs, nights, reports, portals and the state of the archive: one shape a thing.

Those of articles and policies are in :mod:`services.archive.archive_shapes`. A shape may hold records, dates
and tuples; :func:`jsonable` turns what JSON has no word for into what it has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from policy.records.runs import Run

if TYPE_CHECKING:
    from crawler.runs.imports import ImportPlan
    from crawler.runs.reextraction import ChangedExtraction, Reextraction
    from health.baseline import HistoryEntry, OpenAlarm
    from health.daily_report import DailyReport
    from policy.records.content import Block, BoilerplateSet
    from policy.records.runs import Backfill
    from services.consumers import ConsumerResults
    from services.nightly import Night
    from services.status import ArchiveStatus, PortalView

Shape = dict[str, Any]


def plain(record: Any) -> Shape:
    """A record's fields, not those of the records in it."""
    return attrs.asdict(record, recurse=False)


def jsonable(value: Any) -> Any:
    """The ``default`` of :func:`json.dumps` for all shapes."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if attrs.has(type(value)):
        return plain(value)
    return dict(value) if isinstance(value, Mapping) else list(value)


# ------------------------------------------------------------------ runs


def run_shape(run: Run) -> Shape:
    """A run's row."""
    return {
        "slug": run.portal,
        "slot": run.slot,
        "started": run.started,
        "finished": run.finished,
        "state": run.state,
        "entries": run.entries,
        "new": run.new,
        "revised": run.revised,
        "unchanged": run.unchanged,
        "failed": dict(run.failed),
        "captures": run.captures,
        "not_saved": run.not_saved,
        "kind": run.kind,
        "since": run.since,
        "sections": {slug: report.entries for slug, report in run.sections.items() if report.pages},
        "reports": {slug: plain(report) for slug, report in run.sections.items()},
        "traffic": {host: plain(traffic) for host, traffic in run.traffic.items()},
        "swept": list(run.swept),
        "warc": run.warc,
        "replay": run.replay,
        "message": run.message,
        "findings": None if run.findings is None else [plain(finding) for finding in run.findings],
    }


def holder_shape(run: Run) -> Shape:
    """A run that has the lease of a portal whose nightly run waits."""
    return {"portal": run.portal, "kind": run.kind, "since": run.started}


def backfill_shape(backfill: Backfill) -> Shape:
    """A backfill with how far each section was walked."""
    walked = {section: plain(backfill.walk(section)) for section in backfill.sections}
    return plain(backfill) | {"sections": list(backfill.sections), "owed": backfill.owed, "walked": walked}


def import_shape(load: ImportPlan, runs: Mapping[str, Run | None]) -> Shape:
    """What an import took, what it refused, and its runs."""
    return {
        "brought": [plain(page) | {"file": str(page.file)} for page in load.brought],
        "refused": [{"file": str(page.file), "reason": page.reason} for page in load.refused],
        "runs": [run_shape(run) for run in runs.values() if run],
        "elsewhere": [slug for slug, run in runs.items() if run is None],
    }


def reextraction_shape(done: Reextraction, sample: Mapping[str, list[str]]) -> Shape:
    """A re-extraction; ``sample`` has a few changed lines of an article, by its key."""

    def restated(article: ChangedExtraction) -> Shape:
        return {
            "key": article.key,
            "url": article.url,
            "title": article.title,
            "versions": article.versions,
            "sample": sample.get(article.key),
        }

    return {
        "slug": done.portal,
        "run": run_shape(done.run) if done.run else None,
        "unchanged": done.unchanged,
        "revised": [restated(article) for article in done.restated if article.kind == "revised"],
        "new": [restated(article) for article in done.restated if article.kind == "new"],
        "unread": [plain(capture) for capture in done.unread],
    }


# ------------------------------------------------------------------ nights and their reports


def night_shape(night: Night) -> Shape:
    """A nightly run."""
    return {
        "runs": [run_shape(run) for run in night.runs],
        "crashed": [run_shape(run) for run in night.crashed],
        "missed": [{"slug": slug, "slot": slot} for slug, slot in night.missed],
        "elsewhere": night.elsewhere,
        "blocked_by": [holder_shape(run) for run in night.blocked_by],
        "refused": night.refused,
        "findings": [plain(finding) for finding in night.findings],
        "indexed": night.consumers.indexed,
        "alerts": {"matched": night.consumers.matched} | plain(night.consumers.sent),
        "broken": night.consumers.errors,
    }


def consumers_shape(results: ConsumerResults) -> Shape:
    """What the change-feed consumers did."""
    return {"indexed": results.indexed, "matched": results.matched, "errors": results.errors}


def alarm_shape(alarm: OpenAlarm) -> Shape:
    """An alarm with its finding."""
    return plain(alarm.finding) | {"since": alarm.since, "nights": alarm.nights}


def report_shape(report: DailyReport) -> Shape:
    """A daily report."""
    return {
        "day": report.day,
        "headline": report.headline,
        "alarms": [alarm_shape(alarm) for alarm in report.alarms()],
        "closed": [alarm_shape(alarm) for night in report.nights for alarm in night.closed],
        "news": [plain(news) for news in report.news],
        "runs": [run_shape(run) for run in report.runs],
        "resting": report.resting,
        "backfills": report.backfills,
        "blocked": report.blocked,
        "behind": report.behind,
        "waiting": report.waiting,
        "remarks": report.remarks,
    }


def run_history_shape(night: HistoryEntry) -> Shape:
    """A portal's run with the alarms it opened, left open and closed."""
    alarms = {"opened": night.opened, "open": night.open, "closed": night.closed}
    return run_shape(night.run) | {
        name: [alarm_shape(alarm) for alarm in listed] for name, listed in alarms.items()
    }


# ------------------------------------------------------------------ portals and the archive


def status_shape(status: ArchiveStatus) -> Shape:
    """What the archive holds, and how the last runs ended."""
    portals = [
        plain(overview)
        | {
            "last_run": run_shape(overview.last_run) if overview.last_run else None,
            "alarms": [
                alarm_shape(alarm) for alarm in status.alarms if alarm.finding.portal == overview.portal
            ],
        }
        for overview in status.portals
    ]
    return {
        "totals": plain(status.totals),
        "portals": portals,
        "messages": status.messages,
        "resting": status.backoffs,
        "backfills": [backfill_shape(backfill) for backfill in status.backfills],
        "lease_owners": [holder_shape(run) for run in status.lease_owners],
        "distrusted": [plain(distrust) for distrust in status.distrusted],
        "stopped": plain(status.stopped) if status.stopped else None,
    }


def portal_shape(view: PortalView) -> Shape:
    """A portal with its sections, its schedule and how it treats us."""
    portal, distrust = view.portal, view.distrust
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
    return {
        "slug": portal.slug,
        "name": portal.name,
        "cron": view.cron,
        "enabled": bool(view.cron),
        "distrusted": {"since": distrust.since, "url": distrust.url} if distrust else None,
        "left_alone": [plain(backoff) for backoff in view.backoffs],
        "sections": sections,
    }


def boilerplate_shape(
    slug: str, learned: BoilerplateSet | None, blocks: list[Block], pages: Mapping[str, int]
) -> Shape:
    """The lines that a portal repeats around its texts."""
    return {
        "slug": slug,
        "set": learned.id if learned else None,
        "at": learned.at if learned else None,
        "blocks": [{"block": block.id, **plain(block)} for block in blocks],
        "pages": pages,
    }
