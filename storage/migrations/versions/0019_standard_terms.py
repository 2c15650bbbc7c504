"""Rename tables and columns to standard terms: boilerplate, silent, findings, regroup queue, validators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TABLES = {
    "furniture_sighting": "boilerplate_sighting",
    "furniture_set": "boilerplate_set",
    "distrust": "inconsistent_validators",
}
_COLUMNS = (
    ("version", "furniture", "boilerplate"),
    ("article", "last_furniture", "last_boilerplate"),
    ("change", "quiet", "silent"),
    ("listed", "quiet", "silent"),
    ("run", "judgements", "findings"),
    ("article", "vouched", "validated"),
    ("alias", "joined", "merged_id"),
)


def upgrade() -> None:
    """Rename in place, but for the regroup queue: SQLite cannot rename a foreign key."""
    op.drop_index("ix_furniture_sighting_window", "furniture_sighting")
    op.drop_index("ix_furniture_set_portal", "furniture_set")
    op.drop_index("ix_alias_joined", "alias")
    for old, new in _TABLES.items():
        op.rename_table(old, new)
    for table, old, new in _COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{old}" TO "{new}"')
    op.create_table(
        "regroup_queue",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_regroup_queue_article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_regroup_queue"),
    )
    op.execute(
        "INSERT INTO regroup_queue (article_id, at, silent) SELECT article_id, at, quiet FROM unsettled"
    )
    op.drop_table("unsettled")
    op.create_index("ix_boilerplate_sighting_window", "boilerplate_sighting", ["portal", "layout", "at"])
    op.create_index("ix_boilerplate_set_portal", "boilerplate_set", ["portal"])
    op.create_index("ix_alias_merged_id", "alias", ["merged_id"])
