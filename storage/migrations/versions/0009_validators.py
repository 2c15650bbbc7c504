"""Validators of articles' pages, and portals whose validators lied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the columns and the table."""
    op.add_column("article", sa.Column("validators", _JSON, nullable=True))
    op.add_column("article", sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("article", sa.Column("vouched", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "distrust",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("portal", name="pk_distrust"),
    )
