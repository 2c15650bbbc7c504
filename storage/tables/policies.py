"""Tables of policies: their articles, links between articles, citations, and the index of fingerprints."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class PolicyRow(Base):
    """An act of its issuers, whichever portals print it.

    A policy that was merged into another is a tombstone: ``merged_into`` is the other's id (no foreign
    key, because SQLite cannot add one to an existing table). Its own id is never reused.
    """

    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    first_seen: Mapped[dt.datetime]
    merged_into: Mapped[int | None] = mapped_column(index=True)
    merged_at: Mapped[dt.datetime | None]


class AnnouncementRow(Base):
    """How a policy is announced to subscribers, and why: see :class:`policy.records.saves.Announcement`.

    ``announced_as`` is the policy as which it was announced; it is null while it was not. ``change_id`` is
    the change that the decision followed from; ``article_id`` and ``version`` are what was announced.
    """

    __tablename__ = "announcement"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    how: Mapped[str]
    reason: Mapped[str]
    day: Mapped[dt.date | None]
    at: Mapped[dt.datetime]
    announced_as: Mapped[int | None]
    change_id: Mapped[int | None]
    article_id: Mapped[int | None]
    version: Mapped[int | None]


class PolicyKeyRow(Base):
    """A natural key; it belongs to the policy that had it first."""

    __tablename__ = "policy_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)


class ArticleNameRow(Base):
    """A name under which an article's policy may be cited: ``no:…`` or ``title:…``. Derived."""

    __tablename__ = "article_name"

    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)


class ReferenceRow(Base):
    """A reference in an article's newest version to another document, by its place in the text. Derived;
    which policy is cited is resolved on reading.

    ``clauses`` are those that are amended or repealed, ``day`` is the stated day of that, ``issued`` the day
    on which the other document was issued. References in attachments follow those of the text.
    """

    __tablename__ = "article_reference"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    number: Mapped[str | None]
    number_key: Mapped[str | None] = mapped_column(index=True)
    title_key: Mapped[str | None] = mapped_column(index=True)
    sentence: Mapped[str]
    clauses: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    day: Mapped[dt.date | None]
    issued: Mapped[dt.date | None]


class PolicyForceRow(Base):
    """What other documents did to a policy's force when that was last reported in the change feed: kinds, and
    for what may happen more than once the policy that did it. Derived."""

    __tablename__ = "policy_force"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    effects: Mapped[list[str]]


class ComparedRow(Base):
    """The facts about a compared article that grouping needs. Derived."""

    __tablename__ = "compared"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    facts: Mapped[dict[str, Any]]


class RegroupQueueRow(Base):
    """An article that was compared and is still to be regrouped. Derived."""

    __tablename__ = "regroup_queue"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    at: Mapped[dt.datetime]
    silent: Mapped[bool]


class LinkRow(Base):
    """The relation between two articles; ``a`` is less than ``b``. Derived."""

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
    """When an article joined a policy, from which policy (``was``), in which relation and on what
    evidence, and by whom: ``rule``, or a person. Append-only: the newest row of an article is current."""

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
    """A person's decision that two articles are one policy, or two. Append-only: the newest row of a pair
    is current."""

    __tablename__ = "ruling"
    __table_args__ = (Index("ix_ruling_pair", "a", "b"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(ForeignKey("article.id"))
    b: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    same: Mapped[bool]
    by: Mapped[str]
    why: Mapped[str]
    at: Mapped[dt.datetime]


class WordingRow(Base):
    """A text that one or more articles have, and its fingerprints, 8 bytes each."""

    __tablename__ = "wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[int] = mapped_column(BigInteger, unique=True)
    fingerprints: Mapped[bytes]


class FingerprintRow(Base):
    """Which wordings contain a hash. Reprints with identical text share one wording."""

    __tablename__ = "fingerprint"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    wording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FingerprintKeyRow(Base):
    """Which articles have a title or number, by its hash."""

    __tablename__ = "fingerprint_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FingerprintedRow(Base):
    """An article in the fingerprint index: its wording, unless its text is too short, and its keys."""

    __tablename__ = "fingerprinted"
    __table_args__ = (Index("ix_fingerprinted_wording_id", "wording_id", "article_id"),)

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wording_id: Mapped[int | None]
    keys: Mapped[bytes]
