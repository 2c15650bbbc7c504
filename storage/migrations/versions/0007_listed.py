"""What listings showed, when articles are due again, and which sections a run swept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Articles of before are all due: the next run looks at each of them."""
    op.create_table(
        "listed",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("first_listed", _TIME, nullable=False),
        sa.Column("last_listed", _TIME, nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("portal", "section", "key", name="pk_listed"),
    )
    op.create_index("ix_listed_due", "listed", ["portal", "due"])
    op.create_index("ix_listed_key", "listed", ["portal", "key"])
    op.add_column("article", sa.Column("due", sa.Date(), nullable=False, server_default="2000-01-01"))
    op.add_column("article", sa.Column("stands_since", sa.Date(), nullable=True))
    op.create_index("ix_article_due", "article", ["portal", "due"])
    op.add_column("run", sa.Column("swept", _JSON, nullable=False, server_default="[]"))
