"""What a run's readings were like, and runs that are re-extractions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Runs of before are crawls that counted nothing."""
    op.add_column("run", sa.Column("kind", sa.Text(), nullable=False, server_default="crawl"))
    op.add_column("run", sa.Column("readings", _JSON, nullable=False, server_default="{}"))
