"""Backfills as the archive keeps them: one open a portal, its pages, its entries."""

from __future__ import annotations

import datetime as dt

import pytest

from policy.errors import ArchiveError
from policy.records import Entry
from policy.records.runs import MAX_ATTEMPTS, Backfill, SectionProgress
from policy.rules.extraction import Extraction
from policy.rules.identity import Alias
from storage.articles import archive, listed_entries
from storage.database import Database
from storage.runs import backfills
from storage.runs.backfills import ListingPages
from tests.storage.builders import DAY, NIGHT, a_capture, a_new_policy, an_article

FIRST, LAST = dt.date(2019, 1, 1), dt.date(2020, 12, 31)


def begun(database: Database, portal: str = "ndrc") -> Backfill:
    with database.write() as session:
        return backfills.create_backfill(session, portal, ["tz", "gg"], FIRST, LAST, NIGHT, listing_pages=5)


def now(database: Database, ours: Backfill) -> Backfill:
    with database.read() as session:
        return backfills.backfill(session, ours.id)


def entry(key: str) -> Entry:
    return Entry(url=f"https://www.example.cn/{key}.html", key=key, title="通知", listed_on=FIRST)


def archived(database: Database, key: str, portal: str = "ndrc") -> None:
    article = an_article(f"{key}：为推进储能规模化应用，现就有关事项通知如下。", key=key, portal=portal)
    capture = a_capture(f"{portal}{key}")
    with database.write() as session:
        reading = Extraction(article=article, captures=(capture,), code="x", silent=True)
        archive.save_in_session(session, reading, decide=a_new_policy)


def owed(database: Database, ours: Backfill) -> list[str]:
    with database.read() as session:
        return [one.key for one in backfills.pending_entries(session, ours.id, limit=10)]


def test_a_portal_has_one_open_backfill(database: Database) -> None:
    ours = begun(database)
    assert (ours.sections, ours.since, ours.until, ours.listing_pages) == (("tz", "gg"), FIRST, LAST, 5)
    with pytest.raises(ArchiveError, match="open already"):
        begun(database)
    other = begun(database, "bjx")
    with database.write() as session:
        assert backfills.close_backfill(session, ours.id, "cancelled", NIGHT + DAY).finished == NIGHT + DAY
        assert backfills.close_backfill(session, ours.id, "done", NIGHT).state == "cancelled", (
            "it stays as it was closed"
        )
    again = begun(database)
    with database.read() as session:
        assert backfills.open_backfill_of(session, "ndrc") == again
        assert [each.id for each in backfills.list_backfills(session)] == [again.id, other.id, ours.id]
        assert [each.id for each in backfills.list_backfills(session, only_open=True)] == [again.id, other.id]


def test_what_is_found_is_owed_until_it_is_archived_or_given_up(database: Database) -> None:
    ours, other = begun(database), begun(database, "bjx")
    with database.write() as session:
        backfills.add_entries(session, ours.id, "tz", [entry("1"), entry("2"), entry("3")])
        backfills.add_entries(session, ours.id, "gg", [entry("3"), entry("4")])
        backfills.add_entries(session, other.id, "zc", [entry("1")])
    archived(database, "1")
    assert owed(database, ours) == ["2", "3", "4"]
    assert owed(database, other) == ["1"], "the other portal has its own"
    for _ in range(MAX_ATTEMPTS):
        with database.write() as session:
            backfills.record_failure(session, ours.id, "2")
    found = now(database, ours)
    assert (found.entries, found.archived, found.failed, found.owed) == (4, 1, 1, 2)
    assert owed(database, ours) == ["3", "4"]
    assert "4 found, 1 archived, 2 to come, 1 given up" in found.headline


def test_an_entry_that_is_a_moved_article_is_not_owed(database: Database) -> None:
    ours = begun(database)
    with database.write() as session:
        backfills.add_entries(session, ours.id, "tz", [entry("old"), entry("2")])
    alias = Alias(key="old", url=entry("old").url, evidence="same words")
    archive.save_article(
        database,
        Extraction(article=an_article(key="1"), captures=(a_capture("a"),), code="x", aliases=(alias,)),
        decide=a_new_policy,
    )
    assert owed(database, ours) == ["2"]
    assert now(database, ours).archived == 1


def test_the_nightly_runs_have_no_pending_entries_of_a_backfill(database: Database) -> None:
    with database.write() as session:
        ours = backfills.create_backfill(session, "ndrc", ["tz"], FIRST, LAST, NIGHT)
        backfills.add_entries(session, ours.id, "tz", [entry("1")])
        assert listed_entries.pending_entries(session, "ndrc", dt.date.max, limit=10) == []
        assert listed_entries.listed_before(session, "ndrc", "tz", ["1"]) == {}


def test_pages_wait_in_their_order_and_are_read_once(database: Database) -> None:
    ours = begun(database)
    with database.write() as session:
        backfills.save_page(session, ours.id, "tz", "a", 1)
        backfills.save_waiting_pages(session, ours.id, "tz", [("c", 0), ("b", 0), ("d", 0)], read=["a"])
        backfills.save_page(session, ours.id, "gg", "c", 1)
    with database.write() as session:
        backfills.save_page(session, ours.id, "tz", "c", 2)
        backfills.record_page_failure(session, ours.id, "tz", "b")
        assert backfills.listing_pages(session, ours.id, "tz") == ListingPages(
            read=("a", "c"), waiting=(("b", 1), ("d", 0))
        )
    with database.write() as session:
        backfills.save_page(session, ours.id, "tz", "a", 3)
        backfills.save_waiting_pages(session, ours.id, "tz", [("c", 0), ("b", 1), ("e", 0)], read=["a", "c"])
        assert backfills.listing_pages(session, ours.id, "tz") == ListingPages(
            read=("a", "c"), waiting=(("b", 1), ("e", 0))
        )
        backfills.close_backfill(session, ours.id, "done", NIGHT)
        assert backfills.listing_pages(session, ours.id, "tz") == ListingPages()


def test_it_is_complete_when_all_its_listings_are_read_and_nothing_is_owed(database: Database) -> None:
    ours = begun(database)
    passed = SectionProgress(state="passed", pages=7, archived=2, oldest=dt.date(2018, 3, 4))
    with database.write() as session:
        backfills.save_walked(session, ours.id, "tz", passed)
        backfills.add_entries(session, ours.id, "tz", [entry("1")])
    assert now(database, ours).walk("tz") == passed
    assert not now(database, ours).complete, "a section is not read"
    with database.write() as session:
        backfills.save_walked(session, ours.id, "gg", SectionProgress(state="ended", pages=1))
    assert not now(database, ours).complete, "an article is owed"
    archived(database, "1")
    assert now(database, ours).complete
    assert now(database, ours).sentence("tz") == (
        "ndrc/tz: 7 pages read, the oldest row of 2018-03-04: all rows after these are older than 2019-01-01"
    )


def test_a_day_knows_what_ran_on_it_and_what_is_open(database: Database) -> None:
    ours = begun(database)
    with database.write() as session:
        backfills.record_run(session, ours.id, NIGHT)

        def of_day(day: int) -> list[int]:
            first = NIGHT + day * DAY
            return [each.id for each in backfills.backfills_of_day(session, first, first + DAY)]

        assert of_day(5) == [ours.id]
        backfills.close_backfill(session, ours.id, "done", NIGHT)
        assert (of_day(0), of_day(1)) == ([ours.id], [])
