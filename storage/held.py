"""Which payloads the archive holds: what comes again is kept as a reference to the first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.models import ArticleRow, AttachmentRow, CaptureRow, FileRow, VersionCaptureRow, VersionRow
from storage.rows import capture_record


def held_payloads(session: Session, portal: str) -> dict[str, Capture]:
    """The captures that the newest versions of a portal and their files were read from, by payload digest."""
    newest = (ArticleRow.portal == portal, VersionRow.number == ArticleRow.newest)
    pages = (
        select(CaptureRow)
        .join(VersionCaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
        .join(VersionRow, VersionRow.id == VersionCaptureRow.version_id)
        .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
        .where(*newest)
    )
    files = (
        select(CaptureRow)
        .join(FileRow, FileRow.capture_id == CaptureRow.id)
        .join(AttachmentRow, AttachmentRow.id == FileRow.attachment_id)
        .join(VersionRow, VersionRow.id == AttachmentRow.version_id)
        .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
        .where(*newest)
    )
    return {row.digest: capture_record(row) for query in (files, pages) for row in session.scalars(query)}
