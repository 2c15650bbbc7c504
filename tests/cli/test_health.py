"""report, history, accept: how the portals are.

A mailed report needs an SMTP server.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from config import load
from health.daily_report import DailyReport
from policy.records.runs import Finding, SectionReport
from services import reports
from storage.database import open_database
from storage.runs import health_history, leases
from tests.alerts.conftest import Mailbox, free_port
from tests.cli.conftest import Polarchive

FIRST = dt.datetime(2026, 11, 2, 18, 30, tzinfo=dt.UTC)
DROP = Finding(
    portal="ndrc",
    section="tz",
    kind="sudden_drop",
    severity="broken",
    sentence="3 rows on its first page (usually 25)",
    advice="mend it",
)


@pytest.fixture
def nights(archived: Polarchive) -> Polarchive:
    """Three nights of a portal: well, broken, broken."""
    with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
        for number, found in enumerate([(), (DROP,), (DROP,)]):
            slot = FIRST + dt.timedelta(days=number)
            with database.write() as session:
                run = leases.claim_run(session, "ndrc", slot, slot)
                assert run
                leases.close_run(
                    session, run.id, "ok", slot, entries=9, sections={"tz": SectionReport(pages=1)}
                )
                health_history.save_findings(session, run.id, found)
    return archived


def test_the_report_of_the_last_night_or_of_another(nights: Polarchive) -> None:
    last = nights("report")
    assert (last.code, last.out.splitlines()[0]) == (0, "2026-11-05: 1 portals, nothing new; 1 broken")
    assert "ndrc/tz: sudden_drop: 3 rows on its first page (usually 25) (for 2 nights" in last.out
    first = nights("report", "--night", "2026-11-03", "--markdown")
    assert first.out.startswith("# 2026-11-03: 1 portals, nothing new; no problems\n")
    said = nights("report", "--json").json
    assert (said["day"], [one["kind"] for one in said["alarms"]]) == ("2026-11-05", ["sudden_drop"])
    assert "nothing: no portal has a run of this day" in nights("report", "--night", "2026-12-24").out


def test_the_history_tells_when_alarms_began_and_how_long_they_last(nights: Polarchive) -> None:
    entries = nights("history", "ndrc", "--json").json
    told = [(len(one["opened"]), [alarm["nights"] for alarm in one["open"]]) for one in entries]
    assert told == [(0, [2]), (1, [1]), (0, [])], "the newest first"
    assert "tz: sudden_drop (2)" in nights("history", "ndrc", "--nights", "1").out
    assert nights("history", "nobody").code == 2


def test_what_is_accepted_is_no_alarm_any_more(nights: Polarchive) -> None:
    assert "sudden_drop" in nights("status").out
    accepted = nights("accept", "ndrc")
    assert (accepted.code, accepted.err.strip()) == (0, "ndrc: accepted: sudden_drop")
    assert "sudden_drop" not in nights("status").out
    assert nights("history", "ndrc", "--json").json[0]["closed"][0]["kind"] == "sudden_drop"
    assert "no alarm is open" in nights("accept", "ndrc").err


# ------------------------------------------------------------------ by mail


@pytest.fixture
def server() -> Iterator[Controller]:
    """A mail server; its handler is the mailbox."""
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def mailed(home: Polarchive, port: int) -> str | None:
    home.configure(f'[mail]\nhost = "127.0.0.1"\nport = {port}\n[report]\nemail = "ops@example.org"\n')
    return reports.mail_report(load(home.home, {}), DailyReport(day=dt.date(2026, 11, 24)))


def test_the_report_is_mailed_to_ops_though_there_are_no_problems(
    polarchive: Polarchive, server: Controller
) -> None:
    assert mailed(polarchive, server.port) is None
    (mail,) = server.handler.messages
    assert (mail["To"], mail["Subject"]) == (
        "ops@example.org",
        "Polarchive 2026-11-24: 0 portals, nothing new; no problems",
    )


@pytest.mark.slow
def test_a_report_that_cannot_be_mailed_is_one_line_more(polarchive: Polarchive) -> None:
    port = free_port()
    failed = mailed(polarchive, port)
    assert failed
    assert failed.startswith(f"the report is not mailed to ops@example.org: 127.0.0.1:{port}")
    polarchive.configure('[report]\nemail = "ops@example.org"\n')
    assert "mail.host is not set" in str(
        reports.mail_report(load(polarchive.home, {}), DailyReport(day=FIRST.date()))
    )
