"""Classifies an extraction against the newest version: same payload, same words, outdated or revised."""

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
    """The version that an extraction is compared with."""
    return session.scalars(_NEWEST, {"article": row.id, "number": row.newest}).one()


def classify(session: Session, row: ArticleRow, reading: Extraction, reread: Reread | None) -> Verdict:
    """Classify an extraction against the newest version.

    A payload that was extracted before is ``same payload``, whatever today's code and boilerplate set make
    of it. If both the payload and the code or boilerplate set changed, the version's captures are
    extracted again with today's and then compared. Raises Rejected if a page is missing that the version
    has, Drifted if fields or most of the text are.
    """
    if reading.digests and reading.digests == row.last_digests:
        return "same payload"
    captures = _captures(session, row)
    if reading.digests and reading.digests == [capture.digest for capture in captures]:
        return "same payload"
    if reading.at < row.newest_at:
        return "outdated"
    newest = newest_version(session, row)
    _refuse_missing_pages(newest, reading.article)
    before = _comparable_version(row, newest, reading, captures, reread)
    if before is None:
        return "same words"
    refuse_drift(before, reading)
    return "revised"


def refuse_drift(before: Article, reading: Extraction) -> None:
    """Raise Drifted if the extraction lost fields or text of ``before``, provided it has
    ``read_page_text``."""
    lost = drift.lost_fields(before, reading.article) if reading.read_page_text else ()
    if not lost or reading.read_page_text is None:
        return
    names, certain = [loss.field for loss in lost], False
    try:
        certain = drift.is_certain(lost, reading.read_page_text(reading.captures))
    except (PageError, ArchiveError) as error:
        logger.warning("%s: the page text cannot be read again: %s", reading.article.url, error)
    still = "the page still prints it" if certain else "the page may not print it any more"
    raise Drifted(
        f"lost against the archived version; {still}",
        lost=names,
        certain=certain,
        portal=reading.article.portal,
        url=reading.article.url,
    )


def _captures(session: Session, row: ArticleRow) -> tuple[Capture, ...]:
    rows = session.scalars(_CAPTURES, {"article": row.id, "number": row.newest})
    return tuple(capture_record(capture) for capture in rows)


def _refuse_missing_pages(newest: VersionRow, article: Article) -> None:
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


def _comparable_version(
    row: ArticleRow,
    newest: VersionRow,
    reading: Extraction,
    captures: tuple[Capture, ...],
    reread: Reread | None,
) -> Article | None:
    """The newest version, extracted again with today's code and boilerplate set if possible; None if its text
    equals the extraction's.

    ``row.last_hash`` is the content hash of the newest version under ``row.last_code`` and
    ``row.last_boilerplate``: thanks to it, a page whose boilerplate changes every night has its old capture
    extracted again only once.
    """
    read_with = (reading.code, reading.boilerplate)
    known = read_with == (row.last_code, row.last_boilerplate)
    if reading.hash == newest.content_hash or (known and reading.hash == row.last_hash):
        return None
    sought = read_with != (newest.code, newest.boilerplate) and (not known or reading.read_page_text)
    reextracted = _reread_or_none(reread, captures) if sought and reread and captures else None
    if reextracted is not None and content_hash(reextracted) == reading.hash:
        return None
    return reextracted or rows.load_article(newest.record, newest.text)


def _reread_or_none(reread: Reread, captures: tuple[Capture, ...]) -> Article | None:
    try:
        return reread(captures)
    except (PageError, ArchiveError) as error:
        logger.warning("%s: the older capture cannot be extracted again: %s", captures[0].url, error)
        return None
