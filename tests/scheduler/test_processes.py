"""Schedulers as processes: each slot once, what was missed, being stopped, being killed."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from collections import Counter
from pathlib import Path

from policy.records.runs import Run
from storage.runs import leases
from tests.mocksite import shapes
from tests.mocksite.site import MockSite
from tests.scheduler.conftest import PAPERS, Home, ended
from tests.waiting import wait_until

HOUR = dt.timedelta(hours=1)


def publish(papers: MockSite, count: int, *, slow: int = 0) -> None:
    """Papers on the mock site, of which the last ``slow`` take their time."""
    today = dt.datetime.now(dt.UTC).date()
    shown = [shapes.paper(number, today) for number in range(1, count + 1)]
    papers.put(PAPERS, shapes.ndrc_list(shown))
    for number, each in enumerate(shown):
        late = {"fault": "slow", "seconds": 1.5} if number >= count - slow else {}
        papers.put(f"{PAPERS}{each.stem}.html", shapes.ndrc_article(each), **late)  # type: ignore[arg-type]


def this_hour() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)


def slots(found: list[Run], state: str) -> list[dt.datetime]:
    return sorted(run.slot for run in found if run.state == state)


# ------------------------------------------------------------------ once


def test_once_runs_what_is_due_reports_and_is_done(home: Home, papers: MockSite) -> None:
    publish(papers, 3)
    home.schedule('cron = "0 * * * *"')
    report = ended(home.scheduler("--once"))
    assert "loopback" in report
    assert "3 indexed" in report
    [run] = home.runs()
    assert (run.state, run.slot, run.new) == ("ok", this_hour(), 3)
    assert ended(home.scheduler("--once")) == "", "nothing is due any more"
    assert len(home.runs()) == 1


def test_slots_missed_while_nothing_ran_are_recorded_and_the_newest_is_caught_up(
    home: Home, papers: MockSite
) -> None:
    publish(papers, 2)
    home.schedule('cron = "0 * * * *"')
    hour = this_hour()
    with home.database() as database, database.write() as session:
        run = leases.claim_run(session, "loopback", hour - 4 * HOUR, hour - 4 * HOUR)
        assert run
        leases.close_run(session, run.id, "ok", hour - 4 * HOUR)
    report = ended(home.scheduler("--once"))
    assert "loopback: 3 missed" in report
    assert slots(home.runs(), "missed") == [hour - 3 * HOUR, hour - 2 * HOUR, hour - HOUR]
    assert slots(home.runs(), "ok") == [hour - 4 * HOUR, hour]


def test_a_night_without_entries_fails(home: Home, papers: MockSite) -> None:
    papers.put(PAPERS, "<html><body><p>nothing here</p></body></html>")
    home.schedule('cron = "0 * * * *"')
    ended(home.scheduler("--once"), expect=1)
    assert [run.state for run in home.runs()] == ["failed"]


def test_a_scheduler_does_not_start_with_a_wrong_configuration(home: Home) -> None:
    home.schedule('cron = "0 2 * * 1"')
    child = home.scheduler()
    _, said = child.communicate(timeout=180)
    assert child.returncode == 2
    assert "schedule.cron" in said
    assert len(said.splitlines()) == 1


# ------------------------------------------------------------------ two on one database


def test_two_schedulers_run_each_slot_of_each_portal_once(samples: Home) -> None:
    with (samples.path / "polarchive.toml").open("a", encoding="utf-8") as file:
        for slug in ("sample-reprints", "sample-council", "sample-ministry"):
            file.write(f'[portals.{slug}]\ncron = "* * * * *"\ndelay = 0.0\n')
    both = [samples.scheduler(), samples.scheduler()]
    wait_until(lambda: _settled(samples) >= 6, seconds=150)
    for child in both:
        child.send_signal(signal.SIGTERM)
    for child in both:
        ended(child)
    found = samples.runs()
    once = Counter((run.portal, run.slot) for run in found)
    assert set(once.values()) == {1}
    assert min(Counter(run.portal for run in found if run.state == "ok").values()) >= 2
    assert {run.state for run in found} <= {"ok", "stopped"}
    assert sum(run.new for run in found) == samples.articles() == 23


def _settled(home: Home) -> int:
    return sum(run.state != "running" for run in home.runs())


# ------------------------------------------------------------------ being stopped


def test_a_scheduler_told_to_stop_lets_its_run_finish_what_is_in_flight(home: Home, papers: MockSite) -> None:
    publish(papers, 20, slow=17)
    home.schedule('cron = "0 * * * *"')
    child = home.scheduler()
    wait_until(lambda: home.articles() >= 2)
    child.send_signal(signal.SIGTERM)
    ended(child)
    [run] = home.runs()
    assert run.state == "stopped"
    assert run.new == home.articles() < 20


def test_an_idle_scheduler_stops_at_once(home: Home, papers: MockSite) -> None:
    publish(papers, 1)
    home.schedule('cron = "0 * * * *"')
    child = home.scheduler()
    wait_until(lambda: [run.state for run in home.runs()] == ["ok"])
    child.send_signal(signal.SIGINT)
    ended(child)


# ------------------------------------------------------------------ being killed


def test_after_a_kill_the_next_night_says_so_and_loses_and_doubles_nothing(
    home: Home, papers: MockSite
) -> None:
    publish(papers, 16, slow=12)
    night = home.polarchive("nightly")
    wait_until(lambda: home.articles() >= 3)
    crawl = _child_of(night.pid)
    os.kill(night.pid, signal.SIGKILL)
    os.kill(crawl, signal.SIGKILL)
    night.communicate()
    kept = home.articles()
    assert [run.state for run in home.runs()] == ["running"], "nobody could close it"

    publish(papers, 16)
    said = json.loads(ended(home.polarchive("nightly", "--json")))
    assert [run["slug"] for run in said["crashed"]] == ["loopback"]
    [run] = said["runs"]
    assert (run["state"], run["new"] + run["unchanged"], run["unchanged"] >= kept) == ("ok", 16, True)
    assert home.articles() == 16
    assert [run.state for run in home.runs()] == ["ok", "crashed"]


def test_a_run_killed_in_the_night_is_reported_by_that_night(home: Home, papers: MockSite) -> None:
    publish(papers, 16, slow=12)
    night = home.polarchive("nightly")
    wait_until(lambda: home.articles() >= 3)
    os.kill(_child_of(night.pid), signal.SIGKILL)
    report = ended(night, expect=1)
    assert "crashed" in report
    assert [run.state for run in home.runs()] == ["crashed"]


def test_the_slot_of_a_killed_run_is_run_again(home: Home, papers: MockSite) -> None:
    publish(papers, 16, slow=12)
    home.schedule('cron = "0 * * * *"')
    first = home.scheduler("--once")
    wait_until(lambda: home.articles() >= 3)
    crawl = _child_of(first.pid)
    first.kill()
    os.kill(crawl, signal.SIGKILL)
    first.communicate()
    publish(papers, 16)
    assert "crashed" in ended(home.scheduler("--once"))
    assert [(run.state, run.slot) for run in home.runs()] == [("ok", this_hour()), ("crashed", this_hour())]


def _child_of(pid: int) -> int:
    """The one child process (Linux)."""
    [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() or _of_threads(pid)
    return int(child)


def _of_threads(pid: int) -> list[str]:
    """Children that were started by another thread than the first."""
    return [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
