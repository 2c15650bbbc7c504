"""The core records: fetched payloads, extracted pages and articles, archived versions and changes.

A *policy* is the act of its issuers, an *article* one portal's page of it, a *version* one state of the
article's text and fields, a *capture* one fetch as received. Every extracted field is a :class:`FieldValue`
with its value, the raw text it came from and the rule that extracted it.
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
"""A ``date`` if only a day is printed, an aware ``datetime`` if a time is printed too."""


# ------------------------------------------------------------------ fetches


@frozen(kw_only=True)
class Payload:
    """A response body and its address, the input of the extraction. The content encoding is removed."""

    url: str
    body: bytes = field(repr=False)
    content_type: str | None = None


@frozen(kw_only=True)
class Capture:
    """One fetch as received, and the position of its WARC record.

    ``file`` is relative to ``captures/`` of the archive directory, ``offset`` and ``length`` are the bytes of
    the gzip member, ``digest`` is the payload's ``sha1:BASE32`` (ISO 28500).
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


# ------------------------------------------------------------------ pages


@frozen(kw_only=True)
class Entry:
    """One row of a listing. ``key`` is the portal's own identifier of the article."""

    url: str
    key: str
    title: str
    listed_on: dt.date | None = None

    def clashes(self, other: Entry) -> bool:
        """Whether another row with the same key is a different document.

        That is so if both rows have a day and neither title is a truncated form of the other.
        """
        if not (self.listed_on and other.listed_on):
            return False
        title, other_title = (entry.title.rstrip(" .…") for entry in (self, other))
        return not (title.startswith(other_title) or other_title.startswith(title))


@frozen(kw_only=True)
class Listing:
    """One listing page: its rows in order, and in ``more`` the addresses of the pages that follow it.

    ``rowless``: the page is expected to have no rows, such as a shell whose rows are at ``more``, or a page
    after the last one. ``elsewhere`` are rows without an address or with one on another site; their key is
    empty.
    """

    entries: tuple[Entry, ...]
    more: tuple[str, ...] = ()
    elsewhere: tuple[Entry, ...] = ()
    rowless: bool = False
    clashing: tuple[Entry, ...] = ()
    """Rows with the same key as another row but of a different document; they are not fetched."""


@frozen(kw_only=True)
class Label:
    """A labelled value as printed on a page, not yet parsed.

    ``name`` is canonical: title, doc_no, index_no, issuer, addressees, written, published, effective,
    expires, source, author, editor, subject, genre, validity, keyword, channel. ``rule`` names
    the place on the page (``cell:发文字号``, ``meta:PubDate``, ``masthead``).
    """

    name: str
    value: str
    rule: str


@frozen(kw_only=True)
class Attachment:
    """A file that a page links to; ``name`` is the link text."""

    url: str
    name: str


@frozen(kw_only=True)
class Page:
    """One page of an article: its body as HTML and its labels.

    ``others`` are the addresses of the article's other pages in reading order, as linked from this page.
    ``maybe`` are links that look like further pages but may be other articles; they only count if another
    page links to this one. ``layout`` is the name of the template that extracted the page.
    """

    url: str
    number: int
    body: str = field(repr=False)
    layout: str = ""
    labels: tuple[Label, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    others: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()


# ------------------------------------------------------------------ articles


@frozen(kw_only=True)
class FieldValue(Generic[T]):
    """The value of a field, the raw text it was parsed from and the name of the rule that extracted it."""

    value: T
    raw: str
    rule: str


@frozen(kw_only=True)
class Conflict:
    """A second value of a field that differs from the one in the article.

    ``name`` is the field, ``value`` the value as a string (an ISO day, the normal form of a number).
    """

    name: str
    value: str
    raw: str
    rule: str


@frozen(kw_only=True)
class Article:
    """One portal's page of a policy; all pages of a multi-page article are one article.

    ``text`` is as published (without Unicode normalisation), with one paragraph, heading, list item or table
    cell per line and without editors' contact data. ``published`` is when this portal published the page.
    ``editor`` is a personal name, which is only stored here, never in the text, index, alerts or exports.
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
    """主送机关, one organ or group per item; ``raw`` is the salutation as printed."""
    published: FieldValue[Moment] | None = None
    written: FieldValue[dt.date] | None = None
    effective: FieldValue[dt.date] | None = None
    expires: FieldValue[dt.date] | None = None
    statements: tuple[Statement, ...] = ()
    """The document's statements about its own force, as printed."""
    references: tuple[Reference, ...] = ()
    """Mentions of other documents, in the order of the text."""
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


# ------------------------------------------------------------------ the archive


@frozen(kw_only=True)
class File:
    """An attachment of a version.

    ``capture`` is the fetch that ``content`` was extracted from, ``failed`` the reason why the last fetch
    failed, ``checked`` the time of the last fetch, ``unchanged`` the number of fetches since the last change.
    """

    url: str
    name: str
    capture: Capture | None = None
    content: FileText | None = None
    failed: str | None = None
    checked: dt.datetime | None = None
    unchanged: int = 0

    @property
    def text(self) -> str:
        """The extracted text; ``""`` if the file was not read."""
        return self.content.text if self.content and self.content.status == "read" else ""


@frozen(kw_only=True)
class Fetched:
    """The result of fetching an attachment: a capture and its content, or the reason of the failure.

    ``before`` is the content of the previous payload, extracted again by today's code, if it had been
    extracted by other code.
    """

    attachment: Attachment
    at: dt.datetime
    capture: Capture | None = None
    content: FileText | None = None
    failed: str | None = None
    before: FileText | None = None


@frozen(kw_only=True)
class Version:
    """One state of an article's text and fields, numbered from 1."""

    article_id: int
    policy_id: int
    number: int
    at: dt.datetime
    content_hash: str
    code: str
    """Fingerprint of the extraction code."""
    boilerplate: int | None = None
    """Id of the boilerplate set used by the extraction; None if only the rules were used."""
    article: Article
    captures: tuple[Capture, ...] = ()
    keywords: tuple[str, ...] = ()
    """Keywords computed after the commit; those printed by the portal are ``article.keywords``."""
    files: tuple[File, ...] = ()

    @property
    def text(self) -> str:
        """The text of the page, followed by that of the attachment that holds the full text, if any."""
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
"""``moved``: the article has a new address on its portal; its policy is the same.
``joined``: the article was assigned to another policy.
``reextracted``: today's code extracts a different text from archived captures; the policy did not change."""


@frozen(kw_only=True)
class Change:
    """One row of the change feed, which the index and the alerts read in commit order."""

    id: int
    kind: ChangeKind
    policy_id: int
    article_id: int
    version: int
    at: dt.datetime
    silent: bool = False
    """True for a first crawl or a back-fill: archived and indexed, but nobody is notified."""
    run_id: int | None = None
