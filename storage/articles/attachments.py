"""The files of versions: what is known of each, and what their payloads say (read once, kept by digest)."""

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
from storage.articles.changes import record_change
from storage.articles.classification import newest_version
from storage.database import Database
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
from storage.writes import insert, insert_unless_there, lock_article, lock_feed

# ------------------------------------------------------------------ of versions


def files_of(session: Session, version_ids: Collection[int]) -> dict[int, tuple[File, ...]]:
    """The attachments of these versions with what is known of each, in the page's order."""
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
    """A new version begins with what the one before knew of the files that both offer."""
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
    """What is known of an attachment from now on."""
    known = {
        "url": url,
        "capture_id": capture_id,
        "failed": failed,
        "checked": checked,
        "unchanged": unchanged,
    }
    if insert_unless_there(session, FileRow, attachment_id=attachment_id, **known) is None:
        session.execute(update(FileRow).where(FileRow.attachment_id == attachment_id).values(**known))


# ------------------------------------------------------------------ of payloads


def file_text(session: Session, digest: str) -> FileText | None:
    """What the payload of this digest says, to the reader that read it last."""
    row = session.get(FileTextRow, digest, populate_existing=True)
    return file_text_record(row) if row else None


def save_file_text(session: Session, digest: str, content: FileText, now: dt.datetime) -> FileText:
    """Keep what a payload says in place of what an older reader found; never nothing in place of words."""
    values = asdict(content) | {"read_at": now}
    if insert_unless_there(session, FileTextRow, digest=digest, **values) is not None:
        return content
    held = file_text(session, digest)
    if held and held.status == "read" and content.status != "read":
        return held
    session.execute(update(FileTextRow).where(FileTextRow.digest == digest).values(**values))
    return content


# ------------------------------------------------------------------ of an article


@frozen(kw_only=True)
class StoredAttachment:
    """What a run must know of an attachment before it asks for it again."""

    checked: dt.datetime
    unchanged: int = 0
    failed: str | None = None
    digest: str | None = None
    reader: str | None = None


@frozen(kw_only=True)
class ArticleAttachments:
    """The newest version of an article: its words as hashes, its payloads, its files by address."""

    hashes: tuple[str, ...]
    digests: tuple[str, ...]
    since: dt.datetime
    files: Mapping[str, StoredAttachment] = field(factory=dict)


def article_attachments(session: Session, portal: str, key: str) -> ArticleAttachments | None:
    """An article of a portal that offers files; None when there is none."""
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
    return _held_article(offered[0][0], offered) if offered else None


def _held_article(row: ArticleRow, offered: Sequence[Any]) -> ArticleAttachments:
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


# ------------------------------------------------------------------ files that a run brought


AttachmentEffect = Literal["revised", "read", "unchanged", "unknown"]
"""What the files did: a version, words that were not there before, nothing; or there is no article."""

_Effect = Literal["revised", "read", "unchanged"]


@frozen(kw_only=True)
class _Judged:
    """An attachment of the newest version, what came for it, and what that does."""

    row: AttachmentRow
    held: File
    fetched: Fetched
    effect: _Effect


def save_attachments(
    database: Database, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> AttachmentEffect:
    """Enclose in a transaction of its own."""
    with database.write() as session:
        return save_attachments_in_session(session, portal, key, fetched, run_id=run_id)


def save_attachments_in_session(
    session: Session, portal: str, key: str, fetched: Sequence[Fetched], *, run_id: int | None = None
) -> AttachmentEffect:
    """Put what was fetched to the newest version, or to a new one, in the caller's transaction."""
    article = lock_article(session, portal, key)
    fetched, reread = _kept(session, fetched, run_id)
    if article is None:
        return "unknown"
    newest = newest_version(session, article)
    since = _said_since(session, newest)
    judged = [
        _Judged(row=row, held=held, fetched=each, effect=_effect(session, since, held, each, reread))
        for each in fetched
        for row, held in _enclosures_offered(session, newest, each.attachment)
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
    record_change(session, article, "attachments", at, run_id, silent=_is_silent(session, article))
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
            content = save_file_text(session, capture.digest, each.content, each.at)
            if before is not None and before.text != content.text:
                reread.add(capture.digest)
            kept.append(evolve(each, capture=capture, content=content))
        else:
            kept.append(each)
    return kept, frozenset(reread)


def _enclosures_offered(
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
    set_file(
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
    copy_files_to_version(session, article.id, number)
    for each in judged:
        _note(session, copies[each.row.id], each)
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
    """As the article was when it came: a first crawl's files are not news either."""
    first = select(ChangeRow.silent).where(ChangeRow.article_id == article.id).order_by(ChangeRow.id).limit(1)
    return bool(session.scalar(first))
