"""The migrations make the tables of the models, on either database. ``make check`` runs this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.database import Database
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
