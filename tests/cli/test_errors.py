"""Whatever is wrong: one clear line on stderr, nothing on stdout, an exit code a cron job can trust.

One test starts the command as a process, from another folder.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Polarchive

CHECKOUT = Path(__file__).parents[2]


def assert_one_line(answer: Answer, code: int, *words: str) -> None:
    assert (answer.code, answer.out) == (code, "")
    [line] = answer.err.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


def test_an_unknown_portal_names_the_near_ones(polarchive: Polarchive) -> None:
    assert_one_line(polarchive("crawl", "ndcr"), 2, "no portal 'ndcr'", "ndrc")
    assert not (polarchive.home / "polarchive.db").exists()


def test_a_malformed_configuration_names_file_line_and_key(polarchive: Polarchive) -> None:
    polarchive.configure("[crawl]\ndelay = 'slow'\n")
    assert_one_line(polarchive("status"), 2, "polarchive.toml:2: crawl.delay: expected a number")


def test_a_configured_portal_that_nobody_declares_is_an_error(polarchive: Polarchive) -> None:
    polarchive.configure("[portals.ndrc]\ndelay = 1\n\n[portals.nowhere]\nenabled = false\n")
    assert_one_line(polarchive("status"), 2, "polarchive.toml:4: portals.nowhere", "bjx")


def test_where_no_portal_is_near_we_are_told_where_they_are_listed(polarchive: Polarchive) -> None:
    assert_one_line(polarchive("crawl", "qqqqq"), 2, "no portal 'qqqqq'; see `polarchive portals`")


@pytest.mark.parametrize("package", ["no_such_package", "no_such_package.portals", "crawler.no_such_package"])
def test_a_package_without_portals_is_an_error(polarchive: Polarchive, package: str) -> None:
    polarchive.configure(f"\nportal_packages = ['{package}']\n")
    assert_one_line(polarchive("portals"), 2, "polarchive.toml:2: portal_packages", "no_such_package")


@pytest.mark.parametrize("command", [["status"], ["search", "储能"], ["show", "1"], ["alerts", "send"]])
def test_without_an_archive_we_are_told_to_init(polarchive: Polarchive, command: list[str]) -> None:
    assert_one_line(polarchive(*command), 1, "there is no archive yet", "polarchive init")


def test_a_database_of_a_later_release_is_refused(archived: Polarchive) -> None:
    with sqlite3.connect(archived.home / "polarchive.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    archived.configure("contact = 'ops@example.org'\n")
    for command in (["init"], ["status"], ["crawl", "ndrc"], ["nightly"], ["db", "upgrade"]):
        assert_one_line(archived(*command), 1, "written by a later release")


@pytest.mark.parametrize(
    "command", [["status"], ["show", "1"], ["subscribe", "储能", "--email", "a@example.org"]]
)
def test_a_database_that_breaks_later_is_one_line(archived: Polarchive, command: list[str]) -> None:
    with closing(sqlite3.connect(archived.home / "polarchive.db")) as connection:
        connection.execute("ALTER TABLE article RENAME TO lost")
        connection.execute("ALTER TABLE subscription RENAME TO gone")
    answer = archived(*command)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("error: the database: no such table")
    assert len(answer.err.splitlines()) == 1


def test_a_home_that_cannot_be_made_is_an_error(polarchive: Polarchive) -> None:
    polarchive.home.write_text("a file")
    assert_one_line(polarchive("init"), 2, "polarchive.toml", "cannot be read")


def test_a_file_where_a_folder_should_be_is_named(archived: Polarchive) -> None:
    (archived.home / "index").write_text("a file")
    assert_one_line(archived("search", "储能"), 1, str(archived.home / "index"))


def test_a_query_that_cannot_be_read_names_the_position(archived: Polarchive) -> None:
    assert_one_line(archived("search", "(储能"), 2, "position 1", "not closed")
    assert_one_line(archived("subscribe", "储能 AND", "--email", "a@example.org"), 2, "position")


def test_an_address_that_is_none_is_refused(archived: Polarchive) -> None:
    assert_one_line(archived("subscribe", "储能", "--email", "a@b.cn\nBcc: x@y.cn"), 2, "not a mail address")


def test_a_real_portal_is_not_crawled_without_a_contact(polarchive: Polarchive) -> None:
    for command in (["crawl", "ndrc"], ["nightly"]):
        assert_one_line(polarchive(*command), 2, "contact", "mail or web address")


def test_what_is_to_be_replayed_must_be_there(polarchive: Polarchive) -> None:
    missing = polarchive.home / "no.warc.gz"
    assert_one_line(polarchive("crawl", "ndrc", "--replay", str(missing)), 1, "no.warc.gz")


@pytest.mark.parametrize("name", ["17", "9" * 25, "ndrc/9", "https://www.example.cn/9.html", "nonsense"])
def test_an_unknown_article_is_named(archived: Polarchive, name: str) -> None:
    assert_one_line(archived("show", name), 1, f"{name}: no such article", "portal/key")


@pytest.mark.parametrize(
    "arguments", [["craw"], ["crawl"], ["crawl", "ndrc", "--since", "yesterday"], ["search"], ["extract"]]
)
def test_wrong_usage_ends_with_2(polarchive: Polarchive, arguments: list[str]) -> None:
    answer = polarchive(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage: polarchive" in answer.err


@pytest.mark.slow
def test_the_command_runs_as_a_module_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "cli", "status", "--home", str(tmp_path / "none")]
    ended = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "polarchive init" in ended.stderr


@pytest.mark.parametrize(
    "body", [b"", b"not a WARC", b"\x1f\x8b" + bytes(range(200))], ids=["empty", "text", "torn"]
)
def test_what_is_to_be_replayed_must_be_captures(polarchive: Polarchive, tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "night.warc.gz"
    file.write_bytes(body)
    assert_one_line(polarchive("crawl", "ndrc", "--replay", str(file)), 1, "night.warc.gz")
    assert not polarchive.home.exists(), "nothing half-written"


def test_a_folder_without_captures_cannot_be_replayed(polarchive: Polarchive, tmp_path: Path) -> None:
    assert_one_line(polarchive("crawl", "ndrc", "--replay", str(tmp_path)), 1, str(tmp_path), "no WARC")
