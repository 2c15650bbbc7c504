"""The database: tables as the models say, writers that lose nothing, readers that write nothing."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from policy.errors import ArchiveError, NewerDatabase
from storage import change_feed, migrations
from storage.database import Database, check, open_database, upgrade
from storage.plain_reads import sqlite_reader
from storage.tables import RunRow

NIGHT = dt.datetime(2026, 3, 1, 18, 30, tzinfo=dt.UTC)


def _step(url: str, step: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    engine.dispose()


def test_the_migrations_make_what_the_models_say(empty_url: str) -> None:
    upgrade(empty_url)
    with open_database(empty_url) as database, database.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.HERE))
        config.attributes["connection"] = connection
        command.check(config)


def test_the_steps_are_those_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(migrations.revisions()) == found[::-1]


def test_an_upgrade_may_be_repeated_from_any_folder(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        upgrade(empty_url)
        check(empty_url)


def test_two_upgrades_at_once_make_the_tables_once(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [empty_url] * 2))
    check(empty_url)


def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    _step(database_url, "9999")
    for use in (check, upgrade, open_database):
        with pytest.raises(NewerDatabase, match="9999"):
            use(database_url)


def test_an_older_database_names_the_command(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir()
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with pytest.raises(ArchiveError, match="polarchive db upgrade"):
        open_database(empty_url)


def test_checking_a_missing_file_does_not_make_it(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="polarchive init"):
        check(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///{folder}/bad.db", "not a database"),
        ("sqlite://", "names no file"),
        ("mysql://user@host/name", "not mysql"),
        ("no url", "not a database URL"),
        ("postgresql://user:secret@127.0.0.1:1/name", r"user:\*\*\*@127.0.0.1:1/name: .*refused"),
    ],
    ids=["no database", "memory", "other engine", "no url", "no server"],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, url: str, message: str) -> None:
    (tmp_path / "bad.db").write_text("words " * 1000)
    for use in (check, upgrade):
        with pytest.raises(ArchiveError, match=message):
            use(url.format(folder=tmp_path))
    assert (tmp_path / "bad.db").read_text() == "words " * 1000


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="file"):
        upgrade(f"sqlite:///{tmp_path / 'file' / 'below' / 'polarchive.db'}")


def test_plain_and_psycopg_urls_open_the_same(database_url: str) -> None:
    if database_url.startswith("postgresql"):
        check(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    check(database_url)


def test_an_upgrade_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upgrade(empty_url)
    engine = create_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_sqlite_writes_ahead_and_keeps_foreign_keys(sqlite_template: Path) -> None:
    with open_database(f"sqlite:///{sqlite_template}") as database, database.write() as session:
        asked = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = [session.scalar(text(f"PRAGMA {name}")) for name in asked]
    assert found == ["wal", 1, 2, 30000]


def test_nothing_is_half_written_when_anything_raises(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            change_feed.move_cursor(session, "index", 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert change_feed.cursor(session, "index") == 0


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), database.read() as session:
        change_feed.move_cursor(session, "index", 5)
    with database.write() as session:
        change_feed.move_cursor(session, "index", 5)


def test_a_reader_keeps_its_snapshot_and_waits_for_no_writer(database: Database) -> None:
    with database.write() as session:
        change_feed.move_cursor(session, "index", 1)
    with database.read() as reader:
        assert change_feed.cursor(reader, "index") == 1
        with database.write() as writer:
            change_feed.move_cursor(writer, "index", 2)
            writer.flush()
            assert change_feed.cursor(reader, "index") == 1
        reader.expire_all()
        assert change_feed.cursor(reader, "index") == 1


def _count_up(database: Database, read: Callable[[Session, str], int]) -> None:
    for _ in range(25):
        with database.write() as session:
            change_feed.move_cursor(session, "counter", read(session, "counter") + 1)


def _count_in_threads(database: Database, read: Callable[[Session, str], int]) -> int:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(_count_up, database, read) for _ in range(4)]:
            done.result()
    with database.read() as session:
        return change_feed.cursor(session, "counter")


def test_no_update_is_lost_between_followers(database: Database) -> None:
    assert _count_in_threads(database, change_feed.lock_cursor) == 100


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_writers_that_read_first_lose_no_update(database: Database) -> None:
    assert _count_in_threads(database, change_feed.cursor) == 100


def test_cursors_of_followers_are_apart(database: Database) -> None:
    with database.write() as session:
        change_feed.move_cursor(session, "index", 7)
        assert change_feed.lock_cursor(session, "alerts") == 0
    with database.read() as session:
        assert (change_feed.cursor(session, "index"), change_feed.cursor(session, "alerts")) == (7, 0)


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    with database.write() as session:
        session.add(RunRow(portal="ndrc", slot=NIGHT.astimezone(shanghai), state="missed"))
    with database.read() as session:
        slot = session.scalars(select(RunRow.slot)).one()
    assert slot == NIGHT
    assert slot.utcoffset() == dt.timedelta(0)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="needs a time zone"), database.write() as session:
        session.add(RunRow(portal="ndrc", slot=dt.datetime(2026, 3, 1), state="missed"))  # noqa: DTZ001


def test_chinese_is_stored_as_it_is_written(database: Database) -> None:
    with database.write() as session:
        session.add(RunRow(portal="ndrc", slot=NIGHT, state="ok", sections={"通知": 3}))
    with database.read() as session:
        assert "通知" in str(session.scalar(text("SELECT CAST(sections AS TEXT) FROM run")))


def test_a_test_database_is_a_real_one(database: Database, engine: str) -> None:
    assert database.engine.dialect.name == engine
    assert os.environ.get("POLARCHIVE_TEST_POSTGRES") or engine in str(database.engine.url.drivername)


@pytest.mark.parametrize("step", ["0001", "9999"])
def test_a_plain_reader_refuses_what_the_database_refuses(tmp_path: Path, step: str) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    errors = []
    for refused in (lambda: None, lambda: (tmp_path / "archive.db").write_text("no database" * 100)):
        refused()
        for opened in (check, sqlite_reader):
            with pytest.raises(ArchiveError) as caught:
                opened(url)
            errors.append(str(caught.value))
    (tmp_path / "archive.db").unlink()
    upgrade(url)
    _step(url, step)
    for opened in (check, sqlite_reader):
        with pytest.raises(ArchiveError) as caught:
            opened(url)
        errors.append(str(caught.value))
    assert errors[::2] == errors[1::2]


def test_a_plain_reader_writes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    upgrade(url)
    reader = sqlite_reader(url)
    assert reader is not None
    with reader.select() as rows:
        assert rows("SELECT count(*) FROM article WHERE id IN (?) AND portal = ?", [1, 2], "x") == [(0,)]
        assert rows("SELECT id FROM article WHERE id IN (?)", []) == []
    with pytest.raises(ArchiveError, match="readonly"), reader.select() as rows:
        rows("DELETE FROM article")
