"""The sightings that boilerplate is learned from, and the learned sets.

There is one sighting per article, so that nothing is counted twice. A set is never changed; a change is
published as the next set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any

from attrs import asdict
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from policy.records.content import Block, BoilerplateSet, EdgeLine, PageEdges
from storage.database import insert, insert_unless_there
from storage.tables import BoilerplateSetRow, SightingRow

WINDOW = 100
"""The number of most recent articles of a layout whose sightings are kept."""
_LOCK = 7_022_303  # any number of our own

Revise = Callable[[tuple[Block, ...]], tuple[Block, ...]]
"""Returns the blocks of the next set, given those of the newest."""


# ------------------------------------------------------------------ sightings


def sightings(session: Session, portal: str) -> list[PageEdges]:
    """The sightings of a portal's articles, the newest first."""
    query = select(SightingRow).where(SightingRow.portal == portal)
    return [_sighting(row) for row in session.scalars(query.order_by(SightingRow.at.desc()))]


def save_sightings(session: Session, portal: str, seen: Iterable[PageEdges]) -> None:
    """Save sightings, each in place of an older one of its article, and delete those beyond the window."""
    _lock(session)
    layouts = set()
    for sighting in seen:
        layouts.add(sighting.layout)
        values = {
            "layout": sighting.layout,
            "at": sighting.at,
            "digests": list(sighting.digests),
            "edges": {"head": _plain(sighting.heads), "tail": _plain(sighting.tails), "code": sighting.code},
        }
        if (
            insert_unless_there(session, SightingRow, portal=portal, article=sighting.article, **values)
            is None
        ):
            mine = (SightingRow.portal == portal, SightingRow.article == sighting.article)
            session.execute(update(SightingRow).where(*mine, SightingRow.at <= sighting.at).values(**values))
    for layout in sorted(layouts):
        _forget_old(session, portal, layout)


def _forget_old(session: Session, portal: str, layout: str) -> None:
    """Delete the oldest sightings. Among those of one night a hash of the article key decides, because
    articles arrive section by section."""
    own = (SightingRow.portal == portal, SightingRow.layout == layout)
    known = session.execute(select(SightingRow.article, SightingRow.at).where(*own)).all()
    drawn = sorted(known, key=lambda row: (-row.at.toordinal(), sha256(row.article.encode()).digest()))
    surplus = [article for article, _ in drawn[WINDOW:]]
    if surplus:
        mine = (SightingRow.portal == portal, SightingRow.article.in_(surplus))
        session.execute(delete(SightingRow).where(*mine))


def _lock(session: Session) -> None:
    """On PostgreSQL, wait for other processes that save or publish; SQLite has a single writer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _plain(pages: tuple[tuple[EdgeLine, ...], ...]) -> list[list[list[object]]]:
    return [[[line.passes, line.key] for line in page] for page in pages]


def _sighting(row: SightingRow) -> PageEdges:
    return PageEdges(
        article=row.article,
        layout=row.layout,
        at=row.at,
        digests=tuple(row.digests),
        code=row.edges["code"],
        heads=_seen(row.edges["head"]),
        tails=_seen(row.edges["tail"]),
    )


def _seen(pages: Sequence[Sequence[Sequence[Any]]]) -> tuple[tuple[EdgeLine, ...], ...]:
    return tuple(tuple(EdgeLine(passes=passes, key=key) for passes, key in page) for page in pages)


# ------------------------------------------------------------------ sets


def active_set(session: Session, portal: str) -> BoilerplateSet | None:
    """The set in use; None if only the rules apply."""
    query = select(BoilerplateSetRow).where(BoilerplateSetRow.portal == portal)
    row = session.scalar(query.order_by(BoilerplateSetRow.id.desc()).limit(1))
    return _set(row) if row else None


def set_by_id(session: Session, number: int | None) -> BoilerplateSet | None:
    """The set with this id, as a version refers to it."""
    row = session.get(BoilerplateSetRow, number) if number is not None else None
    return _set(row) if row else None


def publish_set(session: Session, portal: str, now: dt.datetime, revise: Revise) -> BoilerplateSet | None:
    """Publish the blocks that ``revise`` returns as the next set if they differ from the newest set's;
    returns the set in use."""
    _lock(session)
    newest = active_set(session, portal)
    before = newest.blocks if newest else ()
    blocks = revise(before)
    if _names(blocks) == _names(before):
        return newest
    plain = [asdict(block) | {"since": block.since.isoformat()} for block in blocks]
    number = insert(session, BoilerplateSetRow, portal=portal, at=now, blocks=plain)
    return BoilerplateSet(id=number, portal=portal, at=now, blocks=blocks)


def _names(blocks: Iterable[Block]) -> set[tuple[str, bool]]:
    """The parts of blocks in which two sets differ; counts of pages do not matter."""
    return {(block.id, block.kept) for block in blocks}


def _set(row: BoilerplateSetRow) -> BoilerplateSet:
    return BoilerplateSet(
        id=row.id,
        portal=row.portal,
        at=row.at,
        blocks=tuple(
            Block(**plain | {"since": dt.datetime.fromisoformat(plain["since"])}) for plain in row.blocks
        ),
    )
