"""Backfills, the pages of listings that they know, and the entries that they found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_OPEN = sa.text("state = 'open'")

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "backfill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("sections", _JSON, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("listing_pages", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started", _TIME, nullable=False),
        sa.Column("ran", _TIME, nullable=True),
        sa.Column("finished", _TIME, nullable=True),
        sa.Column("walked", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backfill"),
    )
    op.create_index(
        "uq_backfill_open",
        "backfill",
        ["portal"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "backfill_page",
        sa.Column("backfill_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.id"], name="fk_backfill_page_backfill_id_backfill"
        ),
        sa.PrimaryKeyConstraint("backfill_id", "section", "url", name="pk_backfill_page"),
    )
    op.create_table(
        "backfill_entry",
        sa.Column("backfill_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.id"], name="fk_backfill_entry_backfill_id_backfill"
        ),
        sa.PrimaryKeyConstraint("backfill_id", "key", name="pk_backfill_entry"),
    )
