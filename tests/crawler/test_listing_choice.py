"""Which entries of a listing page are requested."""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from crawler.spiders.listing_cursor import Choice, ListingRow, choose
from policy.records import Entry
from storage.articles.listed_entries import ListedEntry
from storage.rows import ArchivedArticle

TODAY = dt.date(2026, 11, 20)
SINCE = dt.date(2026, 9, 1)
OLD = dt.date(2024, 5, 1)
NIGHT = dt.datetime(2026, 11, 19, 18, 30, tzinfo=dt.UTC)


def row(
    key: str,
    day: dt.date | None = TODAY,
    *,
    shown: bool = False,
    known_until: dt.date | None = None,
    pending_until: dt.date | None = None,
    withdrawn: bool = False,
) -> ListingRow:
    entry = Entry(url=f"https://www.example.cn/{key}.html", key=key, title="通知", listed_on=day)
    known = ArchivedArticle(
        id=1,
        policy_id=1,
        portal="ndrc",
        key=key,
        url=entry.url,
        page_urls=(),
        title="通知",
        newest=1,
        newest_at=NIGHT,
        first_seen=NIGHT,
        last_seen=NIGHT,
        missing_since=None,
        withdrawn_at=NIGHT if withdrawn else None,
        due=known_until or TODAY,
    )
    return ListingRow(
        entry=entry,
        article=known if known_until else None,
        listed=ListedEntry(section="tz", entry=entry, due=pending_until) if shown else None,
    )


def keys(choice: Choice) -> str:
    return "".join(row.entry.key for row in choice.requested)


def test_what_is_new_in_the_window_is_requested_wherever_it_stands() -> None:
    rows = [row("a", shown=True, known_until=TODAY + dt.timedelta(days=9)), row("b"), row("c", None)]
    for listed_before in (True, False):
        choice = choose(rows, SINCE, TODAY, listed_before=listed_before)
        assert (keys(choice), choice.news, len(choice.shown)) == ("bc", {"b", "c"}, 3)


def test_a_known_article_is_requested_when_it_is_due_or_listed_otherwise_than_before() -> None:
    resting = row("a", shown=True, known_until=TODAY + dt.timedelta(days=9))
    retitled = evolve(resting, entry=evolve(resting.entry, title="通知（修订）"))
    due = row("b", shown=True, known_until=TODAY)
    assert keys(choose([resting, due], SINCE, TODAY, listed_before=True)) == "b"
    assert keys(choose([retitled], SINCE, TODAY, listed_before=True)) == "a"
    assert not choose([resting, due], SINCE, TODAY, listed_before=True).news


def test_an_old_day_among_rows_shown_before_was_put_there_and_depth_was_not() -> None:
    rows = [row("a", shown=True), row("b", OLD), row("c", OLD, shown=True), row("d", OLD)]
    choice = choose(rows, SINCE, TODAY, listed_before=True)
    assert keys(choice) == "ab"
    assert [entry.key for entry in choice.undecided] == ["d"]
    assert [row.entry.key for row in choice.shown] == ["a", "b", "c"]
    first = choose([row("a"), row("b", OLD), row("c", OLD)], SINCE, TODAY, listed_before=False)
    assert (keys(first), first.undecided, len(first.shown)) == ("a", (), 3), "a first crawl reads its window"


def test_the_next_page_tells_what_the_last_rows_of_a_page_are() -> None:
    last = row("d", OLD)
    assert keys(choose([last, row("e", OLD, shown=True)], SINCE, TODAY, listed_before=True)) == "d"
    assert not choose([last, row("e", OLD)], SINCE, TODAY, listed_before=True).news


def test_what_did_not_come_is_requested_on_its_day() -> None:
    later = row("a", shown=True, pending_until=TODAY + dt.timedelta(days=2))
    assert (
        keys(
            choose([later, row("b", OLD, shown=True, pending_until=TODAY)], SINCE, TODAY, listed_before=True)
        )
        == "b"
    )


def test_a_withdrawn_article_is_requested_as_soon_as_a_listing_shows_it() -> None:
    later = TODAY + dt.timedelta(days=50)
    rows = [row("a", known_until=later, withdrawn=True), row("b", known_until=later)]
    assert keys(choose(rows, SINCE, TODAY, listed_before=True)) == "a"
