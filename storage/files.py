"""The files of versions: what is known of each, and what their payloads say (read once, kept by digest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from attrs import asdict, field, frozen
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from policy.files import FileText
from policy.records import File
from storage.inserts import insert_unless_there
from storage.models import (
    AliasRow,
    ArticleRow,
    AttachmentRow,
    CaptureRow,
    FileRow,
    FileTextRow,
    VersionRow,
)
from storage.rows import capture_record, file_text_record

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


def carry_files(session: Session, article_id: int, number: int) -> None:
    """A new version begins with what the one before knew of the files that both offer."""
    before, now = (_offered(session, article_id, each) for each in (number - 1, number))
    for url, attachment_id in now.items():
        row = session.get(FileRow, before[url], populate_existing=True) if url in before else None
        if row is not None:
            put_file(session, attachment_id, row.url, row.capture_id, row.failed, row.checked, row.unchanged)


def _offered(session: Session, article_id: int, number: int) -> dict[str, int]:
    query = (
        select(AttachmentRow.url, AttachmentRow.id)
        .join(VersionRow, VersionRow.id == AttachmentRow.version_id)
        .where(VersionRow.article_id == article_id, VersionRow.number == number)
    )
    return {url: attachment_id for url, attachment_id in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def put_file(
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


def keep_text(session: Session, digest: str, content: FileText, now: dt.datetime) -> FileText:
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
class HeldFile:
    """What a run must know of an attachment before it asks for it again."""

    checked: dt.datetime
    unchanged: int = 0
    failed: str | None = None
    digest: str | None = None
    reader: str | None = None


@frozen(kw_only=True)
class HeldArticle:
    """The newest version of an article: its words as hashes, its payloads, its files by address."""

    hashes: tuple[str, ...]
    digests: tuple[str, ...]
    since: dt.datetime
    files: Mapping[str, HeldFile] = field(factory=dict)


def held_article(session: Session, portal: str, key: str) -> HeldArticle | None:
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


def _held_article(row: ArticleRow, offered: Sequence[Any]) -> HeldArticle:
    """``offered`` are rows of article, its hash, an attachment's address, file, digest and reader."""
    files: dict[str, HeldFile] = {}
    for _, _, url, file, digest, reader in offered:
        if file is not None:
            files[url] = files[file.url] = HeldFile(
                checked=file.checked,
                unchanged=file.unchanged,
                failed=file.failed,
                digest=digest,
                reader=reader,
            )
    return HeldArticle(
        hashes=(offered[0].content_hash, row.last_hash),
        digests=tuple(row.last_digests),
        since=row.first_seen,
        files=files,
    )
