"""What the files of an article say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_TIME = sa.DateTime(timezone=True)

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the two tables; attachments archived before have no row in them."""
    op.create_table(
        "attachment_file",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.Column("checked", _TIME, nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_attachment_file_attachment_id"
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_attachment_file_capture_id"),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachment_file"),
    )
    op.create_index("ix_attachment_file_capture_id", "attachment_file", ["capture_id"])
    op.create_table(
        "file_text",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("read_at", _TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_file_text"),
    )
