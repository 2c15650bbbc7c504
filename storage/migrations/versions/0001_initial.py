"""The tables of the first release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursor"),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("slot", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started", _TIME, nullable=True),
        sa.Column("finished", _TIME, nullable=True),
        sa.Column("heartbeat", _TIME, nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("captures", sa.Integer(), nullable=False),
        sa.Column("not_saved", sa.Integer(), nullable=False),
        sa.Column("failed", _JSON, nullable=False),
        sa.Column("sections", _JSON, nullable=False),
        sa.Column("warc", sa.Text(), nullable=True),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index(
        "uq_run_running",
        "run",
        ["portal"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "uq_run_slot",
        "run",
        ["portal", "slot"],
        unique=True,
        sqlite_where=sa.text("state != 'lost'"),
        postgresql_where=sa.text("state != 'lost'"),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("since_change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page_urls", _JSON, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("newest_at", _TIME, nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("last_seen", _TIME, nullable=False),
        sa.Column("missing_since", _TIME, nullable=True),
        sa.Column("last_digests", _JSON, nullable=False),
        sa.Column("last_code", sa.Text(), nullable=False),
        sa.Column("last_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_article_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("portal", "key", name="uq_article_portal_key"),
    )
    op.create_index("ix_article_policy_id", "article", ["policy_id"])
    op.create_index("ix_article_url", "article", ["url"])
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_capture_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_capture"),
        sa.UniqueConstraint("record_id", name="uq_capture_record_id"),
    )
    op.create_index("ix_capture_digest", "capture", ["digest"])
    op.create_index("ix_capture_run_id", "capture", ["run_id"])
    op.create_index("ix_capture_url", "capture", ["url"])
    op.create_table(
        "policy_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_policy_key_policy_id"),
        sa.PrimaryKeyConstraint("key", name="pk_policy_key"),
    )
    op.create_index("ix_policy_key_policy_id", "policy_key", ["policy_id"])
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_change_article_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_change_policy_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_change_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_article_id", "change", ["article_id"])
    op.create_index("ix_change_policy_id", "change", ["policy_id"])
    op.create_index("ix_change_run_id", "change", ["run_id"])
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("doc_no", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("record", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_version_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
        sa.UniqueConstraint("article_id", "number", name="uq_version_article_id_number"),
    )
    op.create_index("ix_version_doc_no", "version", ["doc_no"])
    op.create_index("ix_version_published", "version", ["published"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_attachment_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_version_id", "attachment", ["version_id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("next_try", _TIME, nullable=False),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.Column("sent", _TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name="fk_delivery_change_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name="fk_delivery_policy_id"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_delivery_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint(
            "subscription_id", "policy_id", "event", name="uq_delivery_subscription_id_policy_id_event"
        ),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "next_try"])
    op.create_table(
        "version_capture",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_version_capture_capture_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_version_capture_version_id"),
        sa.PrimaryKeyConstraint("version_id", "page", name="pk_version_capture"),
    )
    op.create_index("ix_version_capture_capture_id", "version_capture", ["capture_id"])
    op.create_table(
        "version_keyword",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_version_keyword_version_id"),
        sa.PrimaryKeyConstraint("version_id", "rank", name="pk_version_keyword"),
    )
    op.create_index("ix_version_keyword_word", "version_keyword", ["word"])
