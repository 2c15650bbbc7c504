"""Rename tables and columns to the standard terms: boilerplate, silent, findings, regroup queue."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

_TABLES = {
    "furniture_sighting": "boilerplate_sighting",
    "furniture_set": "boilerplate_set",
    "unsettled": "regroup_queue",
}
_COLUMNS = (
    ("version", "furniture", "boilerplate"),
    ("article", "last_furniture", "last_boilerplate"),
    ("change", "quiet", "silent"),
    ("listed", "quiet", "silent"),
    ("regroup_queue", "quiet", "silent"),
    ("run", "judgements", "findings"),
)


def upgrade() -> None:
    """Rename in place: no row is copied."""
    op.drop_index("ix_furniture_sighting_window", "furniture_sighting")
    op.drop_index("ix_furniture_set_portal", "furniture_set")
    for old, new in _TABLES.items():
        op.rename_table(old, new)
    for table, old, new in _COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{old}" TO "{new}"')
    op.create_index("ix_boilerplate_sighting_window", "boilerplate_sighting", ["portal", "layout", "at"])
    op.create_index("ix_boilerplate_set_portal", "boilerplate_set", ["portal"])
