"""The only writer of articles: a reading becomes a version, or the proof that nothing changed.

One article a transaction: on PostgreSQL an article's row is held first and the feed's lock after.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Literal

from attrs import define, evolve
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from policy.errors import ArchiveError, PageError, PolarchiveError, Rejected
from policy.identity import content_hash, policy_keys
from policy.records import Article, Candidate, Capture, Change, ChangeKind, Decision, Saved
from storage import article_json, queries
from storage.database import Database
from storage.models import (
    ArticleRow,
    AttachmentRow,
    CaptureRow,
    ChangeRow,
    KeywordRow,
    PolicyKeyRow,
    PolicyRow,
    VersionCaptureRow,
    VersionRow,
)
from storage.rows import capture_record, change_record
from storage.upsert import insert_unless_there

logger = logging.getLogger(__name__)

Decide = Callable[[Article, Sequence[Candidate]], Decision]
"""Which policy a new article belongs to, seeing the policies known under its keys."""

Reread = Callable[[tuple[Capture, ...]], Article]
"""Captures of an article's pages read again with today's code; raises PageError or ArchiveError."""

_FEED_LOCK = 7_022_302  # any number of our own
_TRIES = 5


class Conflict(PolarchiveError):
    """Another writer archived the same thing meanwhile: try again."""


@define(kw_only=True, slots=False)
class _Reading:
    """An article as read now, and what it was read from."""

    article: Article
    captures: tuple[Capture, ...]
    code: str
    now: dt.datetime
    run_id: int | None
    quiet: bool

    @cached_property
    def at(self) -> dt.datetime:
        """When the words were there: the time of the capture, not of the clock."""
        return max((capture.at for capture in self.captures), default=self.now)

    @cached_property
    def hash(self) -> str:
        return content_hash(self.article)

    @property
    def digests(self) -> list[str]:
        return [capture.digest for capture in self.captures]


def store(
    database: Database,
    article: Article,
    *,
    decide: Decide,
    captures: Sequence[Capture],
    code: str,
    now: dt.datetime,
    run_id: int | None = None,
    quiet: bool = False,
    reread: Reread | None = None,
) -> Saved:
    """Save in a transaction of its own, deciding with the candidates seen in it; tries again when
    another writer came first."""
    for left in reversed(range(_TRIES)):
        try:
            with database.write() as session:
                known = record_captures(session, captures, run_id)
                reading = _Reading(
                    article=article, captures=known, code=code, now=now, run_id=run_id, quiet=quiet
                )
                return _save(session, reading, decide, reread)
        except (Conflict, IntegrityError):
            if not left:
                raise
    raise AssertionError("unreachable")


def save(
    session: Session,
    article: Article,
    *,
    captures: Sequence[Capture],
    decision: Decision,
    code: str,
    now: dt.datetime,
    run_id: int | None = None,
    quiet: bool = False,
    reread: Reread | None = None,
) -> Saved:
    """Save in the caller's transaction with a decision already made (used for a new article only).

    Nothing is added for a payload already read, for words that did not change, for a capture older
    than the newest version (``outdated``). Raises Rejected when pages are missing that the newest
    version has, Conflict when the transaction should be repeated.
    """
    known = record_captures(session, captures, run_id)
    reading = _Reading(article=article, captures=known, code=code, now=now, run_id=run_id, quiet=quiet)
    return _save(session, reading, lambda _article, _candidates: decision, reread)


def record_captures(
    session: Session, captures: Sequence[Capture], run_id: int | None = None
) -> tuple[Capture, ...]:
    """The captures with their ids, in the same order; one already recorded is not recorded again."""
    ids = {capture.record_id: capture.id for capture in captures if capture.id is not None}
    for capture in captures:
        if capture.record_id not in ids:
            ids[capture.record_id] = _record_capture(session, capture, run_id)
    return tuple(evolve(capture, id=ids[capture.record_id]) for capture in captures)


def _record_capture(session: Session, capture: Capture, run_id: int | None) -> int:
    insert = insert_unless_there(session, CaptureRow).values(
        record_id=capture.record_id,
        url=capture.url,
        at=capture.at,
        status=capture.status,
        file=capture.file,
        offset=capture.offset,
        length=capture.length,
        digest=capture.digest,
        mime=capture.mime,
        run_id=run_id,
    )
    added = session.scalar(insert.returning(CaptureRow.id))
    known = select(CaptureRow.id).where(CaptureRow.record_id == capture.record_id)
    return added if added is not None else session.scalars(known).one()


def mark_seen(session: Session, portal: str, key: str, at: dt.datetime) -> bool:
    """A listing or an answer shows that the article is still there; False when it is not archived."""
    row = _held(session, portal, key)
    if row is not None:
        _see(row, at)
    return row is not None


def mark_gone(session: Session, portal: str, key: str, at: dt.datetime) -> bool:
    """The article's page is not there. The first such time is kept until it is seen again; True
    when this is the first."""
    row = _held(session, portal, key)
    if row is None or row.missing_since is not None:
        return False
    row.missing_since = at
    return True


def set_keywords(session: Session, article_id: int, number: int, words: Sequence[str]) -> None:
    """Keep the keywords computed for a version, in place of those it had."""
    wanted = (VersionRow.article_id == article_id, VersionRow.number == number)
    version_id = session.scalars(select(VersionRow.id).where(*wanted)).one()
    session.execute(delete(KeywordRow).where(KeywordRow.version_id == version_id))
    session.add_all(
        KeywordRow(version_id=version_id, rank=rank, word=word) for rank, word in enumerate(words, start=1)
    )


# ------------------------------------------------------------------ known or new


def _save(session: Session, reading: _Reading, decide: Decide, reread: Reread | None) -> Saved:
    row = _held(session, reading.article.portal, reading.article.key)
    if row is None:
        return _add_article(session, reading, decide)
    newest = _newest(session, row)
    verdict = _judge(session, row, newest, reading, reread)
    if verdict == "outdated":
        row.first_seen = min(row.first_seen, reading.at)
        return Saved(kind="outdated", article_id=row.id, version=row.newest)
    _see(row, reading.at)
    if verdict == "unchanged":
        row.last_digests = reading.digests
        return Saved(kind="unchanged", article_id=row.id, version=row.newest)
    return _revise(session, row, newest, reading)


def _held(session: Session, portal: str, key: str) -> ArticleRow | None:
    wanted = select(ArticleRow).where(ArticleRow.portal == portal, ArticleRow.key == key)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def _newest(session: Session, row: ArticleRow) -> VersionRow:
    wanted = (VersionRow.article_id == row.id, VersionRow.number == row.newest)
    return session.scalars(select(VersionRow).where(*wanted)).one()


def _see(row: ArticleRow, at: dt.datetime) -> None:
    row.first_seen, row.last_seen = min(row.first_seen, at), max(row.last_seen, at)
    if row.missing_since is not None and row.missing_since <= at:
        row.missing_since = None


# ------------------------------------------------------------------ is it another version?


def _judge(
    session: Session, row: ArticleRow, newest: VersionRow, reading: _Reading, reread: Reread | None
) -> Literal["unchanged", "outdated", "revised"]:
    if reading.digests and reading.digests == row.last_digests:
        return "unchanged"
    captures = _captures(session, newest)
    if reading.digests and reading.digests == [capture.digest for capture in captures]:
        return "unchanged"
    if reading.at < newest.at:
        return "outdated"
    _refuse_loss(newest, reading.article)
    if not _is_same(row, newest, reading, captures, reread):
        return "revised"
    row.last_code, row.last_hash = reading.code, reading.hash
    return "unchanged"


def _is_same(
    row: ArticleRow,
    newest: VersionRow,
    reading: _Reading,
    captures: tuple[Capture, ...],
    reread: Reread | None,
) -> bool:
    """Where the code changed too, the hash of the newest version under the new code is what counts."""
    if reading.hash == newest.content_hash:
        return True
    if reading.code == row.last_code:
        return reading.hash == row.last_hash
    if reading.code == newest.code or reread is None or not captures:
        return False
    return reading.hash == _reread_hash(reread, captures)


def _reread_hash(reread: Reread, captures: tuple[Capture, ...]) -> str | None:
    try:
        return content_hash(reread(captures))
    except (PageError, ArchiveError) as error:
        logger.warning("%s: the older capture cannot be read again: %s", captures[0].url, error)
        return None


def _captures(session: Session, version: VersionRow) -> tuple[Capture, ...]:
    query = (
        select(CaptureRow)
        .join(VersionCaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
        .where(VersionCaptureRow.version_id == version.id)
        .order_by(VersionCaptureRow.page)
    )
    return tuple(capture_record(row) for row in session.scalars(query))


def _refuse_loss(newest: VersionRow, article: Article) -> None:
    missing = article.completeness.missing_pages
    lost = [page for page in missing if page not in newest.record["completeness"]["missing_pages"]]
    if lost:
        raise Rejected(
            f"{_page_name(lost[0], article)} could not be read; the archived version stays",
            portal=article.portal,
            url=article.url,
        )


def _page_name(url: str, article: Article) -> str:
    if url not in article.page_urls:
        return f"page {url}"
    return f"page {article.page_urls.index(url) + 1} of {len(article.page_urls)}"


# ------------------------------------------------------------------ adding


def _add_article(session: Session, reading: _Reading, decide: Decide) -> Saved:
    _lock_feed(session)
    if _held(session, reading.article.portal, reading.article.key) is not None:
        raise Conflict(f"{reading.article.portal} {reading.article.key}: archived meanwhile")
    keys = policy_keys(reading.article)
    policy_id = decide(reading.article, queries.candidates(session, keys)).policy_id
    kind: ChangeKind = "new_policy" if policy_id is None else "source_added"
    row = _article_row(reading, policy_id or _add_policy(session, reading))
    session.add(row)
    session.flush()
    _register(session, row.policy_id, keys)
    return _add_version(session, row, reading, kind)


def _add_policy(session: Session, reading: _Reading) -> int:
    title = reading.article.title_official or reading.article.title
    policy = PolicyRow(title=title.value, first_seen=reading.at)
    session.add(policy)
    session.flush()
    return policy.id


def _article_row(reading: _Reading, policy_id: int) -> ArticleRow:
    return ArticleRow(
        policy_id=policy_id,
        portal=reading.article.portal,
        key=reading.article.key,
        newest=0,
        first_seen=reading.at,
        last_seen=reading.at,
        **_newest_columns(reading),
    )


def _newest_columns(reading: _Reading) -> dict[str, object]:
    return {
        "url": reading.article.url,
        "page_urls": list(reading.article.page_urls),
        "title": reading.article.title.value,
        "newest_at": reading.at,
        "last_digests": reading.digests,
        "last_code": reading.code,
        "last_hash": reading.hash,
    }


def _revise(session: Session, row: ArticleRow, newest: VersionRow, reading: _Reading) -> Saved:
    _lock_feed(session)
    for name, value in _newest_columns(reading).items():
        setattr(row, name, value)
    _register(session, row.policy_id, policy_keys(reading.article))
    was = article_json.load(newest.record, newest.text).completeness
    completed = not was.complete and reading.article.completeness.complete
    return _add_version(session, row, reading, "completed" if completed else "new_version")


def _register(session: Session, policy_id: int, keys: Sequence[str]) -> None:
    """A key that is taken stays with the policy that had it first: ambiguous stays apart."""
    for key in keys:
        session.execute(insert_unless_there(session, PolicyKeyRow).values(key=key, policy_id=policy_id))


def _add_version(session: Session, row: ArticleRow, reading: _Reading, kind: ChangeKind) -> Saved:
    row.newest += 1
    version = _version_row(row, reading)
    session.add(version)
    session.flush()
    session.add_all(
        VersionCaptureRow(version_id=version.id, page=page, capture_id=capture.id)
        for page, capture in enumerate(reading.captures, start=1)
    )
    session.add_all(
        AttachmentRow(version_id=version.id, url=attachment.url, name=attachment.name)
        for attachment in reading.article.attachments
    )
    change = _add_change(session, row, reading, kind)
    saved: Literal["new", "revised"] = "new" if row.newest == 1 else "revised"
    return Saved(kind=saved, changes=(change,), article_id=row.id, version=row.newest)


def _version_row(row: ArticleRow, reading: _Reading) -> VersionRow:
    article = reading.article
    published = article.published.value if article.published else None
    return VersionRow(
        article_id=row.id,
        number=row.newest,
        at=reading.at,
        content_hash=reading.hash,
        code=reading.code,
        title=article.title.value,
        doc_no=article.doc_no.value.norm if article.doc_no else None,
        published=published.date() if isinstance(published, dt.datetime) else published,
        text=article.text,
        record=article_json.dump(article),
    )


def _add_change(session: Session, row: ArticleRow, reading: _Reading, kind: ChangeKind) -> Change:
    change = ChangeRow(
        kind=kind,
        policy_id=row.policy_id,
        article_id=row.id,
        version=row.newest,
        at=reading.at,
        quiet=reading.quiet,
        run_id=reading.run_id,
    )
    session.add(change)
    session.flush()
    return change_record(change)


def _lock_feed(session: Session) -> None:
    """PostgreSQL: until the commit nobody else adds a change, so ids appear in commit order.
    SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_FEED_LOCK)))
