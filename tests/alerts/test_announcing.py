"""Whether a policy is news, by the dates that its pages print."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen
from sqlalchemy import select

from alerts import percolation
from alerts.percolation import judge, page_day
from pipelines.consumers import linking
from pipelines.consumers.regrouping import has_same_words, regroup
from policy.documents.numbers import find_numbers
from policy.records import DocNumber, FieldValue
from policy.records.saves import PageDates, Ruling, SaveResult
from storage import change_feed
from storage.database import Database
from storage.deliveries import Subscription
from storage.policies import article_links, memberships
from storage.tables import AnnouncementRow, ChangeRow, DeliveryRow
from tests.acts import act
from tests.alerts.conftest import NAMES, TODAY
from tests.storage.builders import NIGHT

Subscribe = Callable[..., Subscription]
Publish = Callable[..., SaveResult]
Follow = Callable[[], int]

DAY = dt.timedelta(days=1)
SEEN = dt.date(2026, 11, 21)
WRITTEN = dt.date(2026, 11, 16)
PUBLISHED = dt.date(2026, 11, 18)
OLD = dt.date(2019, 3, 5)
NEXT_YEAR = dt.date(2027, 11, 18)


def a_page(
    published: dt.date | None = None,
    written: dt.date | None = None,
    listed: dt.date | None = None,
    *,
    captured: dt.date = SEEN,
) -> PageDates:
    return PageDates(published=published, written=written, listed=listed, captured=captured)


@pytest.mark.parametrize(
    ("page", "day"),
    [
        pytest.param(a_page(PUBLISHED, WRITTEN), PUBLISHED, id="published"),
        pytest.param(a_page(None, WRITTEN, SEEN), WRITTEN, id="written"),
        pytest.param(a_page(listed=SEEN), SEEN, id="listed"),
        pytest.param(a_page(), None, id="no date"),
        pytest.param(a_page(PUBLISHED, PUBLISHED - 60 * DAY), PUBLISHED, id="published two months later"),
        pytest.param(a_page(PUBLISHED, OLD), OLD, id="reprint of an old policy"),
        pytest.param(a_page(OLD, WRITTEN), WRITTEN, id="published before it was written"),
        pytest.param(a_page(NEXT_YEAR, WRITTEN), WRITTEN, id="published after its capture"),
        pytest.param(a_page(NEXT_YEAR), None, id="nothing but a day after its capture"),
    ],
)
def test_the_day_of_a_page_is_the_first_it_prints_that_can_be_right(
    page: PageDates, day: dt.date | None
) -> None:
    assert page_day(page) == day


@pytest.mark.parametrize(
    ("published", "reason"),
    [
        pytest.param(SEEN, "fresh", id="today"),
        pytest.param(SEEN - 30 * DAY, "fresh", id="thirty days"),
        pytest.param(SEEN - 31 * DAY, "old", id="thirty-one days"),
        pytest.param(None, "undated", id="no date"),
    ],
)
def test_a_policy_is_news_for_thirty_days(published: dt.date | None, reason: str) -> None:
    assert judge([a_page(published)], 30)[0] == reason


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        pytest.param([a_page(OLD), a_page(PUBLISHED)], "old", id="a reprint makes no old policy new"),
        pytest.param([a_page(OLD), a_page(PUBLISHED), a_page(SEEN)], "fresh", id="one date misprinted"),
        pytest.param([a_page(OLD), a_page(OLD), *[a_page(SEEN)] * 4], "old", id="two agree that it is old"),
        pytest.param(
            [a_page(OLD), *[a_page(SEEN + 9 * DAY, captured=SEEN + 9 * DAY)] * 3],
            "old",
            id="reprints of after its first capture",
        ),
        pytest.param([a_page(), a_page(PUBLISHED)], "fresh", id="one page without a date"),
        pytest.param(
            [a_page(listed=SEEN), a_page(None, OLD)], "old", id="the signature is older than the row"
        ),
    ],
)
def test_the_earliest_day_of_a_policy_counts_in_any_order(pages: list[PageDates], reason: str) -> None:
    assert {judge(order, 30)[0] for order in permutations(pages)} == {reason}


# ------------------------------------------------------------------ in the archive


@frozen(kw_only=True)
class Told:
    """What was announced of each invented policy, by its number."""

    announced: Counter[int]
    sent: Counter[int]
    at_once: frozenset[int]
    corrected: Counter[int]


def pages_of(number: int) -> list[dict[str, Any]]:
    """The original of a policy, reprints, a part, and pages with a misprint.

    Policies 1 and 2 are new, 3 and 4 old, 5 has no date. Reprints of old ones are new themselves and print
    the day the policy was written.
    """
    day = {1: TODAY, 2: TODAY - 20 * DAY, 3: OLD, 4: OLD + 90 * DAY}.get(number)
    title, bare = f"{'甲乙丙丁戊'[number - 1]}市储能管理办法", {"published": None}
    year = day.year if day else TODAY.year
    right, misprinted = (numbered(f"样发改〔{year}〕{number}{last}号") for last in (2, 7))
    dated: dict[str, Any] = {"published": day} if number < 3 else {"published": TODAY, "written": day}
    common = {"title": title, "doc_no": right, **(dated if day else bare)}
    text = act(number)
    return [
        common | {"key": f"{number}o", "text": text, "published": day},
        common | {"key": f"{number}r", "text": f"{text}\n责任编辑：某某", "portal": "bjx"},
        common | {"key": f"{number}s", "text": text, "portal": "most", "title": f"重磅：{title}发布"},
        common | {"key": f"{number}p", "text": act(number, 6), "portal": "mof", "title": f"{title}（2）"},
        common
        | {
            "key": f"{number}n",
            "text": text,
            "portal": "cs",
            "doc_no": misprinted,
        },
        common
        | {
            "key": f"{number}d",
            "text": text,
            "portal": "cs",
            "published": OLD if day else None,
            "written": None,
        },
    ]


def numbered(printed: str) -> FieldValue[DocNumber]:
    return FieldValue(value=find_numbers(printed)[0], raw=printed, rule="cell")


def arrive(database: Database, publish: Publish, pages: list[dict[str, Any]], draw: Random) -> Told:
    """The pages in the order given, in nights of a few, some of them silent."""
    owners = dict[int, int]()
    night = 0
    while pages:
        some = draw.randint(1, 5)
        for page in pages[:some]:
            fields = dict(page)
            saved = publish(
                fields.pop("text"), at=NIGHT + night * DAY / 4, silent=draw.random() < 0.3, **fields
            )
            owners[saved.article_id] = int(page["key"][0])
        del pages[:some]
        night += 1
        linking.follow(database)
        percolation.match_changes(database, NAMES, NIGHT, same_words=has_same_words)
    with database.read() as session:
        rows = session.execute(
            select(DeliveryRow.event, ChangeRow.article_id).join(
                ChangeRow, ChangeRow.id == DeliveryRow.change_id
            )
        ).all()
        own = AnnouncementRow.announced_as == AnnouncementRow.policy_id
        announced = session.scalars(
            select(AnnouncementRow.article_id).where(own, AnnouncementRow.how != "none")
        )
        corrected = [each for each in change_feed.every_change(session) if each.kind == "corrected"]
        return Told(
            announced=Counter(owners[article] for article in announced if article),
            sent=Counter(owners[article] for event, article in rows if event != "corrected"),
            at_once=frozenset(owners[article] for event, article in rows if event == "new"),
            corrected=Counter(owners[each.article_id] for each in corrected),
        )


@pytest.mark.parametrize("seed", range(6))
def test_neither_the_order_of_arrival_nor_silent_runs_change_what_is_announced(
    database: Database, subscribe: Subscribe, publish: Publish, seed: int
) -> None:
    subscribe("储能")
    draw = Random(seed)
    pages = [page for number in range(1, 6) for page in pages_of(number)]
    draw.shuffle(pages)
    told = arrive(database, publish, pages, draw)
    assert {*told.announced} == {1, 2}
    assert told.at_once <= {1, 2}
    assert {*told.sent} == {1, 2, 3, 4, 5}, "nothing is lost"
    for number, count in told.announced.items():
        assert count == 1 + told.corrected[number], "what was announced as two is corrected"


@pytest.mark.parametrize("silent_first", [True, False])
def test_the_run_that_first_sees_a_policy_decides_how_it_is_sent(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow, silent_first: bool
) -> None:
    subscribe("储能")
    publish(silent=silent_first)
    publish(portal="bjx", key="77", silent=not silent_first)
    follow()
    with database.read() as session:
        [event] = session.scalars(select(DeliveryRow.event))
    assert event == ("digest" if silent_first else "new")


def test_a_policy_is_announced_when_its_date_is_known(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能 门户:bjx")
    publish(published=None)
    assert follow() == 0
    publish(portal="bjx", key="77", at=NIGHT + DAY)
    assert follow() == 1
    with database.read() as session:
        announced = memberships.announcement(session, 1)
    assert announced is not None
    assert (announced.how, announced.day) == ("at_once", TODAY)


def test_what_is_split_off_an_announced_policy_is_not_announced_again(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish(act(1), key="a", title="样例省储能行动计划")
    publish(f"{act(1)}\n责任编辑：某某", key="b", portal="bjx", title="样例省储能行动计划全文")
    linking.follow(database)
    assert follow() == 1
    with database.write() as session:
        ruling = Ruling(a=1, b=2, same=False, by="li", why="looked at both", at=NIGHT + DAY)
        article_links.add_ruling(session, ruling)
        regroup(session, [1, 2], at=NIGHT + DAY)
        [split] = memberships.policies_of(session, [2]).values()
        assert memberships.successors(session, 1) == [split]
    assert follow() == 0
    with database.read() as session:
        kinds = [change.kind for change in change_feed.changes(session)]
        carried = memberships.announcement(session, split)
    assert kinds[-1] == "split"
    assert carried is not None
    assert (carried.reason, carried.announced_as) == ("announced before", 1)


def test_the_same_words_under_a_misprinted_number_are_not_announced_again(
    database: Database, subscribe: Subscribe, publish: Publish
) -> None:
    subscribe("储能")
    for key, number in (("a", "样发改〔2026〕12号"), ("b", "样发改〔2026〕17号")):
        publish(act(1), key=key, portal=f"portal-{key}", title="样例省储能行动计划", doc_no=numbered(number))
        linking.follow(database)
        percolation.match_changes(database, NAMES, NIGHT, same_words=has_same_words)
    with database.read() as session:
        assert len({*memberships.policies_of(session, [1, 2]).values()}) == 2, "linking keeps them apart"
        assert [*session.scalars(select(DeliveryRow.event))] == ["new"]


def test_another_text_that_an_announced_policy_swallowed_is_announced_when_it_is_split_off(
    database: Database, subscribe: Subscribe, publish: Publish, follow: Follow
) -> None:
    subscribe("储能")
    publish(act(1), key="a", title="样例省储能行动计划")
    publish(act(2), key="b", portal="bjx", title="样例市储能补贴办法")
    linking.follow(database)
    with database.write() as session:
        ruling = Ruling(a=1, b=2, same=True, by="li", why="in haste", at=NIGHT)
        article_links.add_ruling(session, ruling)
        regroup(session, [1, 2], at=NIGHT)
    assert follow() == 1
    with database.write() as session:
        article_links.add_ruling(session, evolve(ruling, same=False, at=NIGHT + DAY))
        regroup(session, [1, 2], at=NIGHT + DAY)
    assert follow() == 1
