"""The migrations make the tables of the models, on either database. ``make check`` runs this file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from policy.records.runs import Sample, SectionProgress
from storage import migrations
from storage.database import Database, connected, open_database, upgrade
from storage.runs import backfills, leases
from storage.tables import Base


def test_tables_types_and_defaults_are_those_of_the_models(database: Database) -> None:
    with database.engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_and_indexes_are_those_of_the_models(database: Database) -> None:
    with database.engine.begin() as connection:
        migrated = set(_schema(connection))
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        assert sorted(migrated ^ set(_schema(connection))) == []


def _schema(connection: Connection) -> Iterator[str]:
    """One line for each part of the tables: what Alembic's own comparison leaves out is in it, as names of
    constraints, conditions of partial indexes and SQLite's table options. A renamed table may keep the names
    of its primary key and its sequence: no migration needs them."""
    inspector = inspect(connection)
    for table in sorted(Base.metadata.tables):
        for column in inspector.get_columns(table):
            numbered = str(column["default"]).startswith("nextval(")
            yield f"{table} column {_line({**column, 'default': 'nextval'} if numbered else column)}"
        yield f"{table} primary key {inspector.get_pk_constraint(table)['constrained_columns']}"
        yield from (f"{table} foreign key {_line(key)}" for key in inspector.get_foreign_keys(table))
        yield from (f"{table} unique {_line(unique)}" for unique in inspector.get_unique_constraints(table))
        yield from (f"{table} index {_line(index)}" for index in inspector.get_indexes(table))
    if connection.dialect.name == "sqlite":
        for name, sql in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")):
            yield from (f"{name} {option}" for option in ("AUTOINCREMENT", "WITHOUT ROWID") if option in sql)


def _line(part: Mapping[str, Any]) -> str:
    options = {name: str(value) for name, value in part.get("dialect_options", {}).items()}
    return str(sorted((name, str(value)) for name, value in {**part, "dialect_options": options}.items()))


LOST = """
INSERT INTO run (portal, slot, state, entries, new, revised, unchanged, captures, not_saved, failed, sections,
  traffic, kind, readings, replay, swept)
VALUES ('ndrc', '2026-11-30 18:30:00', :state, 0, 0, 0, 0, 0, 0, '{}', :sections, '{}', 'crawl', :readings,
  FALSE, '[]')
"""
BACKFILL = """
INSERT INTO backfill (portal, sections, since, until, state, started, walked)
VALUES ('ndrc', '["tz"]', '2018-01-01', '2018-12-31', 'open', '2026-11-30 18:30:00', :walked)
"""


def test_the_values_and_keys_of_step_21_have_their_names_of_today(empty_url: str) -> None:
    sample = {"count": 2, "filled": {"source": 1}, "sizes": {"9": 2}}
    readings = {"known": sample, "new": sample, "examples": {"known:source": ["a"], "new:source": ["b"]}}
    sections = {"tz": {"entries": 3, "pages": 1, "unread": "layout_changed", "found": 2}, "zc": 7}
    walked = {"tz": {"state": "walking", "pages": 4, "known": 5}}
    with _at_step(empty_url, "0021") as connection:
        run = {"sections": json.dumps(sections), "readings": json.dumps(readings)}
        connection.execute(text(LOST), [run | {"state": state} for state in ("lost", "lost", "ok")])
        connection.execute(text(BACKFILL), {"walked": json.dumps(walked)})
    upgrade(empty_url)
    with open_database(empty_url) as database, database.read() as session:
        runs = leases.run_history(session, "ndrc")
        [backfill] = backfills.list_backfills(session)
    assert [run.state for run in runs] == ["ok", "crashed", "crashed"]
    assert (runs[0].readings.archived, runs[0].readings.new) == (Sample(**sample), Sample(**sample))
    assert set(runs[0].readings.examples) == {"archived:source", "new:source"}
    assert (runs[0].sections["tz"].rows, runs[0].sections["zc"].entries) == (2, 7)
    assert backfill.walked["tz"] == SectionProgress(pages=4, archived=5)


def test_after_step_22_a_slot_is_leased_once_however_often_it_crashed(empty_url: str) -> None:
    with _at_step(empty_url, "0021"):
        pass
    upgrade(empty_url)
    slot = dt.datetime(2026, 12, 1, 18, 30, tzinfo=dt.UTC)
    with open_database(empty_url) as database:
        for _ in range(2):
            with database.write() as session:
                run = leases.claim_run(session, "ndrc", slot, slot)
                assert run is not None
                leases.close_run(session, run.id, "crashed", slot)
        with database.write() as session:
            assert leases.claim_run(session, "ndrc", slot, slot) is not None
            assert leases.claim_run(session, "ndrc", slot, slot) is None


@contextmanager
def _at_step(url: str, step: str) -> Iterator[Connection]:
    """A new database with the tables of this step."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    with connected(url, wal=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)
        yield connection
