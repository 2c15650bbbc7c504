"""Which changes become deliveries: new policies that match, once; old ones and backfills in digests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from alerts import percolation
from pipelines.consumers import linking
from policy.records.saves import SaveResult
from policy.rules.identity import Alias
from storage import change_feed, queries
from storage.articles import availability
from storage.change_feed import cursor
from storage.database import Database
from storage.deliveries import Subscription
from storage.tables import DeliveryRow
from tests.acts import act
from tests.alerts.conftest import NAMES, spoil
from tests.storage.builders import DAY, NIGHT

Subscribe = Callable[..., Subscription]
Publish = Callable[..., SaveResult]
Follow = Callable[[], int]


def events(database: Database) -> list[tuple[int, str]]:
    """Policy and event of each delivery."""
    with database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))
        return [(row.policy_id, row.event) for row in rows]


LONG = (
    "国家能源局印发氢能产业发展的实施意见，明确了制氢、储运、加注各环节的重点任务与保障措施，自印发之日起施行，请遵照执行。"
    * 2
)


def test_a_new_policy_that_matches_is_delivered_once(
    subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能 电网")
    subscribe("氢能", "other@example.org")
    publish()
    assert follow() == 1
    assert follow() == 0


def test_the_portal_is_known_by_name_and_the_title_is_searched(
    subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("门户:国家发展改革委 应用的通知")
    publish()
    assert follow() == 1


def test_a_reprint_of_a_told_policy_is_not_told_again(
    subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish()
    publish(portal="bjx", key="77", at=NIGHT + DAY)
    assert follow() == 1


def test_a_reprint_is_told_to_whom_only_the_reprint_matches(
    subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能 门户:bjx")
    publish()
    publish(portal="bjx", key="77", at=NIGHT + DAY)
    assert follow() == 1


def test_a_late_reprint_is_told_in_a_digest_to_whom_only_the_reprint_matches(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能 门户:bjx")
    publish()
    assert follow() == 0
    publish(portal="bjx", key="77", at=NIGHT + 31 * DAY)
    assert follow() == 1
    assert events(database) == [(1, "digest")]


def test_a_first_crawl_is_told_in_a_digest(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish(silent=True)
    assert follow() == 1
    assert events(database) == [(1, "digest")]


def test_a_new_version_is_not_a_new_policy(subscribe: Subscribe, publish: Publish, follow: Follow) -> None:
    publish()
    subscribe("绿色低碳")
    publish("储能应用要绿色低碳。" * 10, at=NIGHT + DAY)
    assert follow() == 0


def test_nothing_before_the_subscription_is_told(
    subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    publish()
    subscribe("储能")
    publish(LONG, key="2", title="氢能实施意见", at=NIGHT + dt.timedelta(hours=1))
    assert follow() == 0


def test_the_cursor_moves_though_nothing_matches(
    database: Database, publish: Publish, follow: Follow
) -> None:
    change = publish().changes[-1]
    follow()
    with database.read() as session:
        assert cursor(session, percolation.CONSUMER) == change.id


def test_followers_beside_each_other_deliver_once(
    database: Database, subscribe: Subscribe, publish: Publish
) -> None:
    subscribe("储能")
    for number in range(20):
        publish(
            f"第{number}号储能示范项目的批复，请按要求组织实施，确保安全，并及时报送进展情况。" * 3,
            key=str(number),
        )
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: percolation.match_changes(database, NAMES, NIGHT), range(4)))
    assert sum(made) == 20


def test_a_subscription_that_cannot_be_read_does_not_silence_the_others(
    database: Database,
    subscribe: Subscribe,
    publish: Publish,
    follow: Follow,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(database, subscribe("储能"))
    subscribe("储能", "other@example.org")
    publish()
    assert follow() == 1
    assert "subscription 1 is not matched: position" in caplog.text


def test_nobody_is_told_that_a_policy_was_withdrawn_restored_or_moved(
    subscribe: Subscribe, publish: Publish, follow: Follow, database: Database
) -> None:
    publish()
    follow()
    subscribe("储能")
    for night in (1, 2):
        with database.write() as session:
            availability.mark_gone(session, "ndrc", "1", NIGHT + night * DAY)
    new = Alias(key="2", url="https://www.example.cn/2.html", evidence="same words")
    saved = publish(at=NIGHT + 3 * DAY, url=new.url, aliases=[new])
    assert [change.kind for change in saved.changes] == ["restored", "moved"]
    with database.read() as session:
        assert [change.kind for change in change_feed.changes(session)] == [
            "new_policy",
            "withdrawn",
            "restored",
            "moved",
        ]


def test_a_policy_that_turns_out_to_be_another_is_told_once(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish(act(1), key="a", title="样例省储能行动计划")
    publish(act(1, 1, 7), key="b", portal="bjx", title="储能补贴来了")
    linking.follow(database)
    assert follow() == 1
    publish(act(1, 2), key="c", portal="most", title="储能怎么干")
    linking.follow(database)
    assert follow() == 0


def test_a_policy_told_before_it_turned_out_to_be_another_is_not_told_again(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish(act(1, 1, 3), key="a", portal="bjx", title="储能上篇")
    publish(act(1, 6), key="b", portal="most", title="储能下篇")
    linking.follow(database)
    assert follow() == 2, "nothing says yet that they are one"
    publish(act(1), key="c", title="样例省储能行动计划")
    linking.follow(database)
    follow()
    assert events(database) == [(1, "new"), (2, "new"), (1, "corrected")]
    with database.read() as session:
        [corrected] = [each for each in change_feed.changes(session) if each.kind == "corrected"]
        assert corrected.policy_id == 1
    publish(act(1), key="d", portal="cs", title="样例省储能行动计划全文")
    linking.follow(database)
    assert follow() == 0, "neither again nor corrected again"


def test_the_last_page_of_a_reprint_then_its_others_then_the_original_are_told_once(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    headline = "样例市：独立储能每千瓦时最高补贴三角"
    publish(act(1, 7), key="reprint", portal="bjx", title=headline, pages=3, missing=(1, 2))
    linking.follow(database)
    assert follow() == 1
    publish(act(1), key="reprint", portal="bjx", title=headline, pages=3, at=NIGHT + DAY)
    linking.follow(database)
    publish(act(1), key="original", title="样例省储能行动计划", at=NIGHT + 2 * DAY)
    linking.follow(database)
    assert follow() == 0
    with database.read() as session:
        told = [change.kind for change in change_feed.changes(session)]
        assert len({article.policy_id for article in queries.articles(session, [1, 2]).values()}) == 1
    assert told == ["new_policy", "completed", "source_added"]
