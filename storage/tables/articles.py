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
    """One portal's page of a policy: the only row of the four layers that is ever updated.

    ``key`` is the first that it was known by, ``url`` where it is asked for: it may have moved.
    ``last_digests`` are the payloads of the newest reading, page by page. ``last_hash`` is what
    code ``last_code`` read with ``last_boilerplate`` where it was found equal to the newest version.
    ``due`` is the day from which it is looked at again, ``stands_since`` that of its words.
    ``missing_since``: its page was never there since then; ``missed_on`` is the first night that this is
    believed of, ``withdrawn_at`` when another night said so too. ``validators`` are what its page was last
    answered with, ``looks`` how often it was read or vouched for; ``vouched``: its server said last that it
    is as it was, without sending it.
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
    vouched: Mapped[bool] = mapped_column(default=False, server_default=false())


class AliasRow(Base):
    """A key that stands for an article whose row has another: where its portal showed it too. Never that
    of another article's row. ``joined`` is the id of the row that the key had, if it had one."""

    __tablename__ = "alias"

    portal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    url: Mapped[str] = mapped_column(index=True)
    since: Mapped[dt.datetime]
    evidence: Mapped[str]
    joined: Mapped[int | None] = mapped_column(index=True)


class VersionRow(Base):
    """One state of an article. Append-only: neither updated nor deleted. ``boilerplate`` is the set
    it was read with (no foreign key: SQLite cannot add one to a table)."""

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
    """One fetch, and where its WARC record lies."""

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
    """The captures a version was read from, page by page from 1."""

    __tablename__ = "version_capture"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)


class AttachmentRow(Base):
    """A file that a version offers, in the page's order."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    url: Mapped[str]
    name: Mapped[str]


class FileRow(Base):
    """What is known of an attachment: the fetch that holds its words, and how the last one went.

    ``url`` is where it was asked for last: a page may move a file and say nothing else.
    """

    __tablename__ = "attachment_file"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    url: Mapped[str]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    failed: Mapped[str | None]
    checked: Mapped[dt.datetime]
    unchanged: Mapped[int]


class FileTextRow(Base):
    """What a payload says as a file: derived, read once for each reader, kept for the newest."""

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
    """Keywords computed after the commit, the weightiest first."""

    __tablename__ = "version_keyword"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(index=True)


class ChangeRow(Base):
    """The feed; ids are never used twice and appear in commit order."""

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

    ``due`` is the day from which it is asked for: while it is wanted and not archived. ``tries`` counts
    the times that it did not come, ``silent`` says that it is no news when it comes.
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


class DistrustRow(Base):
    """A portal whose validators are not trusted since one of them lied."""

    __tablename__ = "distrust"

    portal: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    since: Mapped[dt.datetime]


class SightingRow(Base):
    """How one article's pages began and ended: what boilerplate is learned from."""

    __tablename__ = "boilerplate_sighting"
    __table_args__ = (Index("ix_boilerplate_sighting_window", "portal", "layout", "at"),)

    portal: Mapped[str] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(primary_key=True)
    layout: Mapped[str]
    at: Mapped[dt.datetime]
    digests: Mapped[list[str]]
    edges: Mapped[dict[str, Any]]


class BoilerplateSetRow(Base):
    """What was learned of a portal's boilerplate; the newest set is the one in use."""

    __tablename__ = "boilerplate_set"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    blocks: Mapped[list[dict[str, Any]]]


class CursorRow(Base):
    """How far a follower has read the change feed."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


@event.listens_for(VersionRow, "before_update")
@event.listens_for(VersionRow, "before_delete")
def _refuse(_mapper: Mapper[VersionRow], _connection: object, row: VersionRow) -> None:
    raise ArchiveError(f"version {row.number} of article {row.article_id} is append-only")
