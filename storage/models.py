"""The tables: policy, article, version, capture; what happened (change, run); whom we tell.

Rows never leave ``storage``; :mod:`storage.queries` turns them into records.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, MetaData, Text, UniqueConstraint, event, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column
from sqlalchemy.sql.expression import TextClause

from policy.errors import ArchiveError
from policy.revisit import ALWAYS
from storage.types import Json, UtcDateTime


class Base(DeclarativeBase):
    """Names its constraints, so that a migration can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        dt.datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: Json,
        dict[str, int]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


class PolicyRow(Base):
    """An act of its issuers, whichever portals print it. One that turned out to be another is a tombstone
    that says which (no foreign key: SQLite cannot add one to a table); its number is never used again."""

    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    first_seen: Mapped[dt.datetime]
    merged_into: Mapped[int | None] = mapped_column(index=True)
    merged_at: Mapped[dt.datetime | None]


class PolicyKeyRow(Base):
    """A natural key; it belongs to the policy that had it first."""

    __tablename__ = "policy_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)


class ArticleRow(Base):
    """One portal's page of a policy: the only row of the four layers that is ever updated.

    ``key`` is the first that it was known by, ``url`` where it is asked for: it may have moved.
    ``last_digests`` are the payloads of the newest reading, page by page. ``last_hash`` is what
    code ``last_code`` read with ``last_furniture`` where it was found equal to the newest version.
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
    last_furniture: Mapped[int | None]
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
    """One state of an article. Append-only: neither updated nor deleted. ``furniture`` is the set
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
    furniture: Mapped[int | None]


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
    quiet: Mapped[bool]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)


def _partial_unique(name: str, *columns: str, where: str) -> Index:
    condition: TextClause = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class RunRow(Base):
    """One portal crawled once, or a slot nobody ran. The partial indexes are the lease."""

    __tablename__ = "run"
    __table_args__ = (
        _partial_unique("uq_run_slot", "portal", "slot", where="state != 'lost'"),
        _partial_unique("uq_run_running", "portal", where="state = 'running'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str]
    slot: Mapped[dt.datetime]
    state: Mapped[str]
    started: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    heartbeat: Mapped[dt.datetime | None]
    since: Mapped[dt.date | None]
    entries: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    revised: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    captures: Mapped[int] = mapped_column(default=0)
    not_saved: Mapped[int] = mapped_column(default=0)
    failed: Mapped[dict[str, int]] = mapped_column(default=dict)
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    traffic: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    judgements: Mapped[list[dict[str, Any]] | None]
    kind: Mapped[str] = mapped_column(default="crawl", server_default="crawl")
    readings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    warc: Mapped[str | None]
    replay: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None]
    swept: Mapped[list[str]] = mapped_column(default=list, server_default="[]")


class ArticleNameRow(Base):
    """A name under which an article's policy may be cited: ``no:…`` or ``title:…``. Derived."""

    __tablename__ = "article_name"

    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)


class ReferenceRow(Base):
    """What an article's newest version says of another document, by its place in the text. Derived:
    which policy is meant is asked of the names whenever somebody wants to know."""

    __tablename__ = "article_reference"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    number: Mapped[str | None]
    number_key: Mapped[str | None] = mapped_column(index=True)
    title_key: Mapped[str | None] = mapped_column(index=True)
    sentence: Mapped[str]


class ComparedRow(Base):
    """What grouping asks of an article that was compared with others. Derived."""

    __tablename__ = "compared"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    facts: Mapped[dict[str, Any]]


class UnsettledRow(Base):
    """An article that was compared and is still to be grouped. Derived."""

    __tablename__ = "unsettled"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    at: Mapped[dt.datetime]
    quiet: Mapped[bool]


class LinkRow(Base):
    """What two articles are to each other, ``a`` before ``b``, where it says anything. Derived."""

    __tablename__ = "article_link"

    a: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    b: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)
    kind: Mapped[str]
    side: Mapped[str | None]
    strength: Mapped[int]
    containment: Mapped[float]
    conflict: Mapped[bool]
    differs: Mapped[bool]
    evidence: Mapped[str]


class MembershipRow(Base):
    """When an article came to a policy, from which (``was``), as what and why, and who said so: ``rule``,
    or a person. Append-only: the newest row of an article is what it is."""

    __tablename__ = "membership"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    was: Mapped[int] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    relation: Mapped[str]
    edition: Mapped[int | None]
    flagged: Mapped[bool]
    evidence: Mapped[str]
    by: Mapped[str]


class RulingRow(Base):
    """What a person decided of two articles: one policy, or two. Append-only: the newest one counts."""

    __tablename__ = "ruling"
    __table_args__ = (Index("ix_ruling_pair", "a", "b"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(ForeignKey("article.id"))
    b: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    same: Mapped[bool]
    by: Mapped[str]
    why: Mapped[str]
    at: Mapped[dt.datetime]


class ListedRow(Base):
    """An article as a section's listing showed it, whether or not it was fetched.

    ``due`` is the day from which it is asked for: while it is wanted and not archived. ``tries`` counts
    the times that it did not come, ``quiet`` says that it is no news when it comes.
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
    quiet: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)


class BackfillRow(Base):
    """A range of days of a portal that is archived on demand; of a portal one is open at a time.

    ``walked`` says by section how far its listing was read.
    """

    __tablename__ = "backfill"
    __table_args__ = (_partial_unique("uq_backfill_open", "portal", where="state = 'open'"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str]
    sections: Mapped[list[str]]
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    listing_pages: Mapped[int | None]
    state: Mapped[str]
    started: Mapped[dt.datetime]
    ran: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    walked: Mapped[dict[str, Any]] = mapped_column(default=dict)


class BackfillPageRow(Base):
    """A page of a listing that an open back-fill knows: ``number`` is when it was read, ``place`` where it
    stands among those that wait."""

    __tablename__ = "backfill_page"

    backfill_id: Mapped[int] = mapped_column(ForeignKey("backfill.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int | None]
    place: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0)


class BackfillEntryRow(Base):
    """An entry of the range that the archive had not when it was found. Apart from ``listed``, so that no
    night sees it."""

    __tablename__ = "backfill_entry"

    backfill_id: Mapped[int] = mapped_column(ForeignKey("backfill.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    listed_on: Mapped[dt.date | None]
    tries: Mapped[int] = mapped_column(default=0)


class DistrustRow(Base):
    """A portal whose validators are not trusted since one of them lied."""

    __tablename__ = "distrust"

    portal: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    since: Mapped[dt.datetime]


class BackoffRow(Base):
    """A registrable domain that is left alone until then."""

    __tablename__ = "backoff"

    domain: Mapped[str] = mapped_column(primary_key=True)
    portal: Mapped[str]
    reason: Mapped[str]
    times: Mapped[int]
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime]


class SubscriptionRow(Base):
    """Who wants what. Changes up to ``since_change`` are not for them."""

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str]
    channel: Mapped[str] = mapped_column(default="email")
    address: Mapped[str]
    created: Mapped[dt.datetime]
    since_change: Mapped[int] = mapped_column(default=0)


class DeliveryRow(Base):
    """One event told to one subscriber once: pending, leased, sent, failed (again later) or dead."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "policy_id", "event"),
        Index("ix_delivery_due", "state", "next_try"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    event: Mapped[str]
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[dt.datetime]
    next_try: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    sent: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]
    message_id: Mapped[str | None]


class SightingRow(Base):
    """How one article's pages began and ended: what furniture is learned from."""

    __tablename__ = "furniture_sighting"
    __table_args__ = (Index("ix_furniture_sighting_window", "portal", "layout", "at"),)

    portal: Mapped[str] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(primary_key=True)
    layout: Mapped[str]
    at: Mapped[dt.datetime]
    digests: Mapped[list[str]]
    edges: Mapped[dict[str, Any]]


class FurnitureSetRow(Base):
    """What was learned of a portal's furniture; the newest set is the one in use."""

    __tablename__ = "furniture_set"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    blocks: Mapped[list[dict[str, Any]]]


class WordingRow(Base):
    """A text that one or many articles have, and its fingerprints, 8 bytes each."""

    __tablename__ = "wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[int] = mapped_column(BigInteger, unique=True)
    fingerprints: Mapped[bytes]


class FingerprintRow(Base):
    """Which wordings have a hash. A reprint in the same words is not counted again."""

    __tablename__ = "fingerprint"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    wording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FingerprintKeyRow(Base):
    """Which articles bear a title or a number, hashed."""

    __tablename__ = "fingerprint_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FingerprintedRow(Base):
    """An article in the index: its wording, unless that is too short to be known again, and its keys."""

    __tablename__ = "fingerprinted"
    __table_args__ = (Index("ix_fingerprinted_wording_id", "wording_id", "article_id"),)

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wording_id: Mapped[int | None]
    keys: Mapped[bytes]


class CursorRow(Base):
    """How far a follower has read the change feed."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


@event.listens_for(VersionRow, "before_update")
@event.listens_for(VersionRow, "before_delete")
def _refuse(_mapper: Mapper[VersionRow], _connection: object, row: VersionRow) -> None:
    raise ArchiveError(f"version {row.number} of article {row.article_id} is append-only")
