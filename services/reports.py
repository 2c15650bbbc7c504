"""The daily report for ops: made from the archive, as text and by mail."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from alerts.channels.base import DeliveryFailed, Message
from config import Config
from crawler.run_context import Clock, utc_now
from crawler.runs import run_lock
from health.baseline import HistoryEntry, OpenAlarm, history_entries
from health.daily_report import DailyReport, NewsItem, render_markdown, report_parts
from policy.documents.dates import SHANGHAI, calendar_day
from policy.errors import ArchiveError
from policy.records.runs import Finding
from policy.text.words import single_line
from services.run_health import describe_backoff
from storage import change_feed, deliveries
from storage.database import Database
from storage.runs import backfills, health_history, leases
from storage.search import index

logger = logging.getLogger(__name__)

REPORT_CHANNEL = "email"
"""The channel of the daily report to ops."""
NIGHTS = 60
"""How many runs of a portal are read to find out when an alarm began."""
_MOST_NEWS = 1000
_DAY = dt.timedelta(days=1)
_KINDS = {
    "new_policy": "new",
    "source_added": "reprinted",
    "new_version": "changed",
    "attachments": "with new files",
}


def daily_report(
    config: Config, database: Database, day: dt.date | None = None, *, remarks: Sequence[str] = ()
) -> DailyReport:
    """The report of a day in Shanghai, by default of the last one on which anything ran."""
    with database.read() as session:
        newest = health_history.newest_slot(session)
        day = day or (calendar_day(newest) if newest else _today())
        first = dt.datetime.combine(day, dt.time(), SHANGHAI)
        slugs = health_history.portals_crawled(session, first, first + _DAY)
        histories = [
            history_entries(health_history.runs_before(session, slug, limit=NIGHTS, until=first + _DAY))
            for slug in slugs
        ]
        entered = (night.run for nights in histories for night in nights if night.run.slot >= first)
        tonight = [run for run in entered if run.kind == "crawl"]
        return DailyReport(
            day=day,
            nights=tuple(_whole(nights, first) for nights in histories),
            runs=tuple(tonight),
            news=tuple(
                NewsItem(
                    portal=change.portal,
                    kind=_KINDS.get(change.kind, change.kind),
                    title=change.title,
                    url=change.url,
                )
                for change in health_history.changes_to_report(
                    session, [run.id for run in tonight], limit=_MOST_NEWS
                )
            ),
            resting=tuple(describe_backoff(backoff) for backoff in health_history.backoffs(session).values()),
            behind=change_feed.changes_after(session, index.position(config.index)),
            waiting=deliveries.count_unsent(session),
            blocked=_blocked(session) if day == _today() else (),
            backfills=tuple(
                backfill.headline for backfill in backfills.backfills_of_day(session, first, first + _DAY)
            ),
            remarks=tuple(remarks),
        )


def _blocked(session: Session) -> tuple[str, ...]:
    return tuple(map(run_lock.describe_blocking_run, run_lock.blocking_runs(session).values()))


def _today() -> dt.date:
    return calendar_day(utc_now())


def open_alarms(session: Session, slugs: Iterable[str]) -> list[OpenAlarm]:
    """The alarms that are open after the last runs of these portals."""
    histories = (history_entries(health_history.runs_before(session, slug, limit=NIGHTS)) for slug in slugs)
    return [alarm for nights in histories for alarm in (nights[-1].open if nights else ())]


def portal_history(database: Database, slug: str, nights: int) -> list[HistoryEntry]:
    """The last runs of a portal, the newest last, with the alarms that each opened, left open and closed."""
    with database.read() as session:
        return history_entries(health_history.runs_before(session, slug, limit=nights + NIGHTS))[-nights:]


def accept_alarms(database: Database, slug: str, clock: Clock = utc_now) -> tuple[OpenAlarm, ...]:
    """End the alarms that are open after a portal's last run: what it found is usual from now on. Raises
    ArchiveError while the portal is crawled."""
    now = clock()
    with database.read() as session:
        alarms = tuple(open_alarms(session, [slug]))
    if not alarms:
        return ()
    with database.write() as session:
        run = leases.claim_run(session, slug, now, now, kind="acceptance")
        if run is None:
            raise ArchiveError(f"{slug} is being crawled: accept when that has ended")
        leases.close_run(session, run.id, "ok", now, message="accepted by hand")
    return alarms


def _whole(nights: Sequence[HistoryEntry], first: dt.datetime) -> HistoryEntry:
    """The last crawl of the day, with the alarms after all that happened on it."""
    tonight = [night for night in nights if night.run.slot >= first]
    ran = [night.run for night in tonight if night.run.kind == "crawl"]
    opened = tuple(alarm for night in tonight for alarm in night.opened)
    closed = tuple(alarm for night in tonight for alarm in night.closed)
    return HistoryEntry(run=ran[-1], open=tonight[-1].open, opened=opened, closed=closed)


def report_lines(report: DailyReport) -> Iterator[str]:
    """The report as lines of plain text."""
    yield report.headline
    for heading, lines in report_parts(report):
        yield from ("", heading)
        yield from (line if line.startswith(" ") else f"  {line}" for line in lines)


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding with its examples and what to do about it."""
    for finding in findings:
        place = "/".join(filter(None, [finding.portal, finding.section]))
        yield f"{place}: {finding.kind}: {finding.sentence}"
        yield from (f"    {url}" for url in finding.examples)
        yield f"    → {finding.advice}"


def compose_message(report: DailyReport) -> Message:
    """The report as a message: the headline as its subject, Markdown as its body."""
    return Message(subject=single_line(f"Polarchive {report.headline}"), body=render_markdown(report))


def mail_report(config: Config, report: DailyReport, clock: Clock = utc_now) -> str | None:
    """Mail the report to ops if an address is configured; returns why it could not be sent, else None."""
    address = config.report.email
    if not address:
        return None
    channel = config.channels[REPORT_CHANNEL]
    if channel.missing_key:
        return f"the report is not mailed to {address}: {channel.missing_key} is not set"
    name = f"<report-{report.day}-{clock().timestamp():.0f}@polarchive.invalid>"
    try:
        channel.send(address, compose_message(report), message_id=name)
    except DeliveryFailed as error:
        logger.warning("report not mailed: %s", error)
        return f"the report is not mailed to {address}: {error}"
    return None
