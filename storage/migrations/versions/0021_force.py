"""What references do to the force of the cited policy, and what of it was reported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the columns and the table; ``polarchive linking rebuild`` fills them."""
    op.add_column("article_reference", sa.Column("clauses", _JSON, server_default="[]", nullable=False))
    op.add_column("article_reference", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("article_reference", sa.Column("issued", sa.Date(), nullable=True))
    op.create_table(
        "policy_force",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("effects", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_policy_force_policy_id"),
        sa.PrimaryKeyConstraint("policy_id", name="pk_policy_force"),
    )
