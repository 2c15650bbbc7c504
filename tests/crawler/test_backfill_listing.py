"""How a backfill reads a listing: which pages, which rows, and when it stops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from attrs import evolve

from crawler.pages.listings import StaticList, YearList
from crawler.portal import Section
from crawler.spiders.backfill_listing import FAILED, PASSED, STALE, ListingFrontier, ListingWalk, merge_pages
from crawler.urls import alike
from policy.records import Entry, Listing
from policy.records.runs import MAX_ATTEMPTS, SectionProgress

LIST = "https://www.example.cn/tz/"
SECTION = Section(slug="tz", name="通知", url=LIST, listing=StaticList)
YEARS = Section(slug="tz", name="通知", url=LIST, listing=YearList)


def page(n: int) -> str:
    return f"{LIST}index_{n}.html" if n else LIST


def row(year: int, number: int, *, day: bool = True) -> Entry:
    on = dt.date(year, 6, 1 + number % 28) if day else None
    return Entry(url=f"{LIST}{year}{number}.html", key=f"{year}-{number}", title="通知", listed_on=on)


def rows(*years: int, page: int = 0, day: bool = True) -> tuple[Entry, ...]:
    return tuple(row(year, 100 * page + n, day=day) for n, year in enumerate(years))


def listing(entries: Sequence[Entry], *more: int) -> Listing:
    return Listing(entries=tuple(entries), more=tuple(page(n) for n in more))


def a_walk(
    *, max_pages: int | None = None, frontier: ListingFrontier | None = None, section: Section = SECTION
) -> ListingWalk:
    since, until = dt.date(2019, 1, 1), dt.date(2020, 12, 31)
    known = frontier or ListingFrontier()
    before = SectionProgress(pages=len(known.read))
    return ListingWalk(
        section=section, since=since, until=until, max_pages=max_pages, frontier=known, walked=before
    )


def walked(walk: ListingWalk, *pages: Sequence[int]) -> list[str]:
    """The keys that are wanted of pages whose rows are of these years, until the walk stops."""
    found, total = list[str](), len(pages)
    for n, years in enumerate(pages):
        found += [one.key for one in walk.add_page(listing(rows(*years, page=n), *range(n + 1, total)))]
        if not walk.following():
            break
    return found


def test_all_pages_are_read_until_some_in_a_row_are_older_and_rows_of_the_range_are_found_anywhere() -> None:
    walk = a_walk()
    pages = [[2026, 2019], [2025], [2018, 2020], [2018], [2018], [2019, 2018], *[[2017, 2018]] * 9]
    assert walked(walk, *pages) == ["2019-1", "2020-201", "2019-500"]
    assert walk.report == SectionProgress(
        state="passed", pages=6 + PASSED, waiting=9 - PASSED, oldest=dt.date(2017, 6, 1)
    )


def test_a_listing_without_older_pages_is_read_to_its_end() -> None:
    walk = a_walk()
    assert walked(walk, [2026], [2025], [2021]) == []
    assert (walk.state, walk.oldest) == ("ended", dt.date(2021, 6, 5))


def test_the_days_at_both_ends_are_of_the_range() -> None:
    ends = [dt.date(2018, 12, 31), dt.date(2019, 1, 1), dt.date(2020, 12, 31), dt.date(2021, 1, 1)]
    entries = [Entry(url=LIST, key=f"{day}", title="通知", listed_on=day) for day in ends]
    assert [one.key for one in a_walk().add_page(listing(entries))] == ["2019-01-01", "2020-12-31"]


def test_a_row_without_a_day_is_wanted_where_its_page_reaches_into_the_range() -> None:
    walk = a_walk()
    nameless = [row(1, 1, day=False)]
    assert walk.add_page(listing([*rows(2026), *nameless], 1, 2)) == ()
    walk.following()
    found = walk.add_page(listing([*rows(2021, 2020, page=1), row(1, 2, day=False)], 2))
    assert [one.key for one in found] == ["2020-101", "1-2"]


def test_a_listing_without_days_is_read_as_far_as_somebody_says() -> None:
    walk = a_walk()
    assert walk.add_page(listing(rows(2019, 2020, day=False), 1, 2)) == ()
    assert (walk.state, walk.following()) == ("undated", None)
    walk = a_walk(max_pages=2)
    assert len(walk.add_page(listing(rows(2019, 2020, day=False), 1, 2))) == 2
    walk.following()
    assert len(walk.add_page(listing(rows(2019, page=1, day=False), 2))) == 1
    assert walk.state == "bounded"


def test_pages_of_rows_that_lead_to_other_sites_are_read_and_wanted_by_nobody() -> None:
    walk, away = (
        a_walk(),
        Entry(url="https://news.example/1", key="", title="通知", listed_on=dt.date(2021, 1, 1)),
    )
    for n in range(STALE + 1):
        elsewhere = evolve(away, url=f"{away.url}{n}")
        assert walk.add_page(Listing(entries=(), elsewhere=(elsewhere,), more=(page(n + 1),))) == ()
        assert walk.following()
    assert walk.state == "walking"


def test_a_pager_that_leads_in_circles_is_left() -> None:
    walk, n = a_walk(), 0
    while walk.state == "walking":
        walk.add_page(listing(rows(2026, 2025), n + 1))
        n += bool(walk.following())
    assert (walk.state, walk.pages) == ("loops", 1 + STALE)


def test_a_pager_that_names_more_pages_than_there_are_is_left_at_once() -> None:
    walk = a_walk()
    walk.add_page(listing(rows(2026), *range(1, 50)))
    for _ in range(FAILED):
        assert walk.following()
        walk.add_failure(gone=True)
    assert (walk.state, walk.following()) == ("cut", None)
    short = a_walk()
    short.add_page(listing(rows(2026), 1))
    short.following()
    short.add_failure(gone=True)
    assert short.state == "cut"


def test_pages_that_fail_are_passed_by_and_tried_in_later_runs_until_they_are_given_up() -> None:
    walk = a_walk()
    walk.add_page(listing(rows(2026), 1, 2))
    assert walk.following() == page(1)
    walk.add_failure(gone=False)
    assert walk.following() == page(2)
    walk.add_page(listing(rows(2020, page=2)))
    assert (walk.following(), walk.state, walk.report.waiting) == (None, "walking", 1)

    again = a_walk(
        frontier=ListingFrontier(read=(LIST, page(2)), waiting=(page(1),), tries={page(1): MAX_ATTEMPTS - 1})
    )
    again.add_page(listing(rows(2026), 1, 2))
    assert [again.following(), again.add_page(listing(rows(2020, page=2)))] == [page(2), rows(2020, page=2)]
    assert again.following() == page(1)
    again.add_failure(gone=False)
    assert (again.state, again.pages) == ("unread", 2)


def test_a_portal_that_answers_no_more_is_asked_no_more_in_this_run() -> None:
    walk = a_walk()
    walk.add_page(listing(rows(2026), *range(1, 50)))
    for _ in range(FAILED):
        walk.following()
        walk.add_failure(gone=False)
    assert (walk.state, walk.following()) == ("walking", None)
    fresh = a_walk()
    fresh.add_failure(gone=False)
    assert (fresh.state, fresh.following()) == ("walking", None), "without its first page"


def test_a_walk_goes_on_where_it_was_and_reads_the_pages_before_again() -> None:
    held = ListingFrontier(read=tuple(page(n) for n in range(6)), waiting=tuple(page(n) for n in (6, 7, 8)))
    walk = a_walk(frontier=held)
    walk.add_page(listing(rows(2026), *range(1, 10)))
    order = []
    while url := walk.following():
        order.append(url)
        walk.add_page(listing(rows(2025, page=len(order))))
    assert order == [page(n) for n in (4, 5, 6, 7, 8, 9)], "two again, and the page that came meanwhile last"
    assert (walk.pages, walk.state) == (10, "ended")


def test_the_first_page_of_a_walk_that_goes_on_is_no_sign_that_it_has_passed() -> None:
    held = ListingFrontier(read=(LIST, page(1)), waiting=(page(2), page(3)))
    walk = a_walk(frontier=held)
    for n in range(PASSED):
        assert walk.state == "walking"
        walk.add_page(listing(rows(2018, page=n)))
        walk.following()
    walk.add_page(listing(rows(2018, page=PASSED)))
    assert walk.state == "passed"


def test_new_pages_stand_behind_those_they_follow() -> None:
    def pages(names: str) -> tuple[str, ...]:
        return tuple(f"{LIST}{name}" for name in names.split())

    known = {alike(url) for url in pages("a1 a2 a3 b c")}
    assert merge_pages(pages("a2 a3 b c"), pages("a1 a2 a3 a4"), known) == pages("a2 a3 a4 b c")
    assert merge_pages(pages("a2 a3 b c"), pages("a0 b b1"), known) == pages("a0 a2 a3 b b1 c")
    assert merge_pages(pages("b c"), pages("a1 a2 a3 a4 b1"), known) == pages("b c"), "all of them are known"


@pytest.mark.parametrize(("year", "asked"), [(2018, False), (2019, True), (2021, True), (2022, False)])
def test_archives_of_years_that_cannot_hold_the_range_are_not_asked_for(year: int, asked: bool) -> None:
    walk = a_walk(section=YEARS)
    walk.add_page(Listing(entries=(), more=(f"{LIST}{year}/", f"{LIST}2020/"), rowless=True))
    assert (f"{LIST}{year}/" in walk.waiting) is asked
