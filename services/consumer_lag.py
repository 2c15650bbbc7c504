"""How far the consumers of the change feed are behind: what a reading command tells its reader.

It imports no consumer, as those load tokenizers and the index's writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

UPDATE = "polarchive update"
"""The command that runs the consumers."""
LINKING = "connections"
"""The cursor of :mod:`pipelines.consumers.linking`."""


@frozen(kw_only=True)
class ConsumerLag:
    """How many changes of the archive a consumer has not processed yet."""

    consumer: str
    changes: int

    def __bool__(self) -> bool:
        return self.changes > 0

    def __str__(self) -> str:
        changes = "1 change" if self.changes == 1 else f"{self.changes} changes"
        return f"{self.consumer} is {changes} behind the archive; {UPDATE} brings it up to date"


def linking_lag(session: Session) -> ConsumerLag:
    """Of linking: until it has seen an article, that is a policy of its own and cites nothing."""
    from storage import change_feed  # not for a search, which reads no table

    return ConsumerLag(consumer="linking", changes=change_feed.lag(session, LINKING))


def index_lag(changes: int) -> ConsumerLag:
    """Of the search index, by the changes after its position: it has no words of articles that came later."""
    return ConsumerLag(consumer="the search index", changes=changes)


def lag_shape(*lags: ConsumerLag) -> dict[str, object]:
    """``{"behind": 0}``: the changes that the slowest of these consumers has not processed."""
    return {"behind": max(lag.changes for lag in lags)}
