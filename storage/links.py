"""What articles are to each other, pair by pair, and what people ruled of them. Derived, but for rulings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from attrs import frozen
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from storage.inserts import insert
from storage.models import LinkRow, RulingRow


@frozen(kw_only=True)
class Link:
    """What article ``a`` is to article ``b``, as :mod:`pipelines.likeness` says it."""

    a: int
    b: int
    kind: str
    side: str | None = None
    strength: int = 0
    containment: float = 0.0
    conflict: bool = False
    evidence: str = ""

    def other(self, article_id: int) -> int:
        """The article at the other end."""
        return self.b if article_id == self.a else self.a


@frozen(kw_only=True)
class Ruling:
    """What somebody decided of two articles."""

    a: int
    b: int
    same: bool
    by: str
    why: str
    at: dt.datetime


def set_links(session: Session, article_id: int, links: Iterable[Link]) -> None:
    """Keep what an article is to others in place of what was known before."""
    ours = or_(LinkRow.a == article_id, LinkRow.b == article_id)
    session.execute(delete(LinkRow).where(ours))
    for link in links:
        insert(
            session,
            LinkRow,
            a=link.a,
            b=link.b,
            kind=link.kind,
            side=link.side,
            strength=link.strength,
            containment=link.containment,
            conflict=link.conflict,
            evidence=link.evidence,
        )


def links_of(session: Session, articles: Collection[int]) -> list[Link]:
    """All links with one of these articles at an end."""
    query = select(LinkRow).where(or_(LinkRow.a.in_(articles), LinkRow.b.in_(articles)))
    return [_link(row) for row in session.scalars(query.order_by(LinkRow.a, LinkRow.b))]


def _link(row: LinkRow) -> Link:
    return Link(
        a=row.a,
        b=row.b,
        kind=row.kind,
        side=row.side,
        strength=row.strength,
        containment=row.containment,
        conflict=row.conflict,
        evidence=row.evidence,
    )


def rule(session: Session, ruling: Ruling) -> None:
    """Put down what was decided; it counts in place of what was decided of the pair before."""
    a, b = sorted((ruling.a, ruling.b))
    insert(session, RulingRow, a=a, b=b, same=ruling.same, by=ruling.by, why=ruling.why, at=ruling.at)


def rulings_of(session: Session, articles: Collection[int]) -> list[Ruling]:
    """What counts today of pairs with one of these articles."""
    query = select(RulingRow).where(or_(RulingRow.a.in_(articles), RulingRow.b.in_(articles)))
    newest = {(row.a, row.b): row for row in session.scalars(query.order_by(RulingRow.id))}
    return [
        Ruling(a=row.a, b=row.b, same=row.same, by=row.by, why=row.why, at=row.at) for row in newest.values()
    ]
