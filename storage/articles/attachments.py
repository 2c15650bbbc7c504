"""Attachments of versions: their state, and the text of their payloads (read once, stored by digest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from attrs import asdict, evolve, field, frozen
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from policy.records import Attachment, Fetched, File
from policy.records.content import FileText
from policy.text.words import fold
from storage.articles.captures import record_captures
from storage.articles.classification import newest_version
from storage.change_feed import record_change
from storage.database import Database, insert, insert_unless_there, lock_article, lock_feed
from storage.rows import capture_record, file_text_record
from storage.tables import (
    AliasRow,
    ArticleRow,
    AttachmentRow,
    CaptureRow,
    ChangeRow,
    FileRow,
    FileTextRow,
    VersionCaptureRow,
    VersionRow,
)

# ------------------------------------------------------------------ state of attachments


def files_of(session: Session, version_ids: Collection[int]) -> dict[int, tuple[File, ...]]:
    """The attachments of these versions with their state, in page order."""
    query = (
        select(AttachmentRow, FileRow, CaptureRow, FileTextRow)
        .outerjoin(FileRow, FileRow.attachment_id == AttachmentRow.id)
        .outerjoin(CaptureRow, CaptureRow.id == FileRow.capture_id)
        .outerjoin(FileTextRow, FileTextRow.digest == CaptureRow.digest)
        .where(AttachmentRow.version_id.in_(version_ids))
        .order_by(AttachmentRow.version_id, AttachmentRow.id)
    )
    rows = session.execute(query).all() if version_ids else []
    return {
        version_id: tuple(_file(offered, file, capture, text) for offered, file, capture, text in group)
        for version_id, group in groupby(rows, key=lambda row: row[0].version_id)
    }


def _file(
    offered: AttachmentRow, file: FileRow | None, capture: CaptureRow | None, text: FileTextRow | None
) -> File:
    return File(
        url=offered.url,
        name=offered.name,
        capture=capture_record(capture) if capture else None,
        content=file_text_record(text) if text else None,
        failed=file.failed if file else None,
        checked=file.checked if file else None,
        unchanged=file.unchanged if file else 0,
    )


def copy_files_to_version(session: Session, article_id: int, number: int) -> None:
    """Copy the state of the attachments that a new version shares with the version before it."""
    before, now = (_offered(session, article_id, each) for each in (number - 1, number))
    for url, attachment_id in now.items():
        row = session.get(FileRow, before[url], populate_existing=True) if url in before else None
        if row is not None:
            set_file(session, attachment_id, row.url, row.capture_id, row.failed, row.checked, row.unchanged)


def _offered(session: Session, article_id: int, number: int) -> dict[str, int]:
    query = (
        select(AttachmentRow.url, AttachmentRow.id)
        .join(VersionRow, VersionRow.id == AttachmentRow.version_id)
        .where(VersionRow.article_id == article_id, VersionRow.number == number)
    )
    return {url: attachment_id for url, attachment_id in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def set_file(
    session: Session,
    attachment_id: int,
    url: str,
    capture_id: int | None,
    failed: str | None,
    checked: dt.datetime,
    unchanged: int = 0,
) -> None:
    """Set the state of an attachment."""
    values = {
        "url": url,
        "capture_id": capture_id,
        "failed": failed,
        "checked": checked,
        "unchanged": unchanged,
    }
    if insert_unless_there(session, FileRow, attachment_id=attachment_id, **values) is None:
        session.execute(update(FileRow).where(FileRow.attachment_id == attachment_id).values(**values))


# ------------------------------------------------------------------ texts of payloads


def file_text(session: Session, digest: str) -> FileText | None:
    """The text of the payload with this digest, by the newest reader."""
    row = session.get(FileTextRow, digest, populate_existing=True)
    return file_text_record(row) if row else None


def save_file_text(session: Session, digest: str, content: FileText, now: dt.datetime) -> FileText:
    """Save the text of a payload in place of an older reader's. A text that was read is not replaced by a
    failure."""
    values = asdict(content) | {"read_at": now}
    if insert_unless_there(session, FileTextRow, digest=digest, **values) is not None:
        return content
    stored = file_text(session, digest)
    if stored and stored.status == "read" and content.status != "read":
        return stored
    session.execute(update(FileTextRow).where(FileTextRow.digest == digest).values(**values))
    return content


# ------------------------------------------------------------------ attachments of an article


@frozen(kw_only=True)
class StoredAttachment:
    """The state of an attachment that decides whether a run fetches it again."""

    checked: dt.datetime
    unchanged: int = 0
    failed: str | None = None
    digest: str | None = None
    reader: str | None = None


@frozen(kw_only=True)
class ArticleAttachments:
    """The newest version of an article: content hashes, payload digests, and attachments by URL."""

    hashes: tuple[str, ...]
    digests: tuple[str, ...]
    since: dt.datetime
    files: Mapping[str, StoredAttachment] = field(factory=dict)


def article_attachments(session: Session, portal: str, key: str) -> ArticleAttachments | None:
    """The attachments of an article; None if it is not archived or has none."""
    query = (
        select(
            ArticleRow,
            VersionRow.content_hash,
            AttachmentRow.url,
            FileRow,
            CaptureRow.digest,
            FileTextRow.reader,
        )
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .join(AttachmentRow, AttachmentRow.version_id == VersionRow.id)
        .outerjoin(FileRow, FileRow.attachment_id == AttachmentRow.id)
        .outerjoin(CaptureRow, CaptureRow.id == FileRow.capture_id)
        .outerjoin(FileTextRow, FileTextRow.digest == CaptureRow.digest)
        .where(VersionRow.number == ArticleRow.newest)
    )
    own = query.where(ArticleRow.portal == portal, ArticleRow.key == key)
    alias = query.join(AliasRow, AliasRow.article_id == ArticleRow.id).where(
        AliasRow.portal == portal, AliasRow.key == key
    )
    offered: Sequence[Any] = session.execute(own).all() or session.execute(alias).all()
    return _article_attachments(offered[0][0], offered) if offered else None


def _article_attachments(row: ArticleRow, offered: Sequence[Any]) -> ArticleAttachments:
    """``offered`` are rows of article, its hash, an attachment's address, file, digest and reader."""
    files: dict[str, StoredAttachment] = {}
    for _, _, url, file, digest, reader in offered:
        if file is not None:
            files[url] = files[file.url] = StoredAttachment(
                checked=file.checked,
                unchanged=file.unchanged,
                failed=file.failed,
                digest=digest,
                reader=reader,
            )
    return ArticleAttachments(
        hashes=(offered[0].content_hash, row.last_hash),
        digests=tuple(row.last_digests),
        since=row.first_seen,
        files=files,
    )


# ------------------------------------------------------------------ saving fetched attachments


AttachmentEffect = Literal["revised", "read", "unchanged", "unknown"]
"""The effect of a batch: a new version, text that was not archived before, nothing, or no such article."""

_Effect = Literal["revised", "read", "unchanged"]


@frozen(kw_only=True)
class _FetchedAttachment:
    """An attachment of the newest version, the fetch of it, and the effect of the fetch."""

    row: AttachmentRow
    stored: File
    fetched: Fetched
    effect: _Effect


def save_attachments(
    database: Database, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> AttachmentEffect:
    """Save fetched attachments in a transaction of its own."""
    with database.write() as session:
        return save_attachments_in_session(session, portal, key, fetched, run_id=run_id)


def save_attachments_in_session(
    session: Session, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> AttachmentEffect:
    """Save fetched attachments to the newest version, or to a new one, in the caller's transaction."""
    article = lock_article(session, portal, key)
    fetched, reread = _with_saved_texts(session, fetched, run_id)
    if article is None:
        return "unknown"
    newest = newest_version(session, article)
    since = _text_since(session, newest)
    outcomes = [
        _FetchedAttachment(
            row=row, stored=stored, fetched=each, effect=_effect(session, since, stored, each, reread)
        )
        for each in fetched
        for row, stored in _matching_attachments(session, newest, each.attachment)
        if stored.checked is None or each.at >= stored.checked
    ]
    effects = {each.effect for each in outcomes}
    if "revised" in effects:
        at = max(each.fetched.at for each in outcomes)
        _revise(session, article, newest, outcomes, max(at, article.newest_at), run_id)
        return "revised"
    for each in outcomes:
        _save_outcome(session, each.row.id, each)
    if "read" not in effects:
        return "unchanged"
    at = max(each.fetched.at for each in outcomes)
    record_change(session, article, "attachments", at, run_id, silent=_is_silent(session, article))
    return "read"


def _with_saved_texts(
    session: Session, fetched: Sequence[Fetched], run_id: int | None
) -> tuple[list[Fetched], frozenset[str]]:
    """The fetches with the ids of their captures, their texts saved; and the digests of payloads whose
    text a newer reader changed."""
    kept, reread = [], set()
    for each in fetched:
        if each.capture is not None and each.content is not None:
            (capture,) = record_captures(session, [each.capture], run_id)
            before = file_text(session, capture.digest)
            content = save_file_text(session, capture.digest, each.content, each.at)
            if before is not None and before.text != content.text:
                reread.add(capture.digest)
            kept.append(evolve(each, capture=capture, content=content))
        else:
            kept.append(each)
    return kept, frozenset(reread)


def _matching_attachments(
    session: Session, newest: VersionRow, attachment: Attachment
) -> list[tuple[AttachmentRow, File]]:
    """The version's attachment with this URL; else the only one with this name, because a page may move a
    file without any other change."""
    query = select(AttachmentRow).where(AttachmentRow.version_id == newest.id).order_by(AttachmentRow.id)
    both = list(zip(session.scalars(query), files_of(session, [newest.id]).get(newest.id, ()), strict=True))
    exact = [(row, file) for row, file in both if row.url == attachment.url]
    named = [(row, file) for row, file in both if fold(row.name) == fold(attachment.name)]
    return exact[:1] or (named if len(named) == 1 else [])


# ------------------------------------------------------------------ effect of a fetch


def _effect(
    session: Session, since: dt.datetime, stored: File, fetched: Fetched, reread: frozenset[str]
) -> _Effect:
    if fetched.capture is None or fetched.content is None or fetched.content.status != "read":
        return "unchanged"
    if stored.capture and stored.capture.digest == fetched.capture.digest:
        return "read" if fetched.capture.digest in reread else "unchanged"
    if stored.capture is None or not stored.text:
        return "read" if fetched.content.text else "unchanged"
    previous = fetched.before or file_text(session, stored.capture.digest)
    if previous is None or not _is_comparable(previous, fetched.content):
        return "read"
    if fold(previous.text) == fold(fetched.content.text):
        return "unchanged"
    confirmed = stored.checked is not None and stored.checked >= since
    return "revised" if confirmed else "read"


def _text_since(session: Session, newest: VersionRow) -> dt.datetime:
    """The time since which the page has its text. Re-extractions make versions but do not change the page."""
    reread = select(ChangeRow.version).where(
        ChangeRow.article_id == newest.article_id, ChangeRow.kind == "reextracted"
    )
    versions = select(func.max(VersionRow.at)).where(
        VersionRow.article_id == newest.article_id, VersionRow.number.not_in(reread)
    )
    return session.scalar(versions) or newest.at


def _is_comparable(before: FileText, after: FileText) -> bool:
    """Whether the same reader read both payloads: only then does a difference come from the file."""
    return before.status == "read" and before.reader == after.reader


def _save_outcome(session: Session, attachment_id: int, outcome: _FetchedAttachment) -> None:
    """Save the outcome of a fetch. An attachment keeps its text if the next file cannot be read."""
    stored, fetched = outcome.stored, outcome.fetched
    failed, capture = fetched.failed, stored.capture
    news = False
    if fetched.capture is not None and fetched.content is not None:
        same = capture is not None and capture.digest == fetched.capture.digest
        if fetched.content.status != "read" and stored.text and not same:
            failed = f"{fetched.content.status}: the newest file cannot be read"
        else:
            news = not same
            capture = fetched.capture if news else capture
    set_file(
        session,
        attachment_id,
        fetched.attachment.url,
        capture.id if capture else None,
        failed,
        fetched.at,
        0 if news else stored.unchanged + 1,
    )


# ------------------------------------------------------------------ versions with other attachments


def _revise(
    session: Session,
    article: ArticleRow,
    newest: VersionRow,
    outcomes: Sequence[_FetchedAttachment],
    at: dt.datetime,
    run_id: int | None,
) -> None:
    """Add a version with the same page and other attachments."""
    lock_feed(session)
    number = article.newest + 1
    version_id = _copied(session, newest, number, at)
    offered = select(AttachmentRow).where(AttachmentRow.version_id == newest.id).order_by(AttachmentRow.id)
    copies = {
        row.id: insert(session, AttachmentRow, version_id=version_id, url=row.url, name=row.name)
        for row in session.scalars(offered)
    }
    copy_files_to_version(session, article.id, number)
    for each in outcomes:
        _save_outcome(session, copies[each.row.id], each)
    article.newest, article.newest_at = number, at
    session.flush()
    record_change(session, article, "new_version", at, run_id)


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


def _is_silent(session: Session, article: ArticleRow) -> bool:
    """Whether the article's first change was silent: then its attachments notify nobody either."""
    first = select(ChangeRow.silent).where(ChangeRow.article_id == article.id).order_by(ChangeRow.id).limit(1)
    return bool(session.scalar(first))
