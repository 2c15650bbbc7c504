"""The change feed's only writer."""

from __future__ import annotations

import datetime as dt

from attrs import asdict, evolve
from sqlalchemy.orm import Session

from policy.records import Change, ChangeKind
from storage.inserts import insert
from storage.locks import lock_feed
from storage.models import ArticleRow, ChangeRow


def add_change(session: Session, change: Change) -> Change:
    """The change with its id in the feed. The caller holds the feed's lock, so that ids appear in
    commit order."""
    columns = asdict(change, filter=lambda attribute, _: attribute.name != "id")
    return evolve(change, id=insert(session, ChangeRow, **columns))


def tell(
    session: Session,
    row: ArticleRow,
    kind: ChangeKind,
    at: dt.datetime,
    run_id: int | None,
    *,
    quiet: bool = False,
) -> Change:
    """The change, in the feed: something became of the article, of which this is the newest version."""
    lock_feed(session)
    change = Change(
        id=0,
        kind=kind,
        policy_id=row.policy_id,
        article_id=row.id,
        version=row.newest,
        at=at.astimezone(dt.UTC),
        quiet=quiet,
        run_id=run_id,
    )
    return add_change(session, change)
