"""The consumers of the change feed: linking, keywords, search index, alerts.

They run after every night, crawl, import and re-extraction, each with its own cursor. Reading commands run
none of them; :mod:`services.consumer_lag` says how far they are behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from attrs import evolve, field, frozen

from alerts import outbox, percolation
from alerts.channels.base import Channel
from alerts.outbox import SendResult
from config import Config
from crawler import portals
from crawler.run_context import Clock, utc_now
from pipelines.consumers import linking
from pipelines.consumers.keywords import compute_keywords
from pipelines.consumers.regrouping import has_same_words
from storage import deliveries
from storage.change_feed import cursor
from storage.database import Database
from storage.search.index import Index

logger = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with the consumer at work, how many articles it has done and how many there are."""


def no_progress(consumer: str, done: int, total: int) -> None:
    """Report nothing."""


@frozen(kw_only=True)
class ConsumerResults:
    """What the consumers did with the changes; ``errors`` names those that failed, with their errors."""

    indexed: int = 0
    matched: int = 0
    sent: SendResult = field(factory=SendResult)
    errors: tuple[str, ...] = ()


def run_consumers(
    config: Config, database: Database, clock: Clock = utc_now, progress: Progress = no_progress
) -> ConsumerResults:
    """Run every consumer to the end of the feed; one that fails does not stop the others.

    Alerts are matched only when linking succeeded: before it is known which pages are one policy, a
    subscriber would be notified twice. Messages are not sent; see :func:`run_and_send`.
    """
    errors: list[str] = []
    attempt = partial(_attempt, errors)
    linked = attempt("linking", lambda: link_policies(database, progress) >= 0, False)
    cache, words = config.home / "cache", partial(progress, "keywords")
    attempt("keywords", lambda: compute_keywords(database, cache, progress=words), 0)
    index = partial(Index(config.index).follow, database, progress=partial(progress, "search index"))
    return ConsumerResults(
        indexed=attempt("index", index, 0),
        matched=attempt("alerts", lambda: match_alerts(config, database, clock), 0) if linked else 0,
        errors=tuple(errors),
    )


def run_and_send(
    config: Config, database: Database, clock: Clock = utc_now, progress: Progress = no_progress
) -> ConsumerResults:
    """Run every consumer, then send the messages that are due. A channel that fails does not stop the others;
    its error is reported under its name."""
    results = run_consumers(config, database, clock, progress)
    errors, names = [*results.errors], portals.names(config.portal_packages)
    rounds = []
    for name, channel in _configured_channels(config).items():
        send = partial(outbox.send_due, database, {name: channel}, clock, names)
        rounds.append(_attempt(errors, name, send, SendResult()))
    waiting = _attempt(errors, "messages", partial(outbox.count_waiting, database), 0)
    return evolve(results, sent=outbox.total(rounds, waiting), errors=tuple(errors))


def _attempt(errors: list[str], name: str, action: Callable[[], T], otherwise: T) -> T:
    """The result of a consumer or a channel; one that fails is logged and added to the errors."""
    try:
        return action()
    except Exception as error:  # the border between consumers: the next one runs
        logger.exception("%s failed", name)
        errors.append(f"{name}: {error}")
        return otherwise


def link_policies(database: Database, progress: Progress = no_progress) -> int:
    """Find out which of the changed articles are one policy; how many articles were compared."""
    return linking.follow(database, partial(progress, "linking"))


def match_alerts(config: Config, database: Database, clock: Clock = utc_now) -> int:
    """Announce new policies and match them against all subscriptions; how many deliveries that makes.

    Changes that linking has not read yet wait: it is not known of which policies they are.
    """
    with database.read() as session:
        linked = cursor(session, linking.CONSUMER)
    return percolation.match_changes(
        database,
        portals.names(config.portal_packages),
        clock(),
        fresh_days=config.alerts.fresh_days,
        until=linked,
        same_words=has_same_words,
    )


def send_messages(config: Config, database: Database, clock: Clock = utc_now) -> SendResult:
    """Send the messages that are due on all configured channels; without one, only count those that wait."""
    configured = _configured_channels(config)
    if not configured:
        return SendResult(waiting=outbox.count_waiting(database))
    return outbox.send_due(database, configured, clock, portals.names(config.portal_packages))


def _configured_channels(config: Config) -> dict[str, Channel]:
    return {name: channel for name, channel in config.channels.items() if not channel.missing_key}


def blocked_messages(config: Config, database: Database) -> dict[str, int]:
    """How many messages wait for a channel that cannot send, by the reason (``mail.host is not set``)."""
    with database.read() as session:
        waiting = deliveries.count_unsent_by_channel(session)
    blocked: dict[str, int] = {}
    for name, count in waiting.items():
        channel = config.channels.get(name)
        if channel is None:
            blocked[f"there is no channel {name}"] = count
        elif key := channel.missing_key:
            blocked[f"{key} is not set in {config.home}/polarchive.toml"] = count
    return blocked
