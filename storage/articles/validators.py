"""HTTP validators (ETag, Last-Modified) of articles' pages, and the portals whose validators are
inconsistent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from policy.rules.extraction import Validators
from policy.rules.revisit import ALWAYS
from storage.tables import ArticleRow, InconsistentValidatorsRow
from storage.writes import insert_unless_there


@frozen(kw_only=True)
class InconsistentValidators:
    """A portal whose validators are ignored ``since`` the page at ``url`` changed and its validators did
    not."""

    portal: str
    url: str
    since: dt.datetime


def dump_validators(validators: Validators | None) -> dict[str, Any] | None:
    """Validators as stored in their article's row."""
    return asdict(validators) if validators else None


def load_validators(kept: dict[str, Any] | None) -> Validators | None:
    """Validators from their article's row."""
    return Validators(**kept) if kept else None


def inconsistent_portals(session: Session) -> list[InconsistentValidators]:
    """The portals that are requested without validators, by name."""
    rows = session.scalars(select(InconsistentValidatorsRow).order_by(InconsistentValidatorsRow.portal))
    return [InconsistentValidators(portal=row.portal, url=row.url, since=row.since) for row in rows]


def are_consistent(session: Session, portal: str) -> bool:
    """Whether a portal's validators have always changed with its pages."""
    return session.get(InconsistentValidatorsRow, portal) is None


def mark_inconsistent(session: Session, portal: str, url: str, at: dt.datetime) -> None:
    """Ignore a portal's validators from now on. Articles that they last reported unchanged are due at
    once."""
    insert_unless_there(session, InconsistentValidatorsRow, portal=portal, url=url, since=at)
    validated = update(ArticleRow).where(ArticleRow.portal == portal, ArticleRow.validated)
    session.execute(
        validated.values(due=ALWAYS, validated=False).execution_options(synchronize_session=False)
    )
