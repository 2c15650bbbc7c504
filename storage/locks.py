"""What a writer holds until its transaction ends: the article first, the feed after."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage.models import AliasRow, ArticleRow

_FEED = select(func.pg_advisory_xact_lock(7_022_302))  # any number of our own
_ARTICLE = (
    select(ArticleRow)
    .where(ArticleRow.portal == bindparam("portal"), ArticleRow.key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ALIAS = (
    select(ArticleRow)
    .join(AliasRow, AliasRow.article_id == ArticleRow.id)
    .where(AliasRow.portal == bindparam("portal"), AliasRow.key == bindparam("key"))
    .with_for_update(of=ArticleRow)
    .execution_options(populate_existing=True)
)


def hold_article(session: Session, portal: str, key: str) -> ArticleRow | None:
    """The row of the article with this key, or one that stands for it; nobody else changes it until the
    commit."""
    asked = {"portal": portal, "key": key}
    return session.scalar(_ARTICLE, asked) or session.scalar(_ALIAS, asked)


def lock_feed(session: Session) -> bool:
    """PostgreSQL: until the commit nobody else adds a change, so ids appear in commit order; True,
    for others may have written while we waited. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(_FEED)
    return True
