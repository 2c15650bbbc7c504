"""Following a listing, and joining the pages of an article."""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from crawler.portals.ndrc import Ndrc
from crawler.spiders.listing_cursor import MOST_PAGES, ArticleFetch, Choice, ListingCursor, in_window
from policy.records import Capture, Entry, Listing, Page

LIST = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
TODAY = dt.date(2026, 11, 20)
SINCE = dt.date(2026, 11, 1)
NEWS = Choice(news=frozenset({"1"}))


def entry(number: int, day: dt.date | None = TODAY) -> Entry:
    return Entry(url=f"{LIST}{number}.html", key=str(number), title="通知", listed_on=day)


def cursor(*urls: str) -> ListingCursor:
    begun = ListingCursor(section=Ndrc.sections[-1])
    for url in urls:
        begun = begun.requesting(url)
    return begun


def test_a_shell_leads_on_and_its_rows_may_lead_on_before_what_waits() -> None:
    years = (f"{LIST}2026/", f"{LIST}2025/")
    shell = cursor(LIST).read(Listing(entries=(), more=years, rowless=True), NEWS, SINCE)
    assert shell.following == years[0]
    listing = Listing(entries=(entry(1),), more=(f"{LIST}2026/index_2.html",))
    first = shell.requesting(years[0]).read(listing, NEWS, SINCE)
    assert first.following == f"{LIST}2026/index_2.html"
    assert first.requesting(f"{LIST}2026/index_2.html").following == years[1]


def test_a_service_that_answers_with_page_one_for_ever_is_left() -> None:
    listing = Listing(entries=(entry(1), entry(2)), more=(f"{LIST}#post=pageNo=2", f"{LIST}#post=pageNo=3"))
    first = cursor(LIST).read(listing, NEWS, SINCE)
    assert first.following == f"{LIST}#post=pageNo=2"
    assert first.requesting(f"{LIST}#post=pageNo=2").read(listing, NEWS, SINCE).following is None


def test_a_pager_without_an_end_is_known_as_such() -> None:
    begun = cursor(*(f"{LIST}{n}/" for n in range(MOST_PAGES)))
    followed = begun.read(Listing(entries=(entry(1),), more=(f"{LIST}next/",)), NEWS, SINCE)
    assert (followed.following, followed.endless) == (None, True)
    assert not cursor(LIST).read(Listing(entries=(entry(1),), more=(f"{LIST}next/",)), NEWS, SINCE).endless


def page(number: int, *others: int) -> Page:
    return Page(url=address(number), number=number, body="", others=tuple(map(address, others)))


def address(number: int) -> str:
    return f"https://news.bjx.com.cn/html/20261120/1-{number}.shtml"


def capture(number: int) -> Capture:
    return Capture(
        url=address(number),
        at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        status=200,
        file="x.warc.gz",
        offset=number,
        length=1,
        digest=f"sha1:{number}",
        record_id=f"<{number}>",
    )


def test_a_listing_is_followed_while_it_shows_something_new_inside_the_window() -> None:
    read = cursor(LIST).read(Listing(entries=(entry(1),), more=(f"{LIST}index_1.html",)), NEWS, SINCE)
    assert read.following == f"{LIST}index_1.html"
    old = entry(2, dt.date(2026, 10, 1))
    after = read.requesting(f"{LIST}index_1.html").read(
        Listing(entries=(old,), more=(f"{LIST}index_2.html",)), NEWS, SINCE
    )
    assert after.following is None
    assert after.keys == {"1", "2"}


def test_a_server_that_repeats_its_first_page_is_left() -> None:
    listing = Listing(entries=(entry(1),), more=(f"{LIST}index_1.html", f"{LIST}index_2.html"))
    first = cursor(LIST).read(listing, NEWS, None)
    assert first.requesting(f"{LIST}index_1.html").read(listing, NEWS, None).following is None


def test_a_pager_that_links_back_is_not_followed_back() -> None:
    listing = Listing(entries=(entry(1),), more=(LIST.replace("https", "http") + "index.html",))
    assert cursor(LIST).read(listing, NEWS, None).following is None


def test_no_listing_is_followed_for_ever() -> None:
    urls = [f"{LIST}{n}" for n in range(MOST_PAGES)]
    assert cursor(*urls).with_urls([f"{LIST}next"]).following is None


def test_an_entry_without_a_day_is_inside_every_window() -> None:
    assert in_window(entry(1, None), SINCE)
    assert in_window(entry(1, SINCE), SINCE)
    assert not in_window(entry(1, dt.date(2026, 10, 31)), SINCE)


def test_an_article_is_put_together_in_reading_order_wherever_it_was_entered() -> None:
    fetch = ArticleFetch(url=address(2), key="1").requesting(address(2)).read(page(2, 1, 3), capture(2))
    assert fetch.following == address(1)
    fetch = fetch.requesting(address(1)).read(page(1, 2, 3), capture(1))
    assert fetch.following == address(3)
    whole = fetch.requesting(address(3)).read(page(3, 1, 2), capture(3)).in_order
    assert whole.following is None
    assert [each.number for each in whole.pages] == [1, 2, 3]
    assert [each.offset for each in whole.captures] == [1, 2, 3]


def test_a_page_that_comes_again_at_another_address_is_not_taken_twice() -> None:
    fetch = ArticleFetch(url=address(1), key="1").read(page(1, 2), capture(1))
    again = evolve(page(1), url=address(1).replace("news", "m"))
    assert len(fetch.read(again, capture(1)).pages) == 1


def test_pages_that_did_not_come_are_stated() -> None:
    fetch = ArticleFetch(url=address(1), key="1").read(page(1, 2), capture(1))
    assert fetch.without_page(address(2)).missing == (address(2),)
