"""After a night, or a back-fill: the followers of the change feed, and the messages that are due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from attrs import field, frozen

import reporting
from alerts import outbox, percolation
from alerts.outbox import SendResult
from config import Config
from crawler import clock as clocks
from crawler import portals
from crawler.clock import Clock
from pipelines.consumers import linking
from pipelines.consumers.keywords import compute_keywords
from storage.database import Database
from storage.search.index import Index

logger = logging.getLogger(__name__)

T = TypeVar("T")


@frozen(kw_only=True)
class Aftermath:
    """What was done with the night's changes; ``broken`` are steps that failed, with their errors."""

    indexed: int = 0
    matched: int = 0
    sent: SendResult = field(factory=SendResult)
    broken: tuple[str, ...] = ()


def follow(config: Config, database: Database, clock: Clock = clocks.now) -> Aftermath:
    """Connections, keywords, index, alerts: followers of the change feed, each on its own.

    As long as nobody knows which pages are one policy, nobody is told of any: it would be twice.
    """
    broken: list[str] = []

    def attempt(name: str, step: Callable[[], T], otherwise: T) -> T:
        try:
            return step()
        except Exception as error:  # one follower's failure must not silence the others
            logger.exception("%s failed", name)
            broken.append(f"{name}: {error}")
            return otherwise

    def match() -> int:
        return percolation.match_changes(database, portals.names(config.portal_packages), clock())

    connected = attempt("connections", lambda: linking.follow(database) >= 0, False)
    attempt("keywords", lambda: compute_keywords(database, config.home / "cache"), 0)
    return Aftermath(
        indexed=attempt("index", lambda: Index(config.index).follow(database), 0),
        matched=attempt("alerts", match, 0) if connected else 0,
        sent=attempt("mail", lambda: send(config, database, clock), SendResult()),
        broken=tuple(broken),
    )


def send(config: Config, database: Database, clock: Clock = clocks.now) -> SendResult:
    """Hand what is due to the mail server; without one, only how much waits."""
    if not config.mail.host:
        return SendResult(waiting=outbox.count_waiting(database))
    return outbox.send_due(database, reporting.channel(config), clock, portals.names(config.portal_packages))
