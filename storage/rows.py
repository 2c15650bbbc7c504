"""From rows to records. The records here are the archive's own view; the others are the domain's."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import cattrs
from attrs import frozen

from policy.records import (
    Capture,
    Change,
    ChangeKind,
    File,
    FileStatus,
    FileText,
    Readings,
    Run,
    RunKind,
    RunState,
    Version,
)
from storage import article_json
from storage.models import ArticleRow, CaptureRow, ChangeRow, FileTextRow, RunRow, VersionRow


@frozen(kw_only=True)
class KnownArticle:
    """An article of the archive, without its words; ``title`` is that of its newest version."""

    id: int
    policy_id: int
    portal: str
    key: str
    url: str
    page_urls: tuple[str, ...]
    title: str
    newest: int
    newest_at: dt.datetime
    first_seen: dt.datetime
    last_seen: dt.datetime
    missing_since: dt.datetime | None


@frozen(kw_only=True)
class KnownPolicy:
    """A policy with the articles that print it."""

    id: int
    title: str
    first_seen: dt.datetime
    keys: tuple[str, ...]
    articles: tuple[KnownArticle, ...]


@frozen(kw_only=True)
class PortalOverview:
    """One portal's line of the status: what it holds, and its last run. ``newest`` is the time of
    its newest version."""

    portal: str
    articles: int = 0
    versions: int = 0
    missing: int = 0
    newest: dt.datetime | None = None
    last_run: Run | None = None


@frozen(kw_only=True)
class Totals:
    """How much the archive holds."""

    policies: int
    articles: int
    versions: int
    captures: int
    changes: int


def article_record(row: ArticleRow) -> KnownArticle:
    """The article of a row."""
    return KnownArticle(
        id=row.id,
        policy_id=row.policy_id,
        portal=row.portal,
        key=row.key,
        url=row.url,
        page_urls=tuple(row.page_urls),
        title=row.title,
        newest=row.newest,
        newest_at=row.newest_at,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        missing_since=row.missing_since,
    )


def version_record(
    row: VersionRow,
    policy_id: int,
    *,
    captures: tuple[Capture, ...],
    keywords: tuple[str, ...],
    files: tuple[File, ...],
) -> Version:
    """The version of a row and of what hangs on it."""
    return Version(
        article_id=row.article_id,
        policy_id=policy_id,
        number=row.number,
        at=row.at,
        content_hash=row.content_hash,
        code=row.code,
        furniture=row.furniture,
        article=article_json.load(row.record, row.text),
        captures=captures,
        keywords=keywords,
        files=files,
    )


def capture_record(row: CaptureRow) -> Capture:
    """The capture of a row."""
    return Capture(
        id=row.id,
        url=row.url,
        at=row.at,
        status=row.status,
        file=row.file,
        offset=row.offset,
        length=row.length,
        digest=row.digest,
        record_id=row.record_id,
        mime=row.mime,
    )


def file_text_record(row: FileTextRow) -> FileText:
    """What the file of a row says."""
    return FileText(
        kind=row.kind,
        status=cast("FileStatus", row.status),  # only storage.files writes it
        text=row.text,
        pages=row.pages,
        truncated=row.truncated,
        note=row.note,
        reader=row.reader,
    )


def change_record(row: ChangeRow) -> Change:
    """The change of a row."""
    return Change(
        id=row.id,
        kind=cast("ChangeKind", row.kind),  # only storage.archive writes it
        policy_id=row.policy_id,
        article_id=row.article_id,
        version=row.version,
        at=row.at,
        quiet=row.quiet,
        run_id=row.run_id,
    )


def run_record(row: RunRow) -> Run:
    """The run of a row."""
    return Run(
        id=row.id,
        portal=row.portal,
        slot=row.slot,
        state=cast("RunState", row.state),  # only storage.runs writes it
        kind=cast("RunKind", row.kind),
        started=row.started,
        finished=row.finished,
        heartbeat=row.heartbeat,
        since=row.since,
        entries=row.entries,
        new=row.new,
        revised=row.revised,
        unchanged=row.unchanged,
        captures=row.captures,
        not_saved=row.not_saved,
        failed=dict(row.failed),
        sections=dict(row.sections),
        readings=readings_record(row.readings),
        warc=row.warc,
        replay=row.replay,
        message=row.message,
    )


_converter = cattrs.Converter()


def readings_record(stored: dict[str, Any]) -> Readings:
    """What a run read, as its row keeps it."""
    return _converter.structure(stored, Readings)


def stored_readings(readings: Readings) -> dict[str, Any]:
    """The same for the row."""
    kept: dict[str, Any] = _converter.unstructure(readings)
    return kept
