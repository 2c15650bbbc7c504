"""A mailbox that listens, and an archive into which articles are put by hand.

Sending is tested against an SMTP server that listens.
"""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from attrs import evolve

from alerts import percolation
from alerts.channels.email import EmailChannel
from policy.records import FieldValue
from policy.records.saves import SaveResult
from policy.rules.extraction import Extraction
from storage.articles import archive
from storage.database import Database
from storage.deliveries import Subscription
from storage.tables import SubscriptionRow
from tests.storage.builders import NIGHT, a_capture, an_article, the_known_policy

TODAY = NIGHT.date()
NAMES = {"ndrc": "国家发展改革委", "bjx": "北极星"}


class Mailbox:
    """An SMTP server; ``answers`` are what it says to DATA, the last one for ever."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers = ["250 OK"]
        self.to_recipient = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250"):
            message = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
            self.messages.append(message)
            self.recipients.extend(envelope.rcpt_tos)
        return answer


def free_port() -> int:
    """A port nobody uses at the moment: aiosmtpd cannot say which one it was given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def dated(day: dt.date | None) -> FieldValue[dt.date] | None:
    """A day as read from a page."""
    return FieldValue(value=day, raw=day.isoformat(), rule="meta") if day else None


def spoil(database: Database, subscription: Subscription) -> None:
    """Make its query one that today's grammar does not read."""
    with database.write() as session:
        session.get_one(SubscriptionRow, subscription.id).query = "储能 OR"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def channel(server: Controller) -> EmailChannel:
    return EmailChannel(host="127.0.0.1", port=server.port, sender="polarchive@example.org", timeout=5)


@pytest.fixture
def subscribe(database: Database) -> Callable[..., Subscription]:
    """Add a subscription."""

    def add(query: str, address: str = "reader@example.org", **options: Any) -> Subscription:
        with database.write() as session:
            return percolation.subscribe(session, query, address, NIGHT, **options)

    return add


@pytest.fixture
def publish(database: Database) -> Callable[..., SaveResult]:
    """Put an article into the archive."""

    def save(
        text: str = "为推进储能规模化应用，经研究，现就有关事项通知如下。各地要统筹电源、电网、负荷与储能。"
        * 2,
        *,
        at: dt.datetime = NIGHT,
        silent: bool = False,
        published: dt.date | None = TODAY,
        written: dt.date | None = None,
        **fields: Any,
    ) -> SaveResult:
        aliases, whole = fields.pop("aliases", ()), {"doc_no": fields.pop("doc_no", None)}
        if url := fields.pop("url", None):
            whole |= {"url": url, "page_urls": (url,)}
        article = evolve(
            an_article(text, **fields), published=dated(published), written=dated(written), **whole
        )
        capture = a_capture(f"{article.portal}{article.key}{text}", at=at)
        return archive.save_article(
            database,
            Extraction(
                article=article, captures=(capture,), code="code-1", silent=silent, aliases=tuple(aliases)
            ),
            decide=the_known_policy,
        )

    return save


@pytest.fixture
def follow(database: Database) -> Callable[[], int]:
    """Percolate to the end of the feed."""
    return lambda: percolation.match_changes(database, NAMES, NIGHT)
