"""The full-text index (tantivy): derived from the database, updated from the change feed, rebuilt at any
time.

One document per article, of its newest version. Single tokens are in one field, pairs of neighbours with
positions in another: phrases of any length match exactly, and a break between two runs (``¶``) is a token
like others, so that no phrase matches across punctuation. The index does not use the consumer loop of
:mod:`storage.change_feed`, because its position lies in the index's folder. What only writing needs, as the
mapped tables, is imported where it is used, so that a search starts fast.

The folder holds generations of the index and a small file with the current one and its position in the
change feed. The position lies beside the index, not in the database: whoever deletes the index deletes the
position too, and two machines on one database have one each.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

import tantivy
from attrs import asdict, frozen
from tantivy import Occur, Query

from policy.errors import ArchiveError
from policy.text.words import fold, tokens

if TYPE_CHECKING:
    from policy.records import Version
    from storage.database import Database
    from storage.plain_reads import PlainReader

_STATE = "state.json"
_LOCK = "lock"


@frozen(kw_only=True)
class State:
    """The folder of the current index, and the last change that is indexed."""

    schema: int
    folder: str
    position: int = 0
    at: str | None = None
    """When that change happened: distinguishes this archive's feed from another's."""

    def moved(self, position: int, at: dt.datetime) -> State:
        """The state after indexing up to a change."""
        return State(schema=self.schema, folder=self.folder, position=position, at=at.isoformat())


def load_state(root: Path) -> State | None:
    """The state; None if there is no usable index."""
    try:
        return State(**json.loads((root / _STATE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def position(root: Path) -> int:
    """The id of the last change that is indexed; 0 if there is no index."""
    state = load_state(root)
    return state.position if state else 0


def save_state(root: Path, state: State) -> None:
    """Replace the state atomically: readers see the old one or the new one."""
    temporary = root / f"{_STATE}.new"
    with temporary.open("w") as stream:
        json.dump(asdict(state), stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(root / _STATE)


def create_generation(root: Path) -> Path:
    """Create a folder for a new generation."""
    folder = root / f"g-{uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder


def remove_other_generations(root: Path, keep: str) -> None:
    """Remove generations that are no longer current; readers that have one open keep reading it."""
    for folder in root.glob("g-*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def write_lock(root: Path) -> Iterator[bool]:
    """Take the lock for writing, until the block ends; yields False if another process has it. A killed
    process releases it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


__all__ = ["READABLE", "SCHEMA", "Index", "IndexHits", "Match", "Query", "Snapshot"]


_BATCH = 200


def all_articles(database: Database) -> Iterator[list[Version]]:
    """The newest version of every article, in batches."""
    from storage import queries

    after = 0
    while True:
        with database.read() as session:
            found = queries.newest_versions(session, after=after, limit=_BATCH)
        if not found:
            return
        yield found
        after = found[-1].article_id


@frozen(kw_only=True)
class Batch:
    """The newest versions of the articles changed next, the ids merged into them, and the position after
    the batch."""

    versions: list[Version]
    merged: list[int]
    position: int
    at: dt.datetime


def next_batch(database: Database, state: State) -> Batch | None:
    """The next batch; None at the end of the feed."""
    from storage import change_feed, queries

    with database.read() as session:
        changes = change_feed.changes(session, after=state.position, limit=_BATCH)
        articles = dict.fromkeys(change.article_id for change in changes)
        versions = [queries.version(session, article) for article in articles]
        merged = queries.merged_ids(session, articles)
    if not changes:
        return None
    return Batch(
        versions=[version for version in versions if version],
        merged=merged,
        position=changes[-1].id,
        at=changes[-1].at,
    )


def same_feed(archive: PlainReader, state: State) -> bool:
    """Whether the index was built from this archive's change feed, and not from a later state of it."""
    if state.position == 0:
        return True
    with archive.select() as select:
        changes = select("SELECT at FROM change WHERE id = ?", state.position)
    return [_utc(at).isoformat() for (at,) in changes] == [state.at]


def changes_behind(archive: PlainReader, position: int) -> int:
    """How many changes the feed has behind ``position``."""
    with archive.select() as select:
        return int(select("SELECT count(*) FROM change WHERE id > ?", position)[0][0])


def _utc(moment: str | dt.datetime) -> dt.datetime:
    """A stored time: SQLite has it as text without a time zone."""
    if isinstance(moment, str):
        return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC)


SCHEMA = 4
"""Increase it if the fields or their contents change: an index with another number is rebuilt."""
READABLE = frozenset({2, 3, SCHEMA})
"""Schemas of indexes that can be searched until they are rebuilt. Those of earlier releases have the number
of an order only as printed, and schema 2 has CJK radicals as printed."""

Field = Literal["text", "title", "doc_no"]
Progress = Callable[[int, int], None]
"""Called with the number of indexed articles and of all."""

_MEMORY = 50_000_000
_JOINT = "_"
"""Joins the two words of a pair; no token contains it."""
_LONGEST = 16_384
"""The longest token in characters. No query is longer, and tantivy drops longer tokens with their
positions."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("text", "title", "doc_no"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field(f"{name}_pairs", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("portal", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    for name in ("article", "policy", "version"):
        builder.add_integer_field(name, stored=True, indexed=True, fast=True)
    return builder.build()


_FIELDS = _schema()


def _document(version: Version) -> tantivy.Document:
    from policy.query import search_document

    asked = search_document(version)
    found = tantivy.Document(key=str(version.article_id), portal=fold(version.article.portal))
    for name, number in (
        ("article", version.article_id),
        ("policy", version.policy_id),
        ("version", version.number),
    ):
        found.add_integer(name, number)
    if asked.day is not None:
        found.add_integer("day", asked.day.toordinal())
    for name, text in (
        ("text", asked.text),
        ("title", version.article.title.value),
        ("doc_no", asked.doc_no or ""),
    ):
        _add_words(found, name, text)
    return found


def _add_words(found: tantivy.Document, name: str, text: str) -> None:
    words = tokens(text)
    if len(max(words, key=len, default="")) > _LONGEST:
        words = [word if len(word) <= _LONGEST else _JOINT for word in words]
    found.add_text(name, " ".join(words))
    found.add_text(f"{name}_pairs", " ".join(map(_JOINT.join, pairwise(words))))


# ------------------------------------------------------------------ writing


class Index:
    """The index in a folder. Any number of processes may read while one writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: tuple[str, tantivy.Index] | None = None

    @property
    def position(self) -> int:
        """The last change that is indexed; 0 if there is no index."""
        return position(self.path)

    def follow(self, database: Database, *, progress: Progress = lambda done, total: None) -> int:
        """Index what changed since the last call; returns the number of articles indexed, 0 also if
        another process is indexing.

        A missing index, one of another schema, and one of another archive are rebuilt.
        """
        with write_lock(self.path) as ours:
            if not ours:
                return 0
            state = self._usable(database)
            return (
                self._build(database, progress)
                if state is None
                else self._catch_up(database, state, progress)
            )

    def rebuild(self, database: Database, *, progress: Progress = lambda done, total: None) -> int:
        """Build the index anew beside the old one, which serves until the last moment."""
        with write_lock(self.path) as ours:
            if not ours:
                raise ArchiveError(
                    f"{self.path}: another process is indexing; try again when it has finished"
                )
            return self._build(database, progress)

    def _usable(self, database: Database) -> State | None:
        state = load_state(self.path)
        if state is None or state.schema != SCHEMA or not _exists(self.path / state.folder):
            return None
        return state if same_feed(database, state) else None

    def _build(self, database: Database, progress: Progress) -> int:
        from storage import change_feed, queries

        folder = create_generation(self.path)
        index = tantivy.Index(_FIELDS, path=str(folder))
        state, done = State(schema=SCHEMA, folder=folder.name), 0
        with database.read() as session:
            last = change_feed.changes(session, after=change_feed.last_change(session) - 1, limit=1)
            total = queries.totals(session).articles
        with _Writer(index) as writer:
            for versions in all_articles(database):
                writer.put(versions)
                done += len(versions)
                progress(done, max(done, total))
        save_state(self.path, state.moved(last[0].id, last[0].at) if last else state)
        remove_other_generations(self.path, folder.name)
        return done

    def _catch_up(self, database: Database, state: State, progress: Progress) -> int:
        total = changes_behind(database, state.position)
        index, done = tantivy.Index(_FIELDS, path=str(self.path / state.folder)), 0
        if not next_batch(database, state):
            return 0
        with _Writer(index) as writer:
            while batch := next_batch(database, state):
                writer.drop(batch.merged)
                writer.put(batch.versions)
                state = state.moved(batch.position, batch.at)
                save_state(self.path, state)
                done += len(batch.versions)
                progress(done, max(done, total))
        return done

    # -------------------------------------------------------------- reading

    def snapshot(self) -> Snapshot:
        """The current state of the index. Raises ArchiveError if there is none of this release."""
        state = load_state(self.path)
        if state is None or state.schema not in READABLE:
            raise ArchiveError(f"{self.path}: no index of this release; run polarchive index rebuild")
        try:
            return self._snapshot(state.folder)
        except (ArchiveError, ValueError):
            if load_state(self.path) == state:
                raise
        return self.snapshot()  # another process replaced it in between

    def _snapshot(self, folder: str) -> Snapshot:
        if self._open is None or self._open[0] != folder:
            self._open = folder, _reader(self.path / folder)
        self._open[1].reload()
        return Snapshot(self._open[1].searcher())


def _exists(folder: Path) -> bool:
    return folder.is_dir() and tantivy.Index.exists(str(folder))


def _reader(folder: Path) -> tantivy.Index:
    if not _exists(folder):
        raise ArchiveError(f"{folder}: the index is missing; run polarchive index rebuild")
    index = tantivy.Index(_FIELDS, path=str(folder))
    index.config_reader("manual")
    return index


class _Writer:
    """Writes articles to an index, in place of their earlier documents."""

    def __init__(self, index: tantivy.Index) -> None:
        self._writer = index.writer(_MEMORY, 1)

    def __enter__(self) -> _Writer:
        return self

    def drop(self, articles: Iterable[int]) -> None:
        """Delete articles that no longer exist, with the next commit."""
        for article in articles:
            self._writer.delete_documents_by_term("key", str(article))

    def put(self, versions: Iterable[Version]) -> None:
        """Replace the documents of these articles, in one commit."""
        for version in versions:
            self._writer.delete_documents_by_term("key", str(version.article_id))
            self._writer.add_document(_document(version))
        self._writer.commit()

    def __exit__(self, *_: object) -> None:
        self._writer.wait_merging_threads()


# ------------------------------------------------------------------ reading


@frozen(kw_only=True)
class Match:
    """A matching article, at the version that is indexed."""

    article: int
    policy: int
    version: int
    score: float


@frozen(kw_only=True)
class IndexHits:
    """The number of matching articles, and the first of them."""

    total: int
    matches: tuple[Match, ...]


class Snapshot:
    """One state of the index; later writes are not visible in it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def find(self, query: Query, *, limit: int, newest_first: bool = False) -> IndexHits:
        """The best matches, or the latest."""
        field = "day" if newest_first else None
        result = self._searcher.search(query, max(limit, 1), order_by_field=field)
        hits = result.hits[: max(limit, 0)]
        addresses = [address for _, address in hits]
        columns = [
            self._searcher.fast_field_values(name, addresses) for name in ("article", "policy", "version")
        ]
        scores = [0.0 if newest_first else float(score) for score, _ in hits]
        matches = (
            Match(article=int(article or 0), policy=int(policy or 0), version=int(version or 0), score=score)
            for score, article, policy, version in zip(scores, *columns, strict=True)
        )
        return IndexHits(
            total=result.count,  # type: ignore[attr-defined]  # missing in its stub
            matches=tuple(matches),
        )


def words(field: Field, wanted: Sequence[str]) -> Query:
    """A query for these tokens in sequence. A ``phrase_query`` of a single token would panic."""
    if not wanted:
        return Query.empty_query()
    if len(wanted) == 1:
        return Query.term_query(_FIELDS, field, wanted[0], "freq")
    pairs: list[str | tuple[int, str]] = list(map(_JOINT.join, pairwise(wanted)))
    if len(pairs) == 1:
        return Query.term_query(_FIELDS, f"{field}_pairs", str(pairs[0]), "freq")
    return Query.phrase_query(_FIELDS, f"{field}_pairs", pairs)


def boosted(query: Query, extra: Query, factor: float) -> Query:
    """A query that ranks matches of ``query`` higher if they match ``extra`` too."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, Query.boost_query(extra, factor))])


def portals(slugs: Iterable[str]) -> Query:
    """Articles of these portals."""
    return _unranked(Query.term_set_query(_FIELDS, "portal", [fold(slug) for slug in slugs]))


def policies(ids: Iterable[int]) -> Query:
    """Articles of these policies."""
    return _unranked(Query.term_set_query(_FIELDS, "policy", list(ids)))


def dated(first: dt.date, last: dt.date) -> Query:
    """Articles published from ``first`` to ``last``; articles without a date never match."""
    bounds = first.toordinal(), last.toordinal()
    return _unranked(Query.range_query(_FIELDS, "day", tantivy.FieldType.Integer, *bounds))


def all_of(parts: Iterable[Query]) -> Query:
    """A query for what matches all of these."""
    return Query.boolean_query([(Occur.Must, part) for part in parts])


def any_of(parts: Iterable[Query]) -> Query:
    """A query for what matches at least one of these."""
    return Query.boolean_query([(Occur.Should, part) for part in parts])


def none_of(part: Query) -> Query:
    """A query for what does not match this."""
    everything = _unranked(Query.all_query())
    return Query.boolean_query([(Occur.Must, everything), (Occur.MustNot, part)])


def _unranked(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
