"""The only writer of articles: an extraction becomes a new version, or confirms the newest one.

One transaction per article. Lock order on PostgreSQL: first the article's row, then the change feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from attrs import evolve
from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from policy.documents.dates import calendar_day, printed_day
from policy.errors import PolarchiveError, Rejected
from policy.records import Article, Change, ChangeKind
from policy.records.saves import Candidate, Decision, SaveResult
from policy.rules.extraction import Extraction, Reread
from policy.rules.identity import content_hash, policy_keys
from policy.rules.revisit import next_visit
from policy.text.words import fold
from storage import queries, rows
from storage.articles import availability, captures
from storage.articles.attachments import copy_files_to_version
from storage.articles.availability import schedule_revisit, set_seen
from storage.articles.classification import classify, newest_version
from storage.change_feed import add_change
from storage.database import Database, insert, insert_unless_there, lock_article, lock_feed
from storage.tables import (
    ArticleRow,
    AttachmentRow,
    KeywordRow,
    PolicyKeyRow,
    PolicyRow,
    RunRow,
    VersionCaptureRow,
    VersionRow,
)

Decide = Callable[[Article, Sequence[Candidate]], Decision]
"""Decides which policy a new article belongs to, given the policies known under its keys."""

_TRIES = 5


class ConcurrentSave(PolarchiveError):
    """Another process archived the same article at the same time; the save is repeated."""


def save_article(
    database: Database, reading: Extraction, *, decide: Decide, reread: Reread | None = None
) -> SaveResult:
    """Save an extraction in its own transaction; repeats it if another process saved the article first.
    ``decide`` sees the candidates of the same transaction. Raises Rejected also for characters that the
    database cannot store."""
    return _in_own_transaction(
        database, reading, lambda session: save_in_session(session, reading, decide=decide, reread=reread)
    )


def save_in_session(
    session: Session, reading: Extraction, *, decide: Decide, reread: Reread | None = None
) -> SaveResult:
    """Save an extraction in the caller's transaction.

    ``decide`` is called for new articles only. ``reread`` extracts old captures with the code and
    boilerplate set of ``reading``. No version is added for a payload that was extracted before, for
    unchanged text, or for a capture older than the newest version (``outdated``). Raises Rejected if pages
    are missing that the newest version has, Drifted if fields or text were lost, ConcurrentSave if the
    transaction should be repeated.
    """
    reading = evolve(reading, captures=captures.record_captures(session, reading.captures, reading.run_id))
    row = lock_article(session, reading.article.portal, reading.article.key)
    if row is None:
        return _add_article(session, reading, decide)
    reading = _with_stored_key(row, reading)
    changes = _apply_aliases(session, row, reading)
    verdict = classify(session, row, reading, reread)
    if verdict == "outdated":
        row.first_seen = min(row.first_seen, reading.at)
        return SaveResult(kind="outdated", article_id=row.id, version=row.newest)
    changes += set_seen(session, row, reading.at, reading.run_id)
    if verdict == "revised":
        lied = _has_same_validators(session, row, reading)
        revised = _revise(session, row, reading)
        return evolve(revised, changes=(*changes, *revised.changes), lied=lied)
    _set_validators(row, reading)
    schedule_revisit(row, reading.at)
    row.last_digests = reading.digests
    if verdict == "same words":
        row.last_code, row.last_boilerplate, row.last_hash = reading.code, reading.boilerplate, reading.hash
    return SaveResult(kind="unchanged", changes=changes, article_id=row.id, version=row.newest)


def save_reextraction(database: Database, reading: Extraction, *, decide: Decide) -> SaveResult:
    """Save what today's code extracts from stored captures, in its own transaction.

    Text that differs from the newest version becomes the next version, with a change of kind
    ``reextracted``, even if its payload was extracted before. An article that is not archived yet is
    added.
    """
    return _in_own_transaction(
        database, reading, lambda session: _save_reextraction(session, reading, decide)
    )


def _retried(database: Database, step: Callable[[Session], SaveResult]) -> SaveResult:
    for left in reversed(range(_TRIES)):
        try:
            with database.write() as session:
                return step(session)
        except (ConcurrentSave, IntegrityError):
            if not left:
                raise
    raise AssertionError("unreachable")


def _in_own_transaction(
    database: Database, reading: Extraction, step: Callable[[Session], SaveResult]
) -> SaveResult:
    try:
        return _retried(database, step)
    except (DataError, UnicodeEncodeError) as error:
        reason, article = str(error).partition("\n")[0], reading.article
        raise Rejected(f"cannot be stored: {reason}", portal=article.portal, url=article.url) from error


def _save_reextraction(session: Session, reading: Extraction, decide: Decide) -> SaveResult:
    row = lock_article(session, reading.article.portal, reading.article.key)
    if row is None:
        return _add_article(session, reading, decide)
    reading = _with_stored_key(row, reading)
    newest = newest_version(session, row)
    archived = rows.load_article(newest.record, newest.text)
    if reading.hash not in {newest.content_hash, content_hash(archived)}:
        return _revise(session, row, reading, kind="reextracted")
    row.last_digests = reading.digests
    row.last_code, row.last_boilerplate, row.last_hash = reading.code, reading.boilerplate, reading.hash
    return SaveResult(kind="unchanged", article_id=row.id, version=row.newest)


def _apply_aliases(session: Session, row: ArticleRow, reading: Extraction) -> tuple[Change, ...]:
    """Save the extraction's aliases and move the article if its address changed, before its text is compared.
    A capture older than the last visit moves nothing."""
    if not reading.aliases or reading.at < row.last_seen:
        availability.save_aliases(session, row.portal, row.id, reading.aliases, reading.at)
        return ()
    seen = set_seen(session, row, reading.at, reading.run_id)
    return seen + availability.apply_aliases(
        session, row, reading.article, reading.aliases, reading.at, reading.run_id
    )


def _with_stored_key(row: ArticleRow, reading: Extraction) -> Extraction:
    """The extraction under the key that the article has in the archive."""
    if reading.article.key == row.key:
        return reading
    return evolve(reading, article=evolve(reading.article, key=row.key))


def _has_same_validators(session: Session, row: ArticleRow, reading: Extraction) -> bool:
    """Whether the text changed and the validators did not. If so, the portal's validators are ignored from
    now on."""
    before = availability.load_validators(row.validators)
    lied = before is not None and before.says_same(reading.validators)
    _set_validators(row, reading)
    if lied:
        availability.mark_inconsistent(session, row.portal, reading.article.url, reading.at)
    return lied


def _set_validators(row: ArticleRow, reading: Extraction) -> None:
    if reading.at >= row.last_seen:  # a replay of an older night changes nothing
        row.validators, row.validated = availability.dump_validators(reading.validators), False
        row.looks += 1


def _first_due(reading: Extraction) -> dict[str, dt.date]:
    looked = calendar_day(reading.at)
    published = reading.article.published
    stands_since = min(calendar_day(published.value), looked) if published else looked
    due = next_visit(reading.article.key, looked, stands_since=stands_since, first=True)
    return {"stands_since": stands_since, "due": due}


def _add_article(session: Session, reading: Extraction, decide: Decide) -> SaveResult:
    has_waited = lock_feed(session)
    if has_waited and lock_article(session, reading.article.portal, reading.article.key) is not None:
        raise ConcurrentSave(f"{reading.article.portal} {reading.article.key}: archived by another process")
    keys = policy_keys(reading.article)
    known = decide(reading.article, queries.candidates(session, keys)).policy_id
    policy_id = _add_policy(session, reading) if known is None else known
    article_id = insert(
        session,
        ArticleRow,
        policy_id=policy_id,
        portal=reading.article.portal,
        key=reading.article.key,
        newest=1,
        first_seen=reading.at,
        last_seen=reading.at,
        **_first_due(reading),
        validators=availability.dump_validators(reading.validators),
        **_newest_columns(reading),
    )
    _add_keys(session, policy_id, keys)
    _add_version(session, article_id, 1, reading)
    kind: ChangeKind = "new_policy" if known is None else "source_added"
    change = _add_change(session, reading, kind, policy_id, article_id, 1)
    availability.save_aliases(session, reading.article.portal, article_id, reading.aliases, reading.at)
    return SaveResult(kind="new", changes=(change,), article_id=article_id, version=1)


def _revise(
    session: Session, row: ArticleRow, reading: Extraction, kind: ChangeKind | None = None
) -> SaveResult:
    lock_feed(session)
    completed = _completes(newest_version(session, row), reading.article)
    row.newest += 1
    if kind is None:
        row.stands_since = calendar_day(reading.at)
        schedule_revisit(row, reading.at)
    asked_at = row.url, row.page_urls
    for name, value in _newest_columns(reading).items():
        setattr(row, name, value)
    if kind == "reextracted" or _is_import(session, reading):  # its captures may be from before it moved
        row.url, row.page_urls = asked_at
    _add_keys(session, row.policy_id, policy_keys(reading.article))
    _add_version(session, row.id, row.newest, reading)
    copy_files_to_version(session, row.id, row.newest)
    kind = kind or ("completed" if completed else "new_version")
    change = _add_change(session, reading, kind, row.policy_id, row.id, row.newest)
    return SaveResult(kind="revised", changes=(change,), article_id=row.id, version=row.newest)


def _completes(before: VersionRow, article: Article) -> bool:
    """Whether the missing pages or parts of a version came, and nothing else changed.

    A text that is rewritten may also be without gaps; that is a new version.
    """
    was = rows.load_completeness(before.record)
    if was.complete or not article.completeness.complete:
        return False
    lines, now = ({fold(line) for line in text.split("\n")} for text in (before.text, article.text))
    came = {heading.label for heading in article.outline.headings} >= {*was.gaps}
    added, changed = len(now - lines), len(lines - now)
    return bool(was.missing_pages) or (came and changed <= 1 and added > changed)


def _is_import(session: Session, reading: Extraction) -> bool:
    """Whether the run imported pages saved by hand: the article then keeps its address."""
    run = session.get(RunRow, reading.run_id) if reading.run_id is not None else None
    return run is not None and run.kind == "import"


def _newest_columns(reading: Extraction) -> dict[str, object]:
    return {
        "url": reading.article.url,
        "page_urls": list(reading.article.page_urls),
        "title": reading.article.title.value,
        "newest_at": reading.at,
        "last_digests": reading.digests,
        "last_code": reading.code,
        "last_hash": reading.hash,
        "last_boilerplate": reading.boilerplate,
    }


# ------------------------------------------------------------------ rows


def _add_policy(session: Session, reading: Extraction) -> int:
    title = reading.article.document_title
    policy_id: int = insert(session, PolicyRow, title=title, first_seen=reading.at)
    return policy_id


def _add_keys(session: Session, policy_id: int, keys: Sequence[str]) -> None:
    """A key that another policy has stays with that policy."""
    for key in keys:
        insert_unless_there(session, PolicyKeyRow, key=key, policy_id=policy_id)


def _add_version(session: Session, article_id: int, number: int, reading: Extraction) -> None:
    article = reading.article
    version_id = insert(
        session,
        VersionRow,
        article_id=article_id,
        number=number,
        at=reading.at,
        content_hash=reading.hash,
        code=reading.code,
        title=article.title.value,
        doc_no=article.doc_no.value.norm if article.doc_no else None,
        published=printed_day(article.published.value) if article.published else None,
        text=article.text,
        record=rows.dump_article(article),
        boilerplate=reading.boilerplate,
    )
    for page, capture in enumerate(reading.captures, start=1):
        insert(session, VersionCaptureRow, version_id=version_id, page=page, capture_id=capture.id)
    for attachment in article.attachments:
        insert(session, AttachmentRow, version_id=version_id, url=attachment.url, name=attachment.name)


def _add_change(
    session: Session, reading: Extraction, kind: ChangeKind, policy_id: int, article_id: int, version: int
) -> Change:
    change = Change(
        id=0,
        kind=kind,
        policy_id=policy_id,
        article_id=article_id,
        version=version,
        at=reading.at.astimezone(dt.UTC),
        silent=reading.silent,
        run_id=reading.run_id,
    )
    return add_change(session, change)


def set_keywords(session: Session, article_id: int, number: int, words: Sequence[str]) -> None:
    """Replace the keywords of a version."""
    wanted = (VersionRow.article_id == article_id, VersionRow.number == number)
    version_id = session.scalars(select(VersionRow.id).where(*wanted)).one()
    session.execute(delete(KeywordRow).where(KeywordRow.version_id == version_id))
    for rank, word in enumerate(words, start=1):
        insert(session, KeywordRow, version_id=version_id, rank=rank, word=word)
