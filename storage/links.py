"""What articles are to each other, pair by pair, and what people ruled of them. Derived, but for rulings."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import asdict, fields
from sqlalchemy import delete, or_, select
from sqlalchemy import insert as insert_all
from sqlalchemy.orm import Session

from policy.links import Link, Ruling
from storage.inserts import insert
from storage.models import LinkRow, RulingRow


def set_links(session: Session, article_id: int, links: Iterable[Link]) -> None:
    """Keep what an article is to others in place of what was known before."""
    ours = or_(LinkRow.a == article_id, LinkRow.b == article_id)
    session.execute(delete(LinkRow).where(ours))
    rows = [asdict(link) for link in links]
    if rows:
        session.execute(insert_all(LinkRow), rows)


_FIELDS = tuple(each.name for each in fields(Link))
_LINKS = select(*(LinkRow.__table__.c[name] for name in _FIELDS))


def links_of(session: Session, articles: Collection[int]) -> list[Link]:
    """All links with one of these articles at an end."""
    ours = or_(LinkRow.a.in_(articles), LinkRow.b.in_(articles))
    rows = session.execute(_LINKS.where(ours).order_by(LinkRow.a, LinkRow.b))
    return [Link(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


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


def hand_over(session: Session, article_id: int, to: int) -> None:
    """An article became part of another: what was decided of it is decided of that one."""
    for row in session.scalars(
        select(RulingRow).where(or_(RulingRow.a == article_id, RulingRow.b == article_id))
    ):
        other = row.b if row.a == article_id else row.a
        if other == to:
            session.delete(row)
        else:
            row.a, row.b = sorted((other, to))
    set_links(session, article_id, ())
    session.flush()
