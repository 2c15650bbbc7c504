"""Furniture learned from a portal's own pages, and the set that each version was read with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add two tables and two columns."""
    op.create_table(
        "furniture_sighting",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("digests", _JSON, nullable=False),
        sa.Column("edges", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("portal", "article", name="pk_furniture_sighting"),
    )
    op.create_index("ix_furniture_sighting_window", "furniture_sighting", ["portal", "layout", "at"])
    op.create_table(
        "furniture_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("blocks", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_furniture_set"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_furniture_set_portal", "furniture_set", ["portal"])
    op.add_column("version", sa.Column("furniture", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("last_furniture", sa.Integer(), nullable=True))
