"""Is a reading another version? Payload first, then words, then words read in the same way."""

from __future__ import annotations

import logging
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from policy.errors import ArchiveError, Drifted, PageError, Rejected
from policy.records import Article, Capture
from policy.rules import drift
from policy.rules.extraction import Extraction, Reread
from policy.rules.identity import content_hash
from storage import rows
from storage.rows import capture_record
from storage.tables import ArticleRow, CaptureRow, VersionCaptureRow, VersionRow

logger = logging.getLogger(__name__)

Verdict = Literal["same payload", "same words", "outdated", "revised"]

_NEWEST = select(VersionRow).where(
    VersionRow.article_id == bindparam("article"), VersionRow.number == bindparam("number")
)
_CAPTURES = (
    select(CaptureRow)
    .join(VersionCaptureRow, VersionCaptureRow.capture_id == CaptureRow.id)
    .join(VersionRow, VersionRow.id == VersionCaptureRow.version_id)
    .where(VersionRow.article_id == bindparam("article"), VersionRow.number == bindparam("number"))
    .order_by(VersionCaptureRow.page)
)


def newest_version(session: Session, row: ArticleRow) -> VersionRow:
    """The version that a reading is compared with."""
    return session.scalars(_NEWEST, {"article": row.id, "number": row.newest}).one()


def classify(session: Session, row: ArticleRow, reading: Extraction, reread: Reread | None) -> Verdict:
    """What the reading is to the newest version.

    A payload read before says nothing new, whatever code and boilerplate set say. Where the payload
    changed and one of them too, the version's captures are read with both and compared. Raises
    Rejected when a page is missing that the version has, Drifted when fields or most of the text are.
    """
    if reading.digests and reading.digests == row.last_digests:
        return "same payload"
    captures = _captures(session, row)
    if reading.digests and reading.digests == [capture.digest for capture in captures]:
        return "same payload"
    if reading.at < row.newest_at:
        return "outdated"
    newest = newest_version(session, row)
    _refuse_loss(newest, reading.article)
    before = _other_words(row, newest, reading, captures, reread)
    if before is None:
        return "same words"
    refuse_drift(before, reading)
    return "revised"


def refuse_drift(before: Article, reading: Extraction) -> None:
    """Raises Drifted when the reading has lost what the article had, and we are asked to look."""
    lost = drift.lost_fields(before, reading.article) if reading.read_page_text else ()
    if not lost or reading.read_page_text is None:
        return
    names, certain = [loss.field for loss in lost], False
    try:
        certain = drift.is_certain(lost, reading.read_page_text(reading.captures))
    except (PageError, ArchiveError) as error:
        logger.warning("%s: cannot be looked at again: %s", reading.article.url, error)
    still = "the page still prints it" if certain else "it may be gone from the page"
    raise Drifted(
        f"lost against the archived version; {still}",
        lost=names,
        certain=certain,
        portal=reading.article.portal,
        url=reading.article.url,
    )


def _captures(session: Session, row: ArticleRow) -> tuple[Capture, ...]:
    found = session.scalars(_CAPTURES, {"article": row.id, "number": row.newest})
    return tuple(capture_record(capture) for capture in found)


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


def _other_words(
    row: ArticleRow,
    newest: VersionRow,
    reading: Extraction,
    captures: tuple[Capture, ...],
    reread: Reread | None,
) -> Article | None:
    """The newest version, as today's code and boilerplate set read it if that can be had; None when
    the reading says the same.

    ``row.last_hash`` is what ``row.last_code`` and ``row.last_boilerplate`` make of the newest version: a
    page that changes its boilerplate every night has its old capture read again once, not every night.
    """
    read_with = (reading.code, reading.boilerplate)
    known = read_with == (row.last_code, row.last_boilerplate)
    if reading.hash == newest.content_hash or (known and reading.hash == row.last_hash):
        return None
    sought = read_with != (newest.code, newest.boilerplate) and (not known or reading.read_page_text)
    again = _again(reread, captures) if sought and reread and captures else None
    if again is not None and content_hash(again) == reading.hash:
        return None
    return again or rows.load_article(newest.record, newest.text)


def _again(reread: Reread, captures: tuple[Capture, ...]) -> Article | None:
    try:
        return reread(captures)
    except (PageError, ArchiveError) as error:
        logger.warning("%s: the older capture cannot be read again: %s", captures[0].url, error)
        return None
