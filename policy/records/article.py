"""The records of an article, whose fields are declared here, its pages, captures, versions and changes.

A *policy* is the act of its issuers, an *article* one portal's page of it, a *version* one state of the
article's text and fields, a *capture* one fetch as received. Every extracted field is a :class:`FieldValue`
with its value, the raw text it came from and the rule that extracted it. The fields are declared on
:class:`ArticleFields`::

    genre: FieldValue[str] | None = field(default=None, metadata=about("公文种类", "genre", "comparison"))

To add a field: its declaration there, the labels that print it in ``crawler/pages/government.py``, its
parsing in ``pipelines/metadata/fields.py``, and its Chinese name in ``cli/output/chinese.toml``. No table,
migration or JSON shape changes: the stored record follows the attrs class; comparison, consensus, drift,
the content hash, JSON and displays read :data:`policy.records.ARTICLE_FIELDS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Generic, Literal, TypeVar

from attrs import AttrsInstance, Factory, evolve, field, fields, frozen

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
    printed,
)

Use = Literal["comparison", "filing", "consensus", "drift", "surroundings", "verbatim", "official"]
"""``comparison``: another value is reported as a change of the article.
``filing``: such a change is cosmetic, since the field says how a portal files the document.
``consensus``: the articles of a policy vote on its value.
``drift``: its disappearance from a portal's pages is a sign of a changed layout.
``surroundings``: pages print it around the text, so it is no text of its own where the body repeats it.
``verbatim``: its value is the text of the label of the same name.
``official``: its label is printed on official documents only."""

_KEY = "article_field"


@frozen(kw_only=True)
class ArticleField:
    """The declaration of a field. ``hash_position`` orders the fields in the content hash; None: not in it.

    A changed position, and a new field in the hash, make a new version of every article.
    """

    name: str = ""
    zh: str
    en: str
    uses: frozenset[Use] = Factory(frozenset)
    hash_position: int | None = None


def about(zh: str, en: str, *uses: Use, hash_position: int | None = None) -> dict[str, ArticleField]:
    """Metadata that declares an attribute to be a field of an article."""
    return {_KEY: ArticleField(zh=zh, en=en, uses=frozenset(uses), hash_position=hash_position)}


def declared_fields(*records: type[AttrsInstance]) -> tuple[ArticleField, ...]:
    """The fields that these classes declare, in the order of their first declaration."""
    declared = {entry.name: entry for record in records for entry in _declared_by(record)}
    return tuple(declared.values())


def field_names(declared: Iterable[ArticleField], use: Use) -> tuple[str, ...]:
    """The names of the fields with this use."""
    return tuple(entry.name for entry in declared if use in entry.uses)


def _declared_by(record: type[AttrsInstance]) -> Iterator[ArticleField]:
    for attribute in fields(record):
        if _KEY in attribute.metadata:
            yield evolve(attribute.metadata[_KEY], name=attribute.name)


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

    ``name`` is canonical, whatever the label's wording: the name of the field, but ``issuer`` for ``issuers``
    and ``keyword`` for ``keywords``. ``rule`` names the place on the page (``cell:发文字号``,
    ``meta:PubDate``, ``masthead``).
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


_TITLE = about("标题", "title", "comparison", "surroundings", "verbatim", "official", hash_position=1)


@frozen(kw_only=True)
class ArticleFields:
    """The fields of an article that its labels and its text state. A field is declared here and nowhere
    else: :mod:`policy.records.article` says how.

    ``published`` is when this portal published the page.
    ``editor`` is a personal name, which is only stored here, never in the text, index, alerts or exports.
    """

    title: FieldValue[str] | None = field(default=None, metadata=_TITLE)
    title_official: FieldValue[str] | None = field(
        default=None, metadata=about("文件标题", "official title", "comparison", "consensus", "surroundings")
    )
    doc_no: FieldValue[DocNumber] | None = field(
        default=None,
        metadata=about(
            *("发文字号", "document number", "comparison", "consensus", "drift", "surroundings", "official"),
            hash_position=10,
        ),
    )
    index_no: FieldValue[str] | None = field(
        default=None,
        metadata=about(
            *("索引号", "index number", "comparison", "filing", "consensus", "drift", "surroundings"),
            *("verbatim", "official"),
            hash_position=2,
        ),
    )
    issuers: FieldValue[tuple[Issuer, ...]] | None = field(
        default=None,
        metadata=about(
            *("发文机关", "issuers", "comparison", "consensus", "drift", "surroundings", "official"),
            hash_position=11,
        ),
    )
    addressees: FieldValue[tuple[str, ...]] | None = field(
        default=None, metadata=about("主送机关", "addressees", "comparison")
    )
    """主送机关, an organ or group of organs an entry; ``raw`` is the salutation as printed."""
    published: FieldValue[Moment] | None = field(
        default=None,
        metadata=about("发布日期", "published", "comparison", "filing", "drift", "official", hash_position=6),
    )
    written: FieldValue[dt.date] | None = field(
        default=None,
        metadata=about(
            "成文日期", "written", "comparison", "consensus", "drift", "official", hash_position=7
        ),
    )
    effective: FieldValue[dt.date] | None = field(
        default=None,
        metadata=about("施行日期", "effective", "comparison", "consensus", "official", hash_position=8),
    )
    expires: FieldValue[dt.date] | None = field(
        default=None,
        metadata=about("失效日期", "expires", "comparison", "consensus", "official", hash_position=9),
    )
    source: FieldValue[str] | None = field(
        default=None,
        metadata=about(
            *("来源", "source", "comparison", "filing", "drift", "surroundings", "verbatim"), hash_position=4
        ),
    )
    author: FieldValue[str] | None = field(
        default=None, metadata=about("作者", "author", "surroundings", "verbatim")
    )
    editor: FieldValue[str] | None = field(default=None, metadata=about("责任编辑", "editor", "verbatim"))
    channel: FieldValue[str] | None = field(default=None, metadata=about("栏目", "channel", "surroundings"))
    subject: FieldValue[str] | None = field(
        default=None,
        metadata=about(
            *(
                "主题分类",
                "subject",
                "comparison",
                "filing",
                "consensus",
                "drift",
                "surroundings",
                "verbatim",
                "official",
            ),
            hash_position=3,
        ),
    )
    genre: FieldValue[str] | None = field(
        default=None, metadata=about("公文种类", "genre", "comparison", "consensus", "surroundings")
    )
    validity: FieldValue[str] | None = field(
        default=None,
        metadata=about("有效性", "validity", "comparison", "consensus", "drift", "official", hash_position=5),
    )
    statements: tuple[Statement, ...] = ()
    """What the document states about its own force (施行, 废止), in its own words."""
    references: tuple[Reference, ...] = ()
    """The other documents that it names, in the order of the text."""
    keywords: tuple[str, ...] = ()
    """The portal's own keywords; the computed ones are ``Version.keywords``."""
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()


@frozen(kw_only=True)
class Article(ArticleFields):
    """One portal's page of a policy; all pages of a multi-page article are one article.

    ``text`` is as published (without Unicode normalisation), with one paragraph, heading, list item or table
    cell per line and without editors' contact data.
    """

    portal: str
    key: str
    url: str
    title: FieldValue[str] = field(metadata=_TITLE)
    text: str = field(repr=False)
    page_urls: tuple[str, ...] = ()
    topics: Topics = field(factory=Topics)
    tables: tuple[Table, ...] = ()
    attachments: tuple[Attachment, ...] = field(
        default=(), metadata=about("附件", "attachments", "comparison", "drift", hash_position=12)
    )
    outline: Outline = field(factory=Outline)
    completeness: Completeness = field(factory=Completeness)

    @property
    def document_title(self) -> str:
        """The policy's official title; the headline where the article has none."""
        return (self.title_official or self.title).value

    def printed(self, name: str) -> str | None:
        """The value of a field of :data:`ARTICLE_FIELDS` as people read it; None where it has none."""
        match getattr(self, name):
            case FieldValue(value=value):
                return printed(value)
            case tuple() as attachments:
                return "、".join(attachment.name for attachment in attachments) or None
            case _:
                return None


ARTICLE_FIELDS = declared_fields(ArticleFields, Article)
"""The declarations of an article's fields, in the order in which they are shown."""


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
    "split",
    "corrected",
    "new_version",
    "completed",
    "withdrawn",
    "restored",
    "status",
    "reextracted",
    "attachments",
    "moved",
    "force_changed",
]
"""``force_changed``: another document repeals, suspends, resumes or extends the policy, or no longer does.
``moved``: the article has a new address on its portal; its policy is the same.
``joined``: the article was assigned to another policy. ``split``: it was split off into a new policy.
``corrected``: two policies that were both announced turned out to be this one.
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
    """True for a first crawl or a backfill: archived and indexed, but nobody is notified."""
    run_id: int | None = None
