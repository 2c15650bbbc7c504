"""Tables of articles: versions, captures, attachments, the change feed, and what listings have shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, event, false
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from policy.errors import ArchiveError
from policy.rules.revisit import ALWAYS
from storage.tables.base import Base


class ArticleRow(Base):
    """One portal's page of a policy. Of the rows of articles, versions and captures only this one is
    updated.

    ``key`` is the first key the article was found under; ``url`` is its current address. ``newest`` is the
    number of the newest version, ``newest_at`` its time. ``last_digests`` are the payload digests of the
    last extraction, page by page. ``last_hash`` is the content hash that code ``last_code`` extracted with
    boilerplate set ``last_boilerplate`` when it last equalled the newest version. ``due`` is the day from
    which the page is revisited, ``stands_since`` the day since which its text has not changed.

    ``missing_since``: the page has been missing at every visit since then. ``missed_on``: the first night
    whose evidence counts. ``withdrawn_at``: when a second night confirmed it. ``validators`` came with the
    last answer; ``looks`` counts visits. ``validated``: at the last visit the server answered that the
    page had not changed.
    """

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("portal", "key"), Index("ix_article_due", "portal", "due"))

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    portal: Mapped[str]
    key: Mapped[str]
    url: Mapped[str] = mapped_column(index=True)
    page_urls: Mapped[list[str]]
    title: Mapped[str]
    newest: Mapped[int]
    newest_at: Mapped[dt.datetime]
    first_seen: Mapped[dt.datetime]
    last_seen: Mapped[dt.datetime]
    missing_since: Mapped[dt.datetime | None]
    missed_on: Mapped[dt.date | None]
    withdrawn_at: Mapped[dt.datetime | None]
    last_digests: Mapped[list[str]]
    last_code: Mapped[str]
    last_hash: Mapped[str]
    last_boilerplate: Mapped[int | None]
    due: Mapped[dt.date] = mapped_column(default=ALWAYS, server_default=ALWAYS.isoformat())
    stands_since: Mapped[dt.date | None]
    validators: Mapped[dict[str, Any] | None]
    looks: Mapped[int] = mapped_column(default=0, server_default="0")
    validated: Mapped[bool] = mapped_column(default=False, server_default=false())


class AliasRow(Base):
    """Another key of an article, from an address at which the portal also showed it.

    It is never the key of another article's row. ``merged_id`` is the id of the article row that had this key
    before it was merged, if there was one.
    """

    __tablename__ = "alias"

    portal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    url: Mapped[str] = mapped_column(index=True)
    since: Mapped[dt.datetime]
    evidence: Mapped[str]
    merged_id: Mapped[int | None] = mapped_column(index=True)


class VersionRow(Base):
    """One state of an article. Append-only: never updated or deleted.

    ``boilerplate`` is the boilerplate set it was extracted with. It has no foreign key because SQLite
    cannot add one to an existing table.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int]
    at: Mapped[dt.datetime]
    content_hash: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    doc_no: Mapped[str | None] = mapped_column(index=True)
    published: Mapped[dt.date | None] = mapped_column(index=True)
    text: Mapped[str]
    record: Mapped[dict[str, Any]]
    boilerplate: Mapped[int | None]


class CaptureRow(Base):
    """One fetch, and the place of its WARC record."""

    __tablename__ = "capture"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    status: Mapped[int]
    file: Mapped[str]
    offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(index=True)
    mime: Mapped[str | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)


class VersionCaptureRow(Base):
    """The captures a version was extracted from; pages count from 1."""

    __tablename__ = "version_capture"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)


class AttachmentRow(Base):
    """A file that a version links to, in page order."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    url: Mapped[str]
    name: Mapped[str]


class FileRow(Base):
    """The state of an attachment: the capture with its text, and the outcome of the last fetch.

    ``url`` is the address of the last fetch: a page may move a file without any other change.
    """

    __tablename__ = "attachment_file"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    url: Mapped[str]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    failed: Mapped[str | None]
    checked: Mapped[dt.datetime]
    unchanged: Mapped[int]


class FileTextRow(Base):
    """The text of an attachment's payload. Derived: read once per reader, kept for the newest reader."""

    __tablename__ = "file_text"

    digest: Mapped[str] = mapped_column(primary_key=True)
    reader: Mapped[str]
    read_at: Mapped[dt.datetime]
    kind: Mapped[str]
    status: Mapped[str]
    text: Mapped[str]
    pages: Mapped[int | None]
    truncated: Mapped[bool]
    note: Mapped[str | None]


class KeywordRow(Base):
    """Keywords of a version, the most descriptive first. Computed after the commit."""

    __tablename__ = "version_keyword"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(index=True)


class ChangeRow(Base):
    """The change feed. Ids appear in commit order and are never reused."""

    __tablename__ = "change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    version: Mapped[int]
    at: Mapped[dt.datetime]
    silent: Mapped[bool]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)


class ListedRow(Base):
    """An article as a section's listing showed it, whether or not it was fetched.

    ``due`` is the day from which it is requested; it is set only while the article is wanted and not
    archived. ``tries`` counts failed fetches; ``silent``: nobody is notified when it is archived.
    """

    __tablename__ = "listed"
    __table_args__ = (Index("ix_listed_due", "portal", "due"), Index("ix_listed_key", "portal", "key"))

    portal: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    title: Mapped[str]
    listed_on: Mapped[dt.date | None]
    first_listed: Mapped[dt.datetime]
    last_listed: Mapped[dt.datetime]
    due: Mapped[dt.date | None]
    silent: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)


class InconsistentValidatorsRow(Base):
    """A portal whose validators are ignored, because a page changed and its validators did not."""

    __tablename__ = "inconsistent_validators"

    portal: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    since: Mapped[dt.datetime]


class SightingRow(Base):
    """The first and last lines of one article's pages: boilerplate is learned from them."""

    __tablename__ = "boilerplate_sighting"
    __table_args__ = (Index("ix_boilerplate_sighting_window", "portal", "layout", "at"),)

    portal: Mapped[str] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(primary_key=True)
    layout: Mapped[str]
    at: Mapped[dt.datetime]
    digests: Mapped[list[str]]
    edges: Mapped[dict[str, Any]]


class BoilerplateSetRow(Base):
    """The learned boilerplate of a portal; the newest set is in use."""

    __tablename__ = "boilerplate_set"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    blocks: Mapped[list[dict[str, Any]]]


class CursorRow(Base):
    """The last change that a consumer of the change feed has processed."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


@event.listens_for(VersionRow, "before_update")
@event.listens_for(VersionRow, "before_delete")
def _refuse(_mapper: Mapper[VersionRow], _connection: object, row: VersionRow) -> None:
    raise ArchiveError(f"version {row.number} of article {row.article_id} is append-only")
