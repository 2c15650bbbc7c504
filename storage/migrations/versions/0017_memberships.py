"""What articles are to each other: links, memberships, rulings; tombstones of policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the columns and the tables."""
    op.add_column("policy", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.add_column("policy", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_policy_merged_into", "policy", ["merged_into"])
    op.create_table(
        "compared",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_compared_article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_compared"),
    )
    op.create_table(
        "article_link",
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("containment", sa.Double(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["a"], ["article.id"], name="fk_article_link_a"),
        sa.ForeignKeyConstraint(["b"], ["article.id"], name="fk_article_link_b"),
        sa.PrimaryKeyConstraint("a", "b", name="pk_article_link"),
    )
    op.create_index("ix_article_link_b", "article_link", ["b"])
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_membership_article_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_membership_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sqlite_autoincrement=True,
    )
    for column in ("article_id", "policy_id", "was"):
        op.create_index(f"ix_membership_{column}", "membership", [column])
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["a"], ["article.id"], name="fk_ruling_a"),
        sa.ForeignKeyConstraint(["b"], ["article.id"], name="fk_ruling_b"),
        sa.PrimaryKeyConstraint("id", name="pk_ruling"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ruling_pair", "ruling", ["a", "b"])
    op.create_index("ix_ruling_b", "ruling", ["b"])
