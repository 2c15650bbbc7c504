"""The numbers of articles that became part of another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """No article has become part of another yet."""
    op.add_column("alias", sa.Column("joined", sa.Integer(), nullable=True))
    op.create_index("ix_alias_joined", "alias", ["joined"])
