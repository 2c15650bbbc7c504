"""Rename the state ``lost`` of runs to ``crashed``, and keys in the JSON of runs and backfills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"

Values = dict[str, Any]

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_RUN = sa.table("run", sa.column("id"), sa.column("readings", _JSON), sa.column("sections", _JSON))
_BACKFILL = sa.table("backfill", sa.column("id"), sa.column("walked", _JSON))
_AT_ONCE = 500


def upgrade() -> None:
    """Rename in place; the index of slots is made again, as the state is in its condition."""
    op.drop_index("uq_run_slot", "run")
    op.execute("UPDATE run SET state = 'crashed' WHERE state = 'lost'")
    where = sa.text("state != 'crashed'")
    op.create_index(
        "uq_run_slot", "run", ["portal", "slot"], unique=True, sqlite_where=where, postgresql_where=where
    )
    _rewrite(_RUN, {"readings": _renamed_readings, "sections": lambda all_: _renamed(all_, "found", "rows")})
    _rewrite(_BACKFILL, {"walked": lambda all_: _renamed(all_, "known", "archived")})


def _rewrite(table: sa.TableClause, changes: dict[str, Callable[[Values], Values]]) -> None:
    """Apply a function to each of these columns in all rows."""
    connection = op.get_bind()
    for rows in _batches(connection, table):
        for row in rows:
            stored = {name: row._mapping[name] for name in changes}
            values = {name: changes[name](value) for name, value in stored.items()}
            if values != stored:
                connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _batches(connection: sa.Connection, table: sa.TableClause) -> Iterator[list[sa.Row[Any]]]:
    after = 0
    while rows := list(
        connection.execute(
            sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(_AT_ONCE)
        ).all()
    ):
        yield rows
        after = rows[-1].id


def _renamed(all_: Values, old: str, new: str) -> Values:
    """The same with another key in each part; the parts of early releases are numbers."""
    return {
        name: {new if key == old else key: value for key, value in part.items()}
        if isinstance(part, dict)
        else part
        for name, part in all_.items()
    }


def _renamed_readings(readings: Values) -> Values:
    """The counts of archived articles, and the examples of their statistics, under ``archived``."""
    named = {"archived" if key == "known" else key: value for key, value in readings.items()}
    if "examples" in named:
        named["examples"] = {
            f"archived:{key.removeprefix('known:')}" if key.startswith("known:") else key: value
            for key, value in named["examples"].items()
        }
    return named
