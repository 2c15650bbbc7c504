"""The inverted index of fingerprints: which archived articles share rare words with another.

Equal texts are one wording, however many articles have it. Hashes that many wordings contain say little
and are slow to read, so only rare ones are read in full; of frequent ones a few are sampled if most of a
text consists of them, so that all reprints of a widely reprinted policy are found.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, delete, select, text
from sqlalchemy.orm import Session

from policy.text.words import Fingerprints, SimilarWording, containment, pack, unpack
from storage.database import insert, insert_unless_there
from storage.tables import FingerprintedRow, WordingRow

RARE = 48
"""A hash is rare if at most this many wordings contain it."""
CROWD, CROWDED = 400, 4
"""The number of wordings sampled for each of ``CROWDED`` frequent hashes."""
PROMISING = 1.2
"""The least shared weight for a closer comparison: that of two frequent hashes, or of one rare."""
MOST_COMPARED = 32
"""The most wordings whose fingerprints are compared."""
MOST_FOUND = 16
LEAST = 0.08
"""The least likeness of a candidate, as a share of the shorter text by weight."""
COMMONEST = 0.2
"""The least weight of a hash. Needed in small archives, where most articles may belong to one policy."""
_SIBLINGS = 8
"""The most articles returned per wording or key."""


def index_article(session: Session, article_id: int, prints: Fingerprints) -> None:
    """Index an article, in place of its earlier entry."""
    remove_article(session, article_id)
    wording = _wording(session, prints) if prints.hashes else None
    if wording is None and not prints.keys:
        return
    insert(session, FingerprintedRow, article_id=article_id, wording_id=wording, keys=pack(prints.keys))
    if prints.keys:
        _run(session, _ADD_KEYS, prints.keys, id=article_id)


def remove_article(session: Session, article_id: int) -> None:
    """Remove an article from the index; its wording stays while other articles have it."""
    stored = session.connection().execute(_STORED, {"id": article_id}).one_or_none()
    if stored is None:
        return
    session.connection().execute(_REMOVE, {"id": article_id})
    if stored.keys:
        _run(session, _REMOVE_KEYS, unpack(stored.keys), id=article_id)
    if stored.wording_id is not None and not stored.shared:
        _run(session, _REMOVE_HASHES, unpack(stored.fingerprints), id=stored.wording_id)
        session.execute(delete(WordingRow).where(WordingRow.id == stored.wording_id))


def candidates(
    session: Session, prints: Fingerprints, *, besides: int | None = None, most: int = MOST_FOUND
) -> list[SimilarWording]:
    """The wordings that share most rare words with these fingerprints, the likeliest first, then articles
    that share only a title or number. ``besides`` is the article itself."""
    worded = _worded(session, prints, most) if prints.hashes else []
    keyed = _keyed(session, prints.keys, besides)
    listed = [_without_self(likely, keyed, besides) for likely in worded]
    named = {article for likely in listed for article in likely.articles}
    rest = [SimilarWording(articles=(article,), keyed=True) for article in sorted(keyed - named)]
    return [*(likely for likely in listed if likely.articles), *rest]


# ------------------------------------------------------------------ candidates


def _worded(session: Session, prints: Fingerprints, most: int) -> list[SimilarWording]:
    postings, total = _postings(session, prints.hashes, RARE + 1)
    rare = {each: ids for each, ids in postings.items() if len(ids) <= RARE}
    weights = {each: _weight(len(ids), total) for each, ids in postings.items()}
    marks = _marks(rare, weights)
    promising = {each: mark for each, mark in marks.items() if mark >= PROMISING}
    if _is_crowded(len(postings), len(rare), len(prints.hashes), marks.values()):
        common = sorted(postings.keys() - rare.keys())[:CROWDED]
        for each, mark in _marks(_postings(session, common, CROWD)[0], weights).items():
            promising[each] = marks.get(each, 0.0) + mark
    best = sorted(promising, key=lambda each: (-promising[each], each))[:MOST_COMPARED]
    compared = [_compared(row, prints.hashes, weights) for row in _rows(session, best)]
    likely = [one for one in compared if one.likeness >= LEAST and one.shared > 1]
    return sorted(likely, key=lambda one: (-one.likeness, one.articles))[:most]


def _is_crowded(known: int, rare: int, hashes: int, marks: Iterable[float]) -> bool:
    """Whether many wordings share most of a text and none has half of it by rare hashes."""
    return known - rare > max(hashes // 4, 1) and max(marks, default=0.0) < hashes / 2


def _weight(df: int, total: int) -> float:
    """1 for a hash of one wording, less for frequent ones."""
    return max(math.log((total + 2) / (df + 1)) / math.log((total + 2) / 2), COMMONEST) if total else 0.0


def _marks(postings: Mapping[int, Sequence[int]], weights: Mapping[int, float]) -> dict[int, float]:
    marks: defaultdict[int, float] = defaultdict(float)
    for each, ids in postings.items():
        weight = weights[each]
        for wording in ids:
            marks[wording] += weight
    return marks


def _compared(row: Row[Any], hashes: Sequence[int], weights: Mapping[int, float]) -> SimilarWording:
    like, shared, of = containment(hashes, unpack(row.fingerprints), weights)
    return SimilarWording(articles=_ids(row.articles), likeness=like, shared=shared, of=of)


def _without_self(likely: SimilarWording, keyed: set[int], besides: int | None) -> SimilarWording:
    others = tuple(article for article in likely.articles if article != besides)
    return SimilarWording(
        articles=others,
        likeness=likely.likeness,
        shared=likely.shared,
        of=likely.of,
        keyed=not keyed.isdisjoint(others),
    )


def _keyed(session: Session, keys: Sequence[int], besides: int | None) -> set[int]:
    if not keys:
        return set()
    rows = _run(session, _OF_KEYS, keys, most=_SIBLINGS)
    return {article for row in rows for article in _ids(row.ids)} - {besides or 0}


def _postings(session: Session, hashes: Sequence[int], most: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The wordings of each hash, at most ``most`` each; and the number of all wordings."""
    rows = _run(session, _OF_HASHES, hashes, most=most)
    return {row.hash: _ids(row.ids) for row in rows if row.ids}, rows[0].total or 0 if rows else 0


def _rows(session: Session, wordings: Sequence[int]) -> Sequence[Row[Any]]:
    return _run(session, _OF_WORDINGS, wordings, most=_SIBLINGS) if wordings else ()


def _ids(joined: str | None) -> tuple[int, ...]:
    return tuple(map(int, joined.split(","))) if joined else ()


# ------------------------------------------------------------------ wordings


def _wording(session: Session, prints: Fingerprints) -> int:
    hashes = pack(prints.hashes)
    added: int | None = insert_unless_there(session, WordingRow, digest=prints.digest, fingerprints=hashes)
    if added is None:
        return session.scalars(select(WordingRow.id).where(WordingRow.digest == prints.digest)).one()
    _run(session, _ADD_HASHES, prints.hashes, id=added)
    return added


_STORED = text(
    "SELECT a.wording_id, a.keys, w.fingerprints, EXISTS (SELECT 1 FROM fingerprinted o"
    " WHERE o.wording_id = a.wording_id AND o.article_id <> a.article_id) AS shared"
    " FROM fingerprinted a LEFT JOIN wording w ON w.id = a.wording_id WHERE a.article_id = :id"
)
_REMOVE = text("DELETE FROM fingerprinted WHERE article_id = :id")

# One statement for all hashes of an article: {numbers} is a table of them, {ids} joins the ids of each,
# {id} and {most} are values.
_ADD_HASHES = "INSERT INTO fingerprint (hash, wording_id) SELECT n.number, {id} FROM {numbers} n"
_ADD_KEYS = "INSERT INTO fingerprint_key (key, article_id) SELECT n.number, {id} FROM {numbers} n"
_REMOVE_HASHES = (
    "DELETE FROM fingerprint WHERE wording_id = {id} AND hash IN (SELECT n.number FROM {numbers} n)"
)
_REMOVE_KEYS = (
    "DELETE FROM fingerprint_key WHERE article_id = {id} AND key IN (SELECT n.number FROM {numbers} n)"
)
_OF_HASHES = (
    "SELECT n.number AS hash, (SELECT {ids} FROM (SELECT f.wording_id AS id FROM fingerprint f"
    " WHERE f.hash = n.number ORDER BY f.wording_id LIMIT {most}) AS found) AS ids,"
    " (SELECT max(id) FROM wording) AS total FROM {numbers} n"
)
_OF_KEYS = (
    "SELECT n.number AS key, (SELECT {ids} FROM (SELECT k.article_id AS id FROM fingerprint_key k"
    " WHERE k.key = n.number ORDER BY k.article_id LIMIT {most}) AS found) AS ids FROM {numbers} n"
)
_OF_WORDINGS = (
    "SELECT w.id, w.fingerprints, (SELECT {ids} FROM (SELECT a.article_id AS id FROM fingerprinted a"
    " WHERE a.wording_id = w.id ORDER BY a.article_id LIMIT {most}) AS found) AS articles"
    " FROM {numbers} n JOIN wording w ON w.id = n.number"
)
_WORDS = {
    "sqlite": {
        "numbers": "(SELECT value AS number FROM json_each(:numbers))",
        "ids": "group_concat(id)",
        "id": ":id",
        "most": ":most",
    },
    "postgresql": {
        "numbers": "(SELECT CAST(value AS bigint) AS number"
        " FROM json_array_elements_text(CAST(%(numbers)s AS json)))",
        "ids": "string_agg(CAST(id AS text), ',')",
        "id": "%(id)s",
        "most": "%(most)s",
    },
}


def _run(session: Session, statement: str, numbers: Sequence[int], **values: int) -> Sequence[Row[Any]]:
    """Run a statement for many numbers; returns its rows, if it returns any."""
    connection = session.connection()
    prepared = _prepared(statement, connection.dialect.name)
    result = connection.exec_driver_sql(prepared, {"numbers": json.dumps(list(numbers)), **values})
    return result.all() if result.returns_rows else ()


@cache
def _prepared(statement: str, dialect: str) -> str:
    """The statement in the driver's own style: compiling it in SQLAlchemy would take longer than running
    it."""
    return statement.format(**_WORDS[dialect])
