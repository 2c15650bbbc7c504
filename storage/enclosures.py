"""Files that a run brought, put to the article that offers them.

A file that fails to load or to read changes nothing but the note that it did. One whose words differ
from those that the newest version was confirmed with makes a version; words that come for the first
time are that version's own, and the feed says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from attrs import evolve, frozen
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from policy.files import FileText
from policy.records import Attachment, Fetched, File
from policy.words import fold
from storage.captured import record_captures
from storage.changes import tell
from storage.database import Database
from storage.files import carry_files, file_text, files_of, keep_text, put_file
from storage.inserts import insert
from storage.locks import hold_article, lock_feed
from storage.models import ArticleRow, AttachmentRow, ChangeRow, VersionCaptureRow, VersionRow
from storage.readings import newest_version

Enclosed = Literal["revised", "read", "unchanged", "unknown"]
"""What the files did: a version, words that were not there before, nothing; or there is no article."""

_Effect = Literal["revised", "read", "unchanged"]


@frozen(kw_only=True)
class _Judged:
    """An attachment of the newest version, what came for it, and what that does."""

    row: AttachmentRow
    held: File
    fetched: Fetched
    effect: _Effect


def store_files(
    database: Database, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> Enclosed:
    """Enclose in a transaction of its own."""
    with database.write() as session:
        return enclose(session, portal, key, fetched, run_id=run_id)


def enclose(
    session: Session, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> Enclosed:
    """Put what was fetched to the newest version, or to a new one, in the caller's transaction."""
    article = hold_article(session, portal, key)
    fetched, reread = _kept(session, fetched, run_id)
    if article is None:
        return "unknown"
    newest = newest_version(session, article)
    since = _said_since(session, newest)
    judged = [
        _Judged(row=row, held=held, fetched=each, effect=_effect(session, since, held, each, reread))
        for each in fetched
        for row, held in _offered(session, newest, each.attachment)
        if held.checked is None or each.at >= held.checked
    ]
    effects = {each.effect for each in judged}
    if "revised" in effects:
        at = max(each.fetched.at for each in judged)
        _revise(session, article, newest, judged, max(at, article.newest_at), run_id)
        return "revised"
    for each in judged:
        _note(session, each.row.id, each)
    if "read" not in effects:
        return "unchanged"
    at = max(each.fetched.at for each in judged)
    tell(session, article, "attachments", at, run_id, quiet=_is_quiet(session, article))
    return "read"


def _kept(
    session: Session, fetched: Sequence[Fetched], run_id: int | None
) -> tuple[list[Fetched], frozenset[str]]:
    """With the ids of their captures, what they say kept; and the payloads that say more than before."""
    kept, reread = [], set()
    for each in fetched:
        if each.capture is not None and each.content is not None:
            (capture,) = record_captures(session, [each.capture], run_id)
            before = file_text(session, capture.digest)
            content = keep_text(session, capture.digest, each.content, each.at)
            if before is not None and before.text != content.text:
                reread.add(capture.digest)
            kept.append(evolve(each, capture=capture, content=content))
        else:
            kept.append(each)
    return kept, frozenset(reread)


def _offered(
    session: Session, newest: VersionRow, attachment: Attachment
) -> list[tuple[AttachmentRow, File]]:
    """The version's attachment of this address; of this name where a page moved it and said nothing."""
    query = select(AttachmentRow).where(AttachmentRow.version_id == newest.id).order_by(AttachmentRow.id)
    both = list(zip(session.scalars(query), files_of(session, [newest.id]).get(newest.id, ()), strict=True))
    exact = [(row, file) for row, file in both if row.url == attachment.url]
    named = [(row, file) for row, file in both if fold(row.name) == fold(attachment.name)]
    return exact[:1] or (named if len(named) == 1 else [])


# ------------------------------------------------------------------ what a file does


def _effect(
    session: Session, since: dt.datetime, held: File, fetched: Fetched, reread: frozenset[str]
) -> _Effect:
    if fetched.capture is None or fetched.content is None or fetched.content.status != "read":
        return "unchanged"
    if held.capture and held.capture.digest == fetched.capture.digest:
        return "read" if fetched.capture.digest in reread else "unchanged"
    if held.capture is None or not held.text:
        return "read" if fetched.content.text else "unchanged"
    known = fetched.before or file_text(session, held.capture.digest)
    if known is None or not _is_comparable(known, fetched.content):
        return "read"
    if fold(known.text) == fold(fetched.content.text):
        return "unchanged"
    confirmed = held.checked is not None and held.checked >= since
    return "revised" if confirmed else "read"


def _said_since(session: Session, newest: VersionRow) -> dt.datetime:
    """Since when the page says what it says: captures read again make versions, and change no page."""
    reread = select(ChangeRow.version).where(
        ChangeRow.article_id == newest.article_id, ChangeRow.kind == "reextracted"
    )
    versions = select(func.max(VersionRow.at)).where(
        VersionRow.article_id == newest.article_id, VersionRow.number.not_in(reread)
    )
    return session.scalar(versions) or newest.at


def _is_comparable(before: FileText, after: FileText) -> bool:
    """Whether both payloads were read by the same reader: only then do their words differ by the file."""
    return before.status == "read" and before.reader == after.reader


def _note(session: Session, attachment_id: int, judged: _Judged) -> None:
    """Remember how it went; a file that was read keeps its words when its successor cannot be."""
    held, fetched = judged.held, judged.fetched
    failed, capture = fetched.failed, held.capture
    news = False
    if fetched.capture is not None and fetched.content is not None:
        same = capture is not None and capture.digest == fetched.capture.digest
        if fetched.content.status != "read" and held.text and not same:
            failed = f"{fetched.content.status}: the file of today cannot be read"
        else:
            news = not same
            capture = fetched.capture if news else capture
    put_file(
        session,
        attachment_id,
        fetched.attachment.url,
        capture.id if capture else None,
        failed,
        fetched.at,
        0 if news else held.unchanged + 1,
    )


# ------------------------------------------------------------------ a version of its files


def _revise(
    session: Session,
    article: ArticleRow,
    newest: VersionRow,
    judged: Sequence[_Judged],
    at: dt.datetime,
    run_id: int | None,
) -> None:
    """The same page with other files: its row, captures and attachments once more under a new number."""
    lock_feed(session)
    number = article.newest + 1
    version_id = _copied(session, newest, number, at)
    offered = select(AttachmentRow).where(AttachmentRow.version_id == newest.id).order_by(AttachmentRow.id)
    copies = {
        row.id: insert(session, AttachmentRow, version_id=version_id, url=row.url, name=row.name)
        for row in session.scalars(offered)
    }
    carry_files(session, article.id, number)
    for each in judged:
        _note(session, copies[each.row.id], each)
    article.newest, article.newest_at = number, at
    session.flush()
    tell(session, article, "new_version", at, run_id)


def _copied(session: Session, newest: VersionRow, number: int, at: dt.datetime) -> int:
    columns = {column.key: getattr(newest, column.key) for column in VersionRow.__table__.columns}
    del columns["id"]
    version_id: int = insert(session, VersionRow, **columns | {"number": number, "at": at})
    pages = select(VersionCaptureRow.page, VersionCaptureRow.capture_id).where(
        VersionCaptureRow.version_id == newest.id
    )
    for page, capture_id in session.execute(pages).all():
        insert(session, VersionCaptureRow, version_id=version_id, page=page, capture_id=capture_id)
    return version_id


def _is_quiet(session: Session, article: ArticleRow) -> bool:
    """As the article was when it came: a first crawl's files are not news either."""
    first = select(ChangeRow.quiet).where(ChangeRow.article_id == article.id).order_by(ChangeRow.id).limit(1)
    return bool(session.scalar(first))
