"""Articles that were compared and are still to be grouped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table; nothing waits in it."""
    op.create_table(
        "unsettled",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_unsettled_article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_unsettled"),
    )
