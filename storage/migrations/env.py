"""Alembic's entry point: uses the connection passed in, or the URL of ``alembic -x url=…``."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from storage import database
from storage.tables import Base


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True
    )
    context.run_migrations()


def _main() -> None:
    handed_in: Connection | None = context.config.attributes.get("connection")
    if handed_in is not None:
        _migrate(handed_in)
        return
    with database.connected(context.get_x_argument(as_dictionary=True)["url"], wal=True) as connection:
        _migrate(connection)


_main()
