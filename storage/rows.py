"""Converts rows to records. The records defined here are the archive's own; the others are the domain's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import cattrs
from attrs import frozen
from cattrs.preconf.json import make_converter

from policy.records import Article, Capture, Change, ChangeKind, File, Version
from policy.records.content import Completeness, FileStatus, FileText, Topic, Topics
from policy.records.runs import ExtractionQuality, Finding, HostTraffic, Run, RunKind, RunState, SectionReport
from policy.rules.extraction import Validators
from policy.rules.identity import Alias, Proof
from storage.tables import AliasRow, ArticleRow, CaptureRow, ChangeRow, FileTextRow, RunRow, VersionRow

_article_json_converter = make_converter(detailed_validation=False)


def _moment(value: str, _: Any) -> dt.datetime | dt.date:
    return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)


def _topics(stored: Mapping[str, Any], _: Any) -> Topics:
    """Records of early releases have the topics under ``found``. Versions are never rewritten."""
    ranked = stored.get("ranked", stored.get("found", ()))
    return Topics(
        version=stored.get("version", ""),
        ranked=tuple(_article_json_converter.structure(topic, Topic) for topic in ranked),
    )


_article_json_converter.register_structure_hook(dt.datetime | dt.date, _moment)
_article_json_converter.register_structure_hook(Topics, _topics)


def dump_article(article: Article) -> dict[str, Any]:
    """The article's fields as JSON, without its text."""
    fields: dict[str, Any] = _article_json_converter.unstructure(article)
    del fields["text"]
    return fields


def load_article(fields: dict[str, Any], text: str) -> Article:
    """The article from its stored fields and text; unknown fields of a later release are ignored."""
    return _article_json_converter.structure(fields | {"text": text}, Article)


def load_completeness(fields: dict[str, Any]) -> Completeness:
    """The completeness of a stored article, without loading the rest."""
    return _article_json_converter.structure(fields["completeness"], Completeness)


@frozen(kw_only=True)
class ArchivedArticle:
    """An article of the archive, without its text; ``title`` is that of its newest version."""

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
    withdrawn_at: dt.datetime | None
    due: dt.date
    """The day from which it is revisited."""
    validators: Validators | None = None
    looks: int = 0


@frozen(kw_only=True)
class ArchivedPolicy:
    """A policy with its articles."""

    id: int
    title: str
    first_seen: dt.datetime
    keys: tuple[str, ...]
    articles: tuple[ArchivedArticle, ...]


def article_record(row: ArticleRow) -> ArchivedArticle:
    """The record of an article's row."""
    return ArchivedArticle(
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
        withdrawn_at=row.withdrawn_at,
        due=row.due,
        validators=Validators(**row.validators) if row.validators else None,
        looks=row.looks,
    )


def alias_record(row: AliasRow) -> Alias:
    """The record of an alias's row."""
    return Alias(
        key=row.key,
        url=row.url,
        evidence=cast("Proof", row.evidence),  # only storage.articles.availability writes it
        since=row.since,
    )


def version_record(
    row: VersionRow,
    policy_id: int,
    *,
    captures: tuple[Capture, ...],
    keywords: tuple[str, ...],
    files: tuple[File, ...],
) -> Version:
    """The record of a version's row, with its captures, keywords and attachments."""
    return Version(
        article_id=row.article_id,
        policy_id=policy_id,
        number=row.number,
        at=row.at,
        content_hash=row.content_hash,
        code=row.code,
        boilerplate=row.boilerplate,
        article=load_article(row.record, row.text),
        captures=captures,
        keywords=keywords,
        files=files,
    )


def capture_record(row: CaptureRow) -> Capture:
    """The record of a capture's row."""
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
    """The record of an attachment text's row."""
    return FileText(
        kind=row.kind,
        status=cast("FileStatus", row.status),  # only storage.articles.attachments writes it
        text=row.text,
        pages=row.pages,
        truncated=row.truncated,
        note=row.note,
        reader=row.reader,
    )


def change_record(row: ChangeRow) -> Change:
    """The record of a change's row."""
    return Change(
        id=row.id,
        kind=cast("ChangeKind", row.kind),  # only storage.articles.archive writes it
        policy_id=row.policy_id,
        article_id=row.article_id,
        version=row.version,
        at=row.at,
        silent=row.silent,
        run_id=row.run_id,
    )


def run_record(row: RunRow, *, readings: bool = True) -> Run:
    """The record of a run's row, with or without its extraction quality."""
    return Run(
        id=row.id,
        portal=row.portal,
        slot=row.slot,
        state=cast("RunState", row.state),  # only storage.runs.leases writes it
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
        sections=sections_record(row.sections),
        traffic={host: _converter.structure(each, HostTraffic) for host, each in row.traffic.items()},
        findings=_judgements_record(row.findings),
        readings=readings_record(row.readings) if readings else ExtractionQuality(),
        warc=row.warc,
        replay=row.replay,
        message=row.message,
        swept=tuple(row.swept),
    )


_converter = cattrs.Converter()
_converter.register_structure_hook(dt.date, lambda day, _: dt.date.fromisoformat(day))
_converter.register_unstructure_hook(dt.date, dt.date.isoformat)


def sections_record(stored: Mapping[str, Any]) -> dict[str, SectionReport]:
    """The section reports of a run's row; rows of early releases hold only counts of entries."""
    return {
        slug: SectionReport(entries=each, pages=1)
        if isinstance(each, int)
        else _converter.structure(each, SectionReport)
        for slug, each in stored.items()
    }


def _judgements_record(stored: Sequence[dict[str, Any]] | None) -> tuple[Finding, ...] | None:
    return None if stored is None else tuple(_converter.structure(each, Finding) for each in stored)


def stored_record(record: Any) -> Any:
    """A record, or several, as JSON for a row."""
    return _converter.unstructure(record)


def readings_record(stored: dict[str, Any]) -> ExtractionQuality:
    """The extraction quality of a run's row."""
    return _converter.structure(stored, ExtractionQuality)
