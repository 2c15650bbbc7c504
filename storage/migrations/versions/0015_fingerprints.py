"""The index of fingerprints: wordings, their hashes, and the articles that have them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("fingerprints", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wording"),
        sa.UniqueConstraint("digest", name="uq_wording_digest"),
    )
    op.create_table(
        "fingerprint",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "wording_id", name="pk_fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fingerprint_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id", name="pk_fingerprint_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fingerprinted",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_fingerprinted"),
    )
    op.create_index("ix_fingerprinted_wording_id", "fingerprinted", ["wording_id", "article_id"])
