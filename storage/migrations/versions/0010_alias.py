"""Keys that stand for an article that moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """No address has moved as far as is known."""
    op.create_table(
        "alias",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portal", "key", name="pk_alias"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_alias_article_id"),
    )
    op.create_index("ix_alias_article_id", "alias", ["article_id"])
    op.create_index("ix_alias_url", "alias", ["url"])
