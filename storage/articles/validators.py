"""Validators of articles' pages, and the portals whose validators lied."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from policy.rules.revisit import ALWAYS
from policy.rules.validators import Validators
from storage.tables import ArticleRow, DistrustRow
from storage.writes import insert_unless_there


@frozen(kw_only=True)
class InconsistentValidators:
    """A portal whose validators are not trusted ``since`` the page at ``url`` changed under its own."""

    portal: str
    url: str
    since: dt.datetime


def dump_validators(validators: Validators | None) -> dict[str, Any] | None:
    """As they are kept with their article."""
    return asdict(validators) if validators else None


def load_validators(kept: dict[str, Any] | None) -> Validators | None:
    """The kept ones again."""
    return Validators(**kept) if kept else None


def inconsistent_portals(session: Session) -> list[InconsistentValidators]:
    """The portals that are asked without validators, by name."""
    rows = session.scalars(select(DistrustRow).order_by(DistrustRow.portal))
    return [InconsistentValidators(portal=row.portal, url=row.url, since=row.since) for row in rows]


def are_consistent(session: Session, portal: str) -> bool:
    """Whether a portal's validators have never been found to lie."""
    return session.get(DistrustRow, portal) is None


def mark_inconsistent(session: Session, portal: str, url: str, at: dt.datetime) -> None:
    """Trust a portal's validators no more. What they last vouched for is due at once."""
    insert_unless_there(session, DistrustRow, portal=portal, url=url, since=at)
    vouched = update(ArticleRow).where(ArticleRow.portal == portal, ArticleRow.vouched)
    session.execute(vouched.values(due=ALWAYS, vouched=False).execution_options(synchronize_session=False))
