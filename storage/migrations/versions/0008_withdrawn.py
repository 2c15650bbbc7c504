"""The first of the two nights on which an article was gone, and since when it counts as withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What is missing by now was missed on no night in particular: two nights more must say so."""
    op.add_column("article", sa.Column("missed_on", sa.Date(), nullable=True))
    op.add_column("article", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
