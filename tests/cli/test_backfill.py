"""backfill as it is asked for: what cannot be is refused before anything is asked of a portal."""

from __future__ import annotations

import datetime as dt

import pytest

from policy.records.runs import SectionProgress
from storage.database import Database, open_database
from storage.runs import backfills, leases
from tests.cli.conftest import Polarchive

NOW = dt.datetime.now(dt.UTC)
FLOOR = NOW.date() - dt.timedelta(days=90)
TOMORROW = f"{NOW.date() + dt.timedelta(days=2)}"


def database(archived: Polarchive) -> Database:
    return open_database(f"sqlite:///{archived.home / 'polarchive.db'}")


@pytest.fixture
def crawled(archived: Polarchive) -> Polarchive:
    """A home whose portal was crawled once."""
    with database(archived) as held, held.write() as session:
        run = leases.claim_run(session, "ndrc", NOW, NOW, since=FLOOR)
        assert run
        leases.close_run(session, run.id, "ok", NOW)
    return archived


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--from", "2020-01-01", "--to", "2019-01-01"], "is after --to"),
        (["--from", TOMORROW], "in the future"),
        (["--from", "2019-01-01", "--to", TOMORROW], "in the future"),
        (["--from", f"{FLOOR}"], f"go back to {FLOOR}"),
        (["--from", "2019-01-01", "--section", "nowhere"], "has no section 'nowhere'"),
        (["--to", "2019-01-01"], "--from is required here"),
        ([], "give its first day"),
        (["--from", "2019"], "'2019' is not a day in the format YYYY-MM-DD"),
        (["--from", "2019-01-01", "--pages", "0"], "--pages"),
        (["--cancel"], "no open backfill"),
        (["--from", "2019-01-01"], "contact"),
    ],
)
def test_what_cannot_be_is_refused(crawled: Polarchive, options: list[str], why: str) -> None:
    answer = crawled("backfill", "ndrc", *options)
    assert (answer.code, why in answer.err) == (2, True), answer.err
    assert crawled("backfill", "--list", "--json").json == []


def test_a_portal_that_nobody_knows_or_names_is_refused(crawled: Polarchive) -> None:
    assert crawled("backfill", "nowhere", "--from", "2019-01-01").code == 2
    assert crawled("backfill", "--from", "2019-01-01").code == 2


def test_a_portal_that_was_never_crawled_needs_an_end(archived: Polarchive) -> None:
    answer = archived("backfill", "ndrc", "--from", "2019-01-01")
    assert (answer.code, "give --to, or crawl it first" in answer.err) == (2, True)


def test_another_range_waits_for_the_open_one(crawled: Polarchive) -> None:
    first, last = dt.date(2019, 1, 1), dt.date(2019, 12, 31)
    with database(crawled) as held, held.write() as session:
        ours = backfills.create_backfill(session, "ndrc", ["tz"], first, last, NOW)
        backfills.save_walked(session, ours.id, "tz", SectionProgress(pages=4, waiting=7))
    answer = crawled("backfill", "ndrc", "--from", "2018-01-01")
    assert answer.code == 2
    assert "open backfill of 2019-01-01 to 2019-12-31 (tz)" in answer.err
    shown = crawled("status").out
    assert "ndrc: backfill of 2019-01-01 to 2019-12-31 open: 0 found, 0 archived" in shown
    assert "ndrc/tz: 4 pages read: 7 pages are still to be read" in shown
    assert crawled("backfill", "ndrc", "--cancel", "--json").json["state"] == "cancelled"
    assert "cancelled" in crawled("backfill", "--list").out


def test_a_backfill_with_nothing_left_to_do_sends_no_request(crawled: Polarchive) -> None:
    with database(crawled) as held, held.write() as session:
        ours = backfills.create_backfill(
            session, "ndrc", ["tz"], dt.date(2019, 1, 1), dt.date(2019, 12, 31), NOW
        )
        backfills.save_walked(session, ours.id, "tz", SectionProgress(state="ended", pages=4))
    answer = crawled("backfill", "ndrc", "--json")
    assert (answer.code, answer.json["state"], answer.json["run"]) == (0, "done", None)
