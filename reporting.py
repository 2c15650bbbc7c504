"""The morning report of a day, made of what the archive knows, shown or mailed."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from alerts.channels import DeliveryFailed
from alerts.channels.email import EmailChannel
from config import Config
from crawler import clock as clocks
from crawler.clock import Clock
from crawler.runs import lease
from health.daily_report import DailyReport, NewsItem, compose_message
from health.history import HistoryEntry, OpenAlarm, history_entries
from policy.documents.dates import SHANGHAI, calendar_day
from resting import sentence
from storage.alerts import deliveries
from storage.database import Database
from storage.runs import backfills, health_history
from storage.search.index import Index

logger = logging.getLogger(__name__)

NIGHTS = 60
"""So far back a diary looks for the beginning of an alarm."""
_MOST_NEWS = 1000
_DAY = dt.timedelta(days=1)
_KINDS = {
    "new_policy": "new",
    "source_added": "reprinted",
    "new_version": "changed",
    "attachments": "with new files",
}


def morning(
    config: Config, database: Database, day: dt.date | None = None, *, remarks: Sequence[str] = ()
) -> DailyReport:
    """The report of a day in Shanghai, by default of the last one on which anything ran."""
    with database.read() as session:
        newest = health_history.newest_slot(session)
        day = day or (calendar_day(newest) if newest else _today())
        first = dt.datetime.combine(day, dt.time(), SHANGHAI)
        slugs = health_history.portals_crawled(session, first, first + _DAY)
        diaries = [
            history_entries(health_history.runs_before(session, slug, limit=NIGHTS, until=first + _DAY))
            for slug in slugs
        ]
        entered = (night.run for nights in diaries for night in nights if night.run.slot >= first)
        tonight = [run for run in entered if run.kind == "crawl"]
        return DailyReport(
            day=day,
            nights=tuple(_whole(nights, first) for nights in diaries),
            runs=tuple(tonight),
            news=tuple(
                NewsItem(
                    portal=each.portal, kind=_KINDS.get(each.kind, each.kind), title=each.title, url=each.url
                )
                for each in health_history.announced_changes(
                    session, [run.id for run in tonight], limit=_MOST_NEWS
                )
            ),
            resting=tuple(sentence(each) for each in health_history.backoffs(session).values()),
            behind=health_history.changes_after(session, Index(config.index).position),
            waiting=deliveries.count_unsent(session),
            blocked=tuple(map(lease.sentence, lease.blocking_runs(session).values()))
            if day == _today()
            else (),
            backfills=tuple(
                each.headline for each in backfills.backfills_of_day(session, first, first + _DAY)
            ),
            remarks=tuple(remarks),
        )


def _held(session: Session) -> tuple[str, ...]:
    return tuple(map(lease.sentence, lease.blocking_runs(session).values()))


def _today() -> dt.date:
    return calendar_day(clocks.now())


def alarms(session: Session, slugs: Iterable[str]) -> list[OpenAlarm]:
    """What needs a look at these portals, as their last runs found them."""
    diaries = (history_entries(health_history.runs_before(session, slug, limit=NIGHTS)) for slug in slugs)
    return [alarm for nights in diaries for alarm in (nights[-1].open if nights else ())]


def _whole(nights: Sequence[HistoryEntry], first: dt.datetime) -> HistoryEntry:
    """The last crawl of the day, with the alarms after all that happened on it."""
    tonight = [night for night in nights if night.run.slot >= first]
    ran = [night.run for night in tonight if night.run.kind == "crawl"]
    opened = tuple(alarm for night in tonight for alarm in night.opened)
    closed = tuple(alarm for night in tonight for alarm in night.closed)
    return HistoryEntry(run=ran[-1], open=tonight[-1].open, opened=opened, closed=closed)


def mail(config: Config, report: DailyReport, clock: Clock = clocks.now) -> str | None:
    """Mail the report to ops, if the configuration says to whom; why it could not be sent.

    A report that cannot be sent breaks nothing else.
    """
    address = config.report.email
    if not address:
        return None
    if not config.mail.host:
        return f"the report is not mailed to {address}: mail.host is not set"
    name = f"<report-{report.day}-{clock().timestamp():.0f}@polarchive.invalid>"
    try:
        channel(config).send(address, compose_message(report), message_id=name)
    except DeliveryFailed as error:
        logger.warning("report not mailed: %s", error)
        return f"the report is not mailed to {address}: {error}"
    return None


def channel(config: Config) -> EmailChannel:
    """The mail server of the configuration."""
    mail = config.mail
    return EmailChannel(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        user=mail.user,
        password=mail.password,
        starttls=mail.starttls,
    )
