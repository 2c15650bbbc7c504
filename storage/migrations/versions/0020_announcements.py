"""How each policy is announced. Those whose first change the alerts have read are settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table; what was archived before is never announced again."""
    op.create_table(
        "announcement",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_as", sa.Integer(), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_announcement_policy_id"),
        sa.PrimaryKeyConstraint("policy_id", name="pk_announcement"),
    )
    op.execute(
        "INSERT INTO announcement (policy_id, how, reason, at) "
        "SELECT policy.id, 'none', 'earlier release', policy.first_seen FROM policy "
        "JOIN (SELECT policy_id, min(id) AS first FROM change GROUP BY policy_id) AS began "
        "ON began.policy_id = policy.id "
        "WHERE began.first <= (SELECT position FROM cursor WHERE name = 'alerts')"
    )
