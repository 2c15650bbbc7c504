"""The keywords of versions, computed after they were saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.tables import KeywordRow, VersionRow
from storage.writes import insert


def set_keywords(session: Session, article_id: int, number: int, words: Sequence[str]) -> None:
    """Replace the keywords of a version."""
    wanted = (VersionRow.article_id == article_id, VersionRow.number == number)
    version_id = session.scalars(select(VersionRow.id).where(*wanted)).one()
    session.execute(delete(KeywordRow).where(KeywordRow.version_id == version_id))
    for rank, word in enumerate(words, start=1):
        insert(session, KeywordRow, version_id=version_id, rank=rank, word=word)


def keywords_of(session: Session, version_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The keywords of each of these versions, by version row id."""
    query = (
        select(KeywordRow.version_id, KeywordRow.word)
        .where(KeywordRow.version_id.in_(version_ids))
        .order_by(KeywordRow.version_id, KeywordRow.rank)
    )
    rows = session.execute(query)
    return {
        version_id: tuple(word for _, word in group) for version_id, group in groupby(rows, key=itemgetter(0))
    }
