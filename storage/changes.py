"""The change feed's only writer."""

from __future__ import annotations

from attrs import asdict, evolve
from sqlalchemy.orm import Session

from policy.records import Change
from storage.inserts import insert
from storage.models import ChangeRow


def add_change(session: Session, change: Change) -> Change:
    """The change with its id in the feed. The caller holds the feed's lock, so that ids appear in
    commit order."""
    columns = asdict(change, filter=lambda attribute, _: attribute.name != "id")
    return evolve(change, id=insert(session, ChangeRow, **columns))
