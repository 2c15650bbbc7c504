"""Which payloads the archive holds: what comes again is kept as a reference to the first."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from policy.records import Capture
from storage.models import ArticleRow, AttachmentRow, CaptureRow, FileRow, VersionCaptureRow, VersionRow
from storage.rows import capture_record

_NEWEST = (
    CaptureRow.digest == bindparam("digest"),
    ArticleRow.portal == bindparam("portal"),
    VersionRow.number == ArticleRow.newest,
)
_PAGES = (
    select(CaptureRow)
    .join(VersionCaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
    .join(VersionRow, VersionRow.id == VersionCaptureRow.version_id)
    .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
    .where(*_NEWEST)
    .order_by(CaptureRow.id)
    .limit(1)
)
_FILES = (
    select(CaptureRow)
    .join(FileRow, FileRow.capture_id == CaptureRow.id)
    .join(AttachmentRow, AttachmentRow.id == FileRow.attachment_id)
    .join(VersionRow, VersionRow.id == AttachmentRow.version_id)
    .join(ArticleRow, ArticleRow.id == VersionRow.article_id)
    .where(*_NEWEST)
    .order_by(CaptureRow.id)
    .limit(1)
)


def held_payload(session: Session, portal: str, digest: str) -> Capture | None:
    """The capture of this payload that the newest version of an article, or a file of one, was read from."""
    asked = {"portal": portal, "digest": digest}
    row = session.scalar(_PAGES, asked) or session.scalar(_FILES, asked)
    return capture_record(row) if row else None
