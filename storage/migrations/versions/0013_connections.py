"""Names under which policies are cited, and what articles cite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "article_name",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_name_article_id"),
        sa.PrimaryKeyConstraint("key", "article_id", name="pk_article_name"),
    )
    op.create_index("ix_article_name_article_id", "article_name", ["article_id"])
    op.create_table(
        "article_reference",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_key", sa.Text(), nullable=True),
        sa.Column("title_key", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_reference_article_id"),
        sa.PrimaryKeyConstraint("article_id", "place", name="pk_article_reference"),
    )
    op.create_index("ix_article_reference_number_key", "article_reference", ["number_key"])
    op.create_index("ix_article_reference_title_key", "article_reference", ["title_key"])
