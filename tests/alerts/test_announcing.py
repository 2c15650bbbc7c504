"""Whether a policy is news, by the dates that its pages print."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from alerts.percolation import judge, page_day
from policy.records.saves import PageDates

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
