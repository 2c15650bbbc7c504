"""Only a query that can be read and one bare address become a subscription."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policy.errors import BadAddress, QuerySyntax, UnknownChannel
from policy.records.saves import SaveResult
from storage.database import Database
from storage.deliveries import Subscription, all_subscriptions

Subscribe = Callable[..., Subscription]


@pytest.mark.parametrize(
    "address", ["reader@example.org", "a.b+policy@mail.example.cn", "root@localhost", "x_y@a-b.cn"]
)
def test_a_mail_address_is_kept_as_given(subscribe: Subscribe, address: str) -> None:
    assert subscribe("储能", address).address == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "@example.org",
        "reader@",
        "reader@example..org",
        "reader@-example.org",
        "Reader <reader@example.org>",
        "a@example.org, b@example.org",
        "a@example.org b@example.org",
        "reader@example.org\nBcc: all@example.org",
        "reader@example.org\r\nSubject: x",
        "reader@example.org\n",
        "读者@example.org",
        "reader@" + "a" * 250 + ".org",
    ],
)
def test_anything_else_is_refused(subscribe: Subscribe, database: Database, address: str) -> None:
    with pytest.raises(BadAddress, match="is not a mail address"):
        subscribe("储能", address)
    with database.read() as session:
        assert all_subscriptions(session) == []


def test_the_domain_of_an_address_is_stored_in_lower_case(subscribe: Subscribe) -> None:
    assert subscribe("储能", "Reader@Example.ORG").address == "Reader@example.org"
    assert subscribe("储能", "Reader@example.org") == subscribe("储能", "Reader@EXAMPLE.org")


def test_a_channel_that_is_not_registered_is_refused(subscribe: Subscribe) -> None:
    with pytest.raises(UnknownChannel, match=r"no channel 'fax'; there are email"):
        subscribe("储能", "reader@example.org", channel="fax")


def test_a_query_that_cannot_be_read_is_refused(subscribe: Subscribe) -> None:
    with pytest.raises(QuerySyntax, match="position 1"):
        subscribe("(储能")


def test_asking_the_same_twice_is_one_subscription(subscribe: Subscribe, database: Database) -> None:
    assert subscribe("储能") == subscribe("储能")
    assert subscribe("储能", "other@example.org") != subscribe("氢能")
    with database.read() as session:
        assert len(all_subscriptions(session)) == 3


def test_a_subscription_knows_the_change_it_begins_after(
    subscribe: Subscribe, publish: Callable[..., SaveResult]
) -> None:
    before = subscribe("储能").since_change
    change = publish().changes[-1]
    assert (before, subscribe("氢能").since_change) == (0, change.id)
