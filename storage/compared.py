"""What grouping asks of articles that were compared, kept so that a large policy is not read whole again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.inserts import insert
from storage.models import ArticleRow, ComparedRow


def keep(session: Session, article_id: int, facts: dict[str, Any]) -> None:
    """Keep an article's facts in place of those it had."""
    session.execute(delete(ComparedRow).where(ComparedRow.article_id == article_id))
    insert(session, ComparedRow, article_id=article_id, facts=facts)


def facts_of(session: Session, articles: Collection[int]) -> dict[int, dict[str, Any]]:
    """The facts of those of these articles that were compared."""
    query = select(ComparedRow.article_id, ComparedRow.facts)
    rows = session.execute(query.where(ComparedRow.article_id.in_(articles)))
    return {article: facts for article, facts in rows}  # noqa: C416 - rows are not pairs to mypy


def compared_in(session: Session, policies: Collection[int]) -> list[int]:
    """The articles of these policies that were compared, the first archived first."""
    query = select(ComparedRow.article_id).join(ArticleRow).where(ArticleRow.policy_id.in_(policies))
    return [*session.scalars(query.order_by(ComparedRow.article_id))]
