"""Migrations from one release's tables to the next, run by Alembic in the caller's transaction."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from policy.errors import ArchiveError, NewerDatabase

if TYPE_CHECKING:
    from sqlalchemy import Connection

HERE = Path(__file__).parent
_LOCK = 7_022_301  # any number of our own: two upgrades at once wait for each other


@cache
def revisions() -> tuple[str, ...]:
    """All revisions of this release in order; their file names begin with them."""
    return tuple(sorted(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py")))


def stored_revision(connection: Connection) -> str | None:
    """The revision of the database; None if it has none."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def refuse_newer(connection: Connection, shown: str) -> None:
    """Raise NewerDatabase if the database has a revision that this release does not know."""
    _refuse_newer(stored_revision(connection), shown)


def _refuse_newer(revision: str | None, shown: str) -> None:
    if revision is not None and revision not in revisions():
        raise NewerDatabase(
            f"{shown}: written by a later release (revision {revision}); install that release"
        )


def refuse_other_revision(connection: Connection, shown: str) -> None:
    """Raise NewerDatabase, or ArchiveError if migrations are pending."""
    refuse_revision(stored_revision(connection), shown)


def refuse_revision(revision: str | None, shown: str) -> None:
    """The same for a revision that was read already."""
    _refuse_newer(revision, shown)
    if revision != revisions()[-1]:
        raise ArchiveError(f"{shown}: at revision {revision or 'none'}; run polarchive db upgrade")


def run_migrations(connection: Connection) -> None:
    """Run all pending migrations."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
