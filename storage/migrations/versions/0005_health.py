"""What passed between a run and its hosts, and how it was judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Runs of before were not judged."""
    op.add_column("run", sa.Column("traffic", _JSON, nullable=False, server_default="{}"))
    op.add_column("run", sa.Column("judgements", _JSON, nullable=True))
