"""The lease and the run recorder: each slot once, each portal once at a time, a missing heartbeat is noticed.

One test starts processes, which compete for a slot.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from policy.errors import ArchiveError
from policy.records.runs import Finding, HostTraffic, Run, SectionReport
from storage.database import Database, open_database
from storage.runs import health_history, leases
from storage.tables import RunRow
from tests.storage.builders import DAY, NIGHT

MINUTE = dt.timedelta(minutes=1)
LISTED = SectionReport(entries=5, first_page=5, pages=1, days=(dt.date(2026, 11, 20),))


def claim(
    database: Database, portal: str = "ndrc", slot: dt.datetime = NIGHT, **options: object
) -> Run | None:
    """Claim in a transaction of its own."""
    with database.write() as session:
        return leases.claim_run(session, portal, slot, NIGHT, **options)  # type: ignore[arg-type]  # test's choice


def claimed(database: Database, portal: str = "ndrc", slot: dt.datetime = NIGHT, **options: object) -> Run:
    """Claim what must be free."""
    run = claim(database, portal, slot, **options)
    assert run is not None
    return run


def close(database: Database, run: Run, state: str = "ok", **counts: object) -> Run:
    """Close in a transaction of its own."""
    with database.write() as session:
        return leases.close_run(session, run.id, state, NIGHT + MINUTE, **counts)  # type: ignore[arg-type]  # test's


def claim_all(url: str, portals: int) -> list[str]:
    """The portals that a scheduler in a process of its own gets to run."""
    with open_database(url) as database:
        claims = [claim(database, f"portal-{number:02}") for number in range(portals)]
    return [run.portal for run in claims if run]


def test_a_slot_is_claimed_once(database: Database) -> None:
    run = claimed(database, since=dt.date(2025, 12, 1))
    assert (run.portal, run.slot, run.state, run.since) == ("ndrc", NIGHT, "running", dt.date(2025, 12, 1))
    close(database, run)
    assert claim(database) is None


def test_a_portal_runs_once_at_a_time(database: Database) -> None:
    run = claimed(database)
    assert claim(database, slot=NIGHT + DAY) is None
    assert claim(database, portal="most") is not None
    close(database, run, "failed")
    assert claim(database, slot=NIGHT + DAY) is not None


def test_schedulers_in_threads_run_each_slot_once(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda number: claim(database, f"portal-{number % 10}"), range(60)))
    assert sorted(run.portal for run in claims if run) == [f"portal-{number}" for number in range(10)]


@pytest.mark.slow
def test_schedulers_in_processes_run_each_slot_once(database_url: str) -> None:
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(claim_all, database_url, 40) for _ in range(3)]
        got = [portal for job in jobs for portal in job.result()]
    assert sorted(got) == [f"portal-{number:02}" for number in range(40)]


def test_a_silent_run_is_lost_and_its_slot_free_again(database: Database) -> None:
    run = claimed(database)
    with database.write() as session:
        assert leases.record_heartbeat(session, run.id, NIGHT + MINUTE, entries=3)
        assert leases.close_crashed_runs(session, NIGHT + 2 * MINUTE, older_than=MINUTE) == []
        found = leases.close_crashed_runs(session, NIGHT + 3 * MINUTE, older_than=MINUTE)
    assert [(each.id, each.state, each.entries) for each in found] == [(run.id, "crashed", 3)]
    assert found[0].finished == NIGHT + 3 * MINUTE
    with database.read() as session:
        assert leases.last_slot(session, "ndrc") is None
    assert claim(database) is not None


def test_a_run_closed_by_another_learns_it_from_its_heartbeat(database: Database) -> None:
    run = claimed(database)
    with database.write() as session:
        leases.close_crashed_runs(session, NIGHT + DAY, older_than=MINUTE)
        assert not leases.record_heartbeat(session, run.id, NIGHT + DAY)
    claimed(database)
    assert close(database, run, entries=9).state == "crashed"


def test_a_closed_run_says_what_it_counted(database: Database) -> None:
    counts = {
        "entries": 25,
        "new": 3,
        "failed": {"http_404": 1},
        "sections": {"通知": LISTED},
        "traffic": {"www.example.cn": HostTraffic(requests=2, statuses={"200": 2}, median=0.25)},
        "warc": "a.warc.gz",
    }
    run = close(database, claimed(database), "partial", message="blocked", **counts)
    assert (run.state, run.finished, run.message) == ("partial", NIGHT + MINUTE, "blocked")
    assert (run.entries, run.new, run.unchanged) == (25, 3, 0)
    assert (run.failed, run.sections) == ({"http_404": 1}, {"通知": LISTED})
    assert (run.traffic, run.findings) == (counts["traffic"], None)


def test_a_run_of_before_only_counted_the_entries_of_a_section(database: Database) -> None:
    with database.write() as session:
        session.add(RunRow(portal="ndrc", slot=NIGHT, state="ok", sections={"通知": 3}))
    with database.read() as session:
        (run,) = leases.run_history(session)
        assert run.sections == {"通知": SectionReport(entries=3, pages=1)}
        assert leases.crawled_sections(session, "ndrc", replay=False) == {"通知"}


def test_an_alarm_that_lasts_longer_than_we_look_back_is_not_learned(database: Database) -> None:
    broken = [{"portal": "ndrc", "kind": "slow", "severity": "warning", "sentence": "s", "advice": "a"}]
    with database.write() as session:
        for night in range(100):
            judged = [] if night < 30 else broken
            session.add(RunRow(portal="ndrc", slot=NIGHT + night * DAY, state="ok", findings=judged))
    last = claimed(database, slot=NIGHT + 100 * DAY)
    with database.read() as session:
        past = health_history.past_runs(session, last)
    assert [len(run.findings or ()) for run in past] == [0] * 20 + [1] * 60


def test_the_past_of_a_run_begins_with_what_somebody_accepted(database: Database) -> None:
    slow = Finding(
        portal="ndrc", kind="slow", severity="warning", sentence="slow", advice="wait", subject="h"
    )
    judged = []
    for night in range(4):
        run = close(database, claimed(database, slot=NIGHT + night * DAY))
        judged.append(run)
        with database.write() as session:
            health_history.save_findings(session, run.id, [slow])
        if night == 1:
            with database.write() as session:
                kind = leases.claim_run(session, "ndrc", NIGHT + MINUTE, NIGHT, kind="acceptance")
            close(database, kind, "ok")
    with database.read() as session:
        past = health_history.past_runs(session, judged[3])
    assert [(run.id, run.findings) for run in past] == [(judged[1].id, ()), (judged[2].id, (slow,))]


def test_counts_beaten_stay_when_another_closes_the_run(database: Database) -> None:
    run = claimed(database)
    with database.write() as session:
        leases.record_heartbeat(session, run.id, NIGHT, entries=7, failed={"timeout": 2})
    assert close(database, run, "timeout").failed == {"timeout": 2}


def test_an_unknown_run_is_named(database: Database) -> None:
    with pytest.raises(ArchiveError, match="run 99"), database.read() as session:
        leases.run(session, 99)


def test_a_missed_slot_is_recorded_once_and_settled(database: Database) -> None:
    with database.write() as session:
        assert leases.record_missed(session, "ndrc", NIGHT, NIGHT + DAY)
        assert not leases.record_missed(session, "ndrc", NIGHT, NIGHT + DAY)
        assert leases.last_slot(session, "ndrc") == NIGHT
    assert claim(database) is None


def test_the_last_slot_is_of_the_portal_and_no_replay(database: Database) -> None:
    close(database, claimed(database))
    close(database, claimed(database, slot=NIGHT + DAY, replay=True))
    close(database, claimed(database, portal="most", slot=NIGHT + 2 * DAY))
    with database.read() as session:
        assert leases.last_slot(session, "ndrc") == NIGHT
        assert leases.last_slot(session, "govcn") is None


def test_later_nights_know_the_window_of_the_first(database: Database) -> None:
    close(database, claimed(database, slot=NIGHT - DAY, replay=True))
    for night, since in enumerate([dt.date(2025, 12, 1), dt.date(2026, 1, 1)]):
        close(database, claimed(database, slot=NIGHT + night * DAY, since=since))
    with database.read() as session:
        assert leases.first_window(session, "ndrc") == dt.date(2025, 12, 1)
        assert leases.first_window(session, "most") is None


def test_a_section_is_known_when_a_finished_run_listed_it(database: Database) -> None:
    for night, (state, section) in enumerate([("ok", "通知"), ("partial", "公告"), ("stopped", "解读")]):
        close(database, claimed(database, slot=NIGHT + night * DAY), state, sections={section: LISTED})
    with database.read() as session:
        assert leases.crawled_sections(session, "ndrc", replay=False) == {"通知", "公告"}
        assert leases.crawled_sections(session, "most", replay=False) == set()


def test_after_a_replay_the_first_live_crawl_is_still_the_first(database: Database) -> None:
    close(database, claimed(database, replay=True), "ok", sections={"通知": LISTED})
    with database.read() as session:
        assert leases.crawled_sections(session, "ndrc", replay=False) == set()
        assert leases.crawled_sections(session, "ndrc", replay=True) == {"通知"}


def test_the_history_is_newest_first(database: Database) -> None:
    for night in range(3):
        close(database, claimed(database, slot=NIGHT + night * DAY))
    claimed(database, portal="most")
    with database.read() as session:
        assert [run.slot for run in leases.run_history(session, "ndrc", limit=2)] == [
            NIGHT + 2 * DAY,
            NIGHT + DAY,
        ]
        assert leases.run_history(session)[0].portal == "most"
