"""Entries that listings have shown, and those that are pending."""

from __future__ import annotations

from itertools import pairwise

from policy.records import Entry
from policy.rules.extraction import Extraction
from storage.articles import archive, listed_entries
from storage.articles.listed_entries import ListedEntry
from storage.database import Database
from tests.storage.builders import DAY, NIGHT, a_capture, a_new_policy, an_article

TODAY = NIGHT.date()


def entry(key: str, title: str = "通知") -> Entry:
    return Entry(url=f"https://www.example.cn/{key}.html", key=key, title=title, listed_on=TODAY)


def show(database: Database, *entries: Entry, night: int = 0, wanted: dict[str, bool] | None = None) -> None:
    with database.write() as session:
        at = NIGHT + night * DAY
        listed_entries.save_listed(session, "ndrc", "tz", entries, at, wanted=wanted, due=at.date())


def held(database: Database, *keys: str, section: str = "tz") -> dict[str, ListedEntry]:
    with database.read() as session:
        return listed_entries.listed_before(session, "ndrc", section, keys)


def owed(database: Database, night: int = 0) -> list[str]:
    with database.read() as session:
        found = listed_entries.pending_entries(session, "ndrc", TODAY + night * DAY, limit=10)
    return [one.entry.key for one in found]


def test_a_section_remembers_what_it_showed_and_how_it_showed_it_last(database: Database) -> None:
    show(database, entry("a"), entry("b"))
    show(database, entry("b", "通知（修订）"), entry("c"), night=1)
    show(database, entry("b", "通知（旧）"), night=0)
    found = held(database, "a", "b", "c", "d")
    assert {key: one.entry.title for key, one in found.items()} == {
        "a": "通知",
        "b": "通知（修订）",
        "c": "通知",
    }
    assert held(database, "a", section="gg") == {}


def test_what_is_wanted_is_owed_until_it_is_archived(database: Database) -> None:
    show(database, entry("1"), entry("2"), entry("3"), wanted={"1": True, "2": False})
    show(database, entry("1"), entry("2"), night=1)
    assert owed(database) == ["1", "2"]
    assert held(database, "1", "2")["1"].silent
    with database.write() as session:
        reading = Extraction(article=an_article(key="1"), captures=(a_capture("a"),), code="x")
        archive.save_in_session(session, reading, decide=a_new_policy)
        listed_entries.mark_archived(session, "ndrc")
    assert owed(database) == ["2"]
    assert held(database, "1")["1"].due is None


def test_what_never_comes_is_asked_for_with_growing_pauses_and_never_forgotten(database: Database) -> None:
    show(database, entry("1"), wanted={"1": False})
    asked = []
    for night in range(200):
        if owed(database, night):
            asked.append(night)
            with database.write() as session:
                listed_entries.record_failure(session, "ndrc", "1", TODAY + night * DAY)
    assert asked[:9] == [0, 1, 2, 3, 4, 5, 6, 7, 9]
    assert {later - earlier for earlier, later in pairwise(asked[-3:])} == {30}


def test_a_portal_that_shows_very_much_is_remembered(database: Database) -> None:
    many = [entry(f"k{n}") for n in range(3000)]
    show(database, *many, many[0])
    assert len(held(database, *(one.key for one in many))) == 3000
