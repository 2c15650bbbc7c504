"""What a writer holds until its transaction ends: the article first, the feed after."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage.models import ArticleRow

_FEED = select(func.pg_advisory_xact_lock(7_022_302))  # any number of our own
_ARTICLE = (
    select(ArticleRow)
    .where(ArticleRow.portal == bindparam("portal"), ArticleRow.key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def hold_article(session: Session, portal: str, key: str) -> ArticleRow | None:
    """The article's row, which nobody else changes until the commit."""
    return session.scalar(_ARTICLE, {"portal": portal, "key": key})


def lock_feed(session: Session) -> bool:
    """PostgreSQL: until the commit nobody else adds a change, so ids appear in commit order; True,
    for others may have written while we waited. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(_FEED)
    return True
