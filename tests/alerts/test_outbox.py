"""From a delivery to a mail: once, also when senders race, servers refuse and processes die."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiosmtpd.controller import Controller
from attrs import evolve
from sqlalchemy import select

from alerts import outbox
from alerts.channels.email import EmailChannel
from pipelines.consumers import linking
from policy.records import FieldValue
from policy.records.content import DocNumber
from policy.records.saves import SaveResult
from storage.database import Database
from storage.deliveries import Subscription
from storage.tables import DeliveryRow
from tests.acts import act
from tests.alerts.conftest import NAMES, Mailbox, spoil
from tests.storage.builders import NIGHT

Subscribe = Callable[..., Subscription]
Publish = Callable[..., SaveResult]
Follow = Callable[[], int]

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def pending(subscribe: Subscribe, publish: Publish, follow: Follow) -> None:
    """One delivery that waits."""
    subscribe("储能")
    publish()
    assert follow() == 1


def send(database: Database, channel: EmailChannel, now: dt.datetime = NIGHT) -> outbox.SendResult:
    return outbox.send_due(database, {"email": channel}, lambda: now, NAMES)


def rows(database: Database) -> list[DeliveryRow]:
    with database.read() as session:
        return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))


@pytest.mark.usefixtures("pending")
def test_a_pending_delivery_becomes_one_mail(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    assert send(database, channel) == outbox.SendResult(sent=1)
    assert send(database, channel) == outbox.SendResult()
    [mail] = mailbox.messages
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "【政策】关于推进储能应用的通知",
        "polarchive@example.org",
        "reader@example.org",
    )
    assert "为推进储能规模化应用" in mail.get_content()
    assert "国家发展改革委  https://www.example.cn/1.html" in mail.get_content()
    assert rows(database)[0].state == "sent"


def test_a_mail_names_every_portal_that_prints_the_policy(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    subscribe("储能")
    publish()
    publish(portal="bjx", key="77")
    follow()
    send(database, channel)
    [mail] = mailbox.messages
    assert mail.get_content().count("来源：") == 2


def test_a_mail_speaks_of_the_policy_as_its_issuer_does_not_as_a_portal_headlines_it(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    number = DocNumber(raw="发改能源〔2026〕12号", code="发改能源", year=2026, number=12)
    subscribe("储能")
    publish(portal="bjx", key="77", title="重磅！储能大消息")
    publish(doc_no=FieldValue(value=number, raw=number.raw, rule="cell"))
    assert follow() == 1
    send(database, channel)
    assert mailbox.messages[0]["Subject"] == "【政策】关于推进储能应用的通知"
    assert "发文字号：发改能源〔2026〕12号" in mailbox.messages[0].get_content()


def test_senders_beside_each_other_send_each_mail_once(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    for number in range(12):
        subscribe("储能", f"reader{number}@example.org")
    publish()
    follow()
    with ThreadPoolExecutor(3) as pool:
        sent = list(pool.map(lambda _: send(database, channel).sent, range(3)))
    assert sum(sent) == 12
    assert len(set(mailbox.recipients)) == len(mailbox.recipients) == 12


@pytest.mark.usefixtures("pending")
def test_a_sender_that_died_is_repeated_with_the_same_message_id(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    lost = outbox.lease_next(database, NIGHT, ["email"])
    assert lost
    assert send(database, channel, NIGHT + MINUTE) == outbox.SendResult(waiting=1)
    assert send(database, channel, NIGHT + outbox.LEASE + MINUTE).sent == 1
    assert mailbox.messages[0]["Message-ID"] == lost.message_id


@pytest.mark.usefixtures("pending")
def test_a_refusal_for_now_is_tried_again_later(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 try again later", "250 OK"]
    first = send(database, channel)
    assert (first.put_off, first.waiting) == (1, 1)
    assert "451" in first.errors[0]
    assert send(database, channel, NIGHT + 2 * MINUTE).sent == 0
    assert send(database, channel, NIGHT + 3 * MINUTE).sent == 1


@pytest.mark.usefixtures("pending")
def test_after_seven_tries_a_delivery_is_given_up(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 never"]
    now, waits = NIGHT, []
    for _ in range(outbox.MOST_TRIES):
        send(database, channel, now)
        waits.append(rows(database)[0].next_try - now)
        now = rows(database)[0].next_try
    assert [wait / MINUTE for wait in waits[:6]] == [3, 9, 27, 81, 243, 729]
    assert (rows(database)[0].state, rows(database)[0].attempts) == ("dead", 7)
    assert send(database, channel, now) == outbox.SendResult()


@pytest.mark.usefixtures("pending")
def test_a_refusal_for_good_is_given_up_at_once(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    mailbox.to_recipient = "550 no such user"
    assert send(database, channel).given_up == 1
    assert "550" in (rows(database)[0].last_error or "")


def test_a_server_that_is_down_is_asked_once(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    server: Controller,
) -> None:
    subscribe("储能")
    subscribe("储能", "other@example.org")
    publish()
    follow()
    sent = send(database, evolve(channel, port=1))
    assert (sent.put_off, sent.waiting) == (1, 2)
    assert send(database, channel, NIGHT + 3 * MINUTE).sent == 2


@pytest.mark.usefixtures("pending")
def test_a_server_that_is_down_for_days_costs_no_message(
    database: Database, channel: EmailChannel, mailbox: Mailbox
) -> None:
    for day in range(20):
        assert send(database, evolve(channel, port=1), NIGHT + dt.timedelta(days=day)).given_up == 0
    assert send(database, channel, NIGHT + dt.timedelta(days=20)).sent == 1


@pytest.mark.usefixtures("server")
def test_a_mail_over_which_the_connection_breaks_does_not_hold_up_the_others(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    subscribe("储能")
    subscribe("储能", "other@example.org")
    publish()
    follow()
    mailbox.answers = ["421 closing", "250 OK"]
    sent = send(database, channel)
    assert (sent.put_off, sent.sent) == (1, 1)
    assert mailbox.recipients == ["other@example.org"]


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    first = subscribe("储能")
    subscribe("储能", "other@example.org")
    publish()
    follow()
    spoil(database, first)
    sent = send(database, channel)
    assert (sent.given_up, sent.sent) == (1, 1)
    assert sent.errors[0].startswith("delivery 1 cannot be written: position 6: ")
    assert mailbox.recipients == ["other@example.org"]


def test_a_server_without_starttls_gets_no_password(server: Controller, channel: EmailChannel) -> None:
    from alerts.channels.base import ChannelUnavailable, Message

    secret = evolve(channel, starttls=True, user="polarchive", password="geheim")
    with pytest.raises(ChannelUnavailable, match="STARTTLS") as error:
        secret.send("reader@example.org", Message(subject="x", body="y"), message_id="<1@x>")
    assert "geheim" not in str(error.value)


# ------------------------------------------------------------------ digests


LONG_AGO = NIGHT.date() - 400 * dt.timedelta(days=1)


def three_policies(publish: Publish) -> None:
    """Two of a first crawl, one of them old, and an old one that a night brought."""
    for key, city, silent, published in (
        ("1", "甲市", True, NIGHT.date()),
        ("2", "乙市", True, LONG_AGO),
        ("3", "丙市", False, LONG_AGO),
    ):
        text = f"{city}储能示范项目的批复，请按要求组织实施，确保安全，并及时报送进展情况。" * 3
        publish(text, key=key, title=f"{city}储能批复", silent=silent, published=published)


def test_what_is_not_told_at_once_is_one_message_for_each_subscription(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    subscribe("储能")
    subscribe("乙市", "other@example.org")
    three_policies(publish)
    assert follow() == 4
    assert outbox.count_waiting(database) == 2, "messages, not policies"
    assert send(database, channel) == outbox.SendResult(sent=2)
    first, second = mailbox.messages
    assert first["Subject"] == "【政策汇总】3 项：储能"
    assert first.get_content().replace("\r", "") == (
        "新政策（1 项）\n\n"
        "1. 甲市储能批复（2026-03-01）\n"
        "   国家发展改革委  https://www.example.cn/1.html\n\n"
        "较早发布或未注明日期的政策（2 项）\n\n"
        "1. 乙市储能批复（2025-01-25）\n"
        "   国家发展改革委  https://www.example.cn/1.html\n"
        "2. 丙市储能批复（2025-01-25）\n"
        "   国家发展改革委  https://www.example.cn/1.html\n\n"
        "订阅：储能\n"
    )
    assert "乙市" in second.get_content()
    assert send(database, channel) == outbox.SendResult()
    assert {row.state for row in rows(database)} == {"sent"}


def test_a_digest_that_was_refused_is_sent_again_as_it_was_and_what_came_later_is_another(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    subscribe("储能")
    three_policies(publish)
    follow()
    mailbox.answers = ["451 try later", "250 OK"]
    assert send(database, channel).put_off == 1
    publish("丁市储能示范项目的批复，请按要求组织实施。" * 5, key="4", title="丁市储能批复", silent=True)
    follow()
    assert send(database, channel) == outbox.SendResult(sent=1, waiting=1)
    assert send(database, channel, NIGHT + 3 * MINUTE) == outbox.SendResult(sent=1)
    assert ["丁市" in mail.get_content() for mail in mailbox.messages] == [True, False]
    assert len({mail["Message-ID"] for mail in mailbox.messages}) == 2
    assert [row.attempts for row in rows(database)] == [2, 2, 2, 1]


def test_a_digest_names_the_policies_that_were_sent_as_two(
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    database: Database,
    channel: EmailChannel,
    mailbox: Mailbox,
) -> None:
    subscribe("储能")
    publish(act(1, 1, 3), key="a", portal="bjx", title="储能上篇")
    publish(act(1, 6), key="b", portal="most", title="储能下篇")
    linking.follow(database)
    follow()
    send(database, channel)
    publish(act(1), key="c", title="样例省储能行动计划")
    linking.follow(database)
    follow()
    assert send(database, channel) == outbox.SendResult(sent=1)
    mail = mailbox.messages[-1]
    assert mail["Subject"] == "【政策汇总】1 项更正：储能"
    assert mail.get_content().startswith("更正：以下政策曾按两项分别发送，实为同一项（1 项）")
