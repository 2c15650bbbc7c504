"""The words of the domain as frozen records: what is read, what is kept, what happened.

Four layers, never one flat row: a *policy* is the act of its issuers, an *article* one
portal's page of it, a *version* one state of the article's words and fields, a *capture*
one fetch as received.  Every extracted field is a :class:`FieldValue`: its value, the raw text it
came from and the rule that found it.
"""

from __future__ import annotations

import datetime as dt
from typing import Generic, Literal, TypeVar

from attrs import field, frozen

from policy.records.content import (
    Completeness,
    DocNumber,
    FileText,
    Issuer,
    Outline,
    Reference,
    Statement,
    Table,
    Topics,
)

T = TypeVar("T")

Moment = dt.datetime | dt.date
"""A day without a clock is a ``date``; with a clock an aware ``datetime``."""


# ------------------------------------------------------------------ what a fetch brings


@frozen(kw_only=True)
class Payload:
    """Bytes and their address: all that reading needs. The body has its content encoding removed."""

    url: str
    body: bytes = field(repr=False)
    content_type: str | None = None


@frozen(kw_only=True)
class Capture:
    """One fetch as received, and where its WARC record lies.

    ``file`` is relative to the home's ``captures/``, ``offset`` and ``length`` are bytes of the
    gzip member, ``digest`` is the payload's ``sha1:BASE32`` (ISO 28500).
    """

    url: str
    at: dt.datetime
    status: int
    file: str
    offset: int
    length: int
    digest: str
    record_id: str
    mime: str | None = None
    id: int | None = None


# ------------------------------------------------------------------ what a page says


@frozen(kw_only=True)
class Entry:
    """One row of a listing."""

    url: str
    key: str
    title: str
    listed_on: dt.date | None = None

    def clashes(self, other: Entry) -> bool:
        """Whether another row with this key is of another document: both print a day, and neither
        title is the other cut short."""
        if not (self.listed_on and other.listed_on):
            return False
        ours, theirs = (each.title.rstrip(" .…") for each in (self, other))
        return not (ours.startswith(theirs) or theirs.startswith(ours))


@frozen(kw_only=True)
class Listing:
    """One listing page: its rows in order and the addresses of the pages that follow it.

    ``rowless``: no rows are expected on it, as on a shell whose rows are at ``more``, and on a
    page behind the last one.  ``elsewhere`` are rows that lead to another site or to no address;
    their key is empty.
    """

    entries: tuple[Entry, ...]
    more: tuple[str, ...] = ()
    elsewhere: tuple[Entry, ...] = ()
    rowless: bool = False
    clashing: tuple[Entry, ...] = ()
    """Rows that bear the key of another row and the words of another document: not followed."""


@frozen(kw_only=True)
class Label:
    """A labelled value as a page prints it, before anybody interprets it.

    ``name`` is canonical: title, doc_no, index_no, issuer, addressees, written, published, effective,
    expires, source, author, editor, subject, genre, validity, keyword, channel.  ``rule`` says
    where it stood (``cell:发文字号``, ``meta:PubDate``, ``masthead``).
    """

    name: str
    value: str
    rule: str


@frozen(kw_only=True)
class Attachment:
    """A file a page offers; ``name`` is the text of its link."""

    url: str
    name: str


@frozen(kw_only=True)
class Page:
    """One page of an article: its body as HTML and its labels. ``others`` are the article's
    other pages in reading order, as this page links them; ``maybe`` are such links as other articles
    may be meant by, if this is no page that another led to. ``layout`` names the template that read it."""

    url: str
    number: int
    body: str = field(repr=False)
    layout: str = ""
    labels: tuple[Label, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    others: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()


# ------------------------------------------------------------------ what an article holds


@frozen(kw_only=True)
class FieldValue(Generic[T]):
    """A value, the raw text it came from and the rule that found it."""

    value: T
    raw: str
    rule: str


@frozen(kw_only=True)
class Conflict:
    """A value that disagrees with the field kept: the field's ``name``, the value in words (an ISO day,
    a number's normal form), the raw text and the rule that found it."""

    name: str
    value: str
    raw: str
    rule: str


@frozen(kw_only=True)
class Article:
    """One portal's page of a policy; all pages of a multi-page article are one article.

    ``text`` is as published (never NFKC), one paragraph, heading, list item or table cell a
    line; editors' contact data is not in it.  ``published`` is this portal's publication of the page.
    ``editor`` made the page: a person's name, kept here alone, never in text, index, alerts or exports.
    """

    portal: str
    key: str
    url: str
    title: FieldValue[str]
    text: str = field(repr=False)
    page_urls: tuple[str, ...] = ()
    title_official: FieldValue[str] | None = None
    source: FieldValue[str] | None = None
    author: FieldValue[str] | None = None
    editor: FieldValue[str] | None = None
    channel: FieldValue[str] | None = None
    doc_no: FieldValue[DocNumber] | None = None
    index_no: FieldValue[str] | None = None
    issuers: FieldValue[tuple[Issuer, ...]] | None = None
    addressees: FieldValue[tuple[str, ...]] | None = None
    """主送机关, one organ or group each; ``raw`` is the salutation as printed."""
    published: FieldValue[Moment] | None = None
    written: FieldValue[dt.date] | None = None
    effective: FieldValue[dt.date] | None = None
    expires: FieldValue[dt.date] | None = None
    statements: tuple[Statement, ...] = ()
    """What the document says of its own force, as it says it."""
    references: tuple[Reference, ...] = ()
    """The other documents it names, in the order of the text."""
    subject: FieldValue[str] | None = None
    genre: FieldValue[str] | None = None
    validity: FieldValue[str] | None = None
    keywords: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    topics: Topics = field(factory=Topics)
    tables: tuple[Table, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    outline: Outline = field(factory=Outline)
    completeness: Completeness = field(factory=Completeness)
    warnings: tuple[str, ...] = ()


# ------------------------------------------------------------------ what the archive keeps


@frozen(kw_only=True)
class File:
    """An attachment of a version and what is known of it. ``capture`` is the fetch it was read from,
    ``failed`` why the last one brought nothing, ``checked`` when that was; ``unchanged`` counts the
    fetches since that brought nothing new."""

    url: str
    name: str
    capture: Capture | None = None
    content: FileText | None = None
    failed: str | None = None
    checked: dt.datetime | None = None
    unchanged: int = 0

    @property
    def text(self) -> str:
        """Its words; empty where it was not read."""
        return self.content.text if self.content and self.content.status == "read" else ""


@frozen(kw_only=True)
class Fetched:
    """An attachment as a run got it: a capture and what it says, or why there is none. ``before``:
    what the payload held until now says to the reader of today, where it had been read by another."""

    attachment: Attachment
    at: dt.datetime
    capture: Capture | None = None
    content: FileText | None = None
    failed: str | None = None
    before: FileText | None = None


@frozen(kw_only=True)
class Version:
    """One state of an article's words and fields, numbered 1..n."""

    article_id: int
    policy_id: int
    number: int
    at: dt.datetime
    content_hash: str
    code: str
    """Fingerprint of the reading code that made it."""
    boilerplate: int | None = None
    """The boilerplate set it was read with; None for the rules alone."""
    article: Article
    captures: tuple[Capture, ...] = ()
    keywords: tuple[str, ...] = ()
    """Computed after the commit; the portal's own are ``article.keywords``."""
    files: tuple[File, ...] = ()

    @property
    def text(self) -> str:
        """What there is to read: the page's text, and that of the attachment which is its full text."""
        full = self.article.completeness.full_text_in
        parts = [f"{file.name}\n{file.text}" for file in self.files if file.url == full and file.text]
        return "\n".join([*filter(None, [self.article.text]), *parts])


ChangeKind = Literal[
    "new_policy",
    "source_added",
    "joined",
    "new_version",
    "completed",
    "withdrawn",
    "restored",
    "status",
    "reextracted",
    "attachments",
    "moved",
]
"""``moved``: the article stands at another address of its portal; its policy is the same.
``joined``: it turned out to be of another policy than the one it was archived under.
``reextracted``: captures held before say other words under today's code; no change of the policy."""


@frozen(kw_only=True)
class Change:
    """What a save produced; the feed that the index and the alerts follow, in commit order."""

    id: int
    kind: ChangeKind
    policy_id: int
    article_id: int
    version: int
    at: dt.datetime
    silent: bool = False
    """True for a first crawl or a back-fill: archived and indexed, never alerted."""
    run_id: int | None = None
