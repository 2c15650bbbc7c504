"""What ops see: init, portals, subscriptions, the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from policy.records.saves import SaveResult
from policy.rules.revisit import extend_backoff
from storage.articles import availability
from storage.database import open_database
from storage.runs import health_history
from tests.cli.conftest import Polarchive

TEXT = "为推进储能规模化应用，经研究，现就有关事项通知如下。各地要统筹电源、电网、负荷与储能，请遵照执行。"


def test_init_makes_a_home_and_may_be_repeated(polarchive: Polarchive) -> None:
    assert polarchive("init").code == 0
    assert (polarchive.home / "polarchive.db").is_file()
    assert "first_crawl_days" in (polarchive.home / "polarchive.toml").read_text(encoding="utf-8")
    polarchive.configure("contact = 'ops@example.org'\n")
    again = polarchive("init")
    assert (again.code, "there already" in again.err) == (0, True)
    assert (polarchive.home / "polarchive.toml").read_text() == "contact = 'ops@example.org'\n"


def test_tables_are_made_in_the_database_that_is_configured(empty_url: str, tmp_path: Path) -> None:
    elsewhere = Polarchive(tmp_path / "other", POLARCHIVE_DATABASE=empty_url)
    assert elsewhere("subscribe", "储能", "--email", "a@example.org").code == 0
    assert elsewhere("status", "--json").json["totals"]["articles"] == 0
    assert not (elsewhere.home / "polarchive.db").exists()
    assert elsewhere("db", "upgrade").code == 0


def test_the_home_may_be_named_behind_the_command(polarchive: Polarchive) -> None:
    polarchive("init")
    elsewhere = Polarchive(polarchive.home / "other")
    assert elsewhere("status").code == 1
    assert elsewhere("status", "--home", str(polarchive.home)).code == 0
    assert elsewhere("status", f"--home={polarchive.home}", "--json").json["totals"]["articles"] == 0


def test_portals_are_listed_with_their_clock(polarchive: Polarchive) -> None:
    polarchive.configure("[portals.bjx]\nenabled = false\n[portals.ndrc]\ncron = '0 3 * * mon-fri'\n")
    said = {portal["slug"]: portal for portal in polarchive("portals", "--json").json}
    assert said["bjx"]["cron"] is None
    assert said["ndrc"]["cron"] == "0 3 * * mon-fri"
    assert said["most"]["sections"][0]["rests_on"] == "real page"
    assert "0 3 * * mon-fri" in polarchive("portals").out


def test_portals_say_which_lie_and_which_refuse_us_and_since_when(archived: Polarchive) -> None:
    since = dt.datetime(2026, 11, 20, 18, 30, tzinfo=dt.UTC)
    lie = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/202611/t20261101_1.html"
    wall = extend_backoff(None, domain="mof.gov.cn", portal="mof", reason="challenge", slot=since)
    with (
        open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database,
        database.write() as session,
    ):
        availability.mark_inconsistent(session, "ndrc", lie, since)
        health_history.save_backoff(session, wall)
    said = {portal["slug"]: portal for portal in archived("portals", "--json").json}
    assert said["ndrc"]["distrusted"] == {"since": "2026-11-20T18:30:00+00:00", "url": lie}
    (held,) = said["mof"]["left_alone"]
    assert (held["domain"], held["reason"], held["since"][:10], held["until"][:10]) == (
        *("mof.gov.cn", "challenge"),
        *("2026-11-20", "2026-11-21"),
    )
    assert (said["bjx"]["distrusted"], said["bjx"]["left_alone"]) == (None, [])
    shown = archived("portals").out
    assert "ETags not" in shown, "in its rows"
    assert f"ndrc: its ETags are not trusted since 2026-11-21 02:30: {lie}" in shown
    assert "mof.gov.cn is left alone until 2026-11-22: challenge, met once by mof" in shown


def test_a_subscription_makes_the_home(polarchive: Polarchive) -> None:
    made = polarchive("subscribe", "储能", "--email", "a@example.org", "--json")
    assert (made.code, made.json["id"], made.json["since_change"]) == (0, 1, 0)


def test_without_a_mail_server_messages_wait_and_we_are_told(
    archived: Polarchive, publish: Callable[..., SaveResult]
) -> None:
    archived("subscribe", "储能", "--email", "a@example.org")
    assert archived("alerts", "send").code == 0, "nothing waits"
    publish(TEXT)
    answer = archived("alerts", "send")
    assert answer.code == 1
    assert "1 messages wait: mail.host is not set" in answer.err
    said = archived("alerts", "send", "--json")
    assert (said.json["matched"], said.json["waiting"]) == (0, 1)
    assert archived("status", "--json").json["messages"] == {"pending": 1}
    assert "messages: pending 1" in archived("status").out


@pytest.mark.parametrize(
    ("slot", "code"), [("2026-03-01T02:30:00+08:00", 1), ("2026-03-01T02:30", 1), ("tonight", 2)]
)
def test_a_slot_is_an_iso_time(polarchive: Polarchive, slot: str, code: int) -> None:
    assert polarchive("crawl", "ndrc", "--replay", str(polarchive.home / "none"), "--slot", slot).code == code
