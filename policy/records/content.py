"""What the words of a document hold, as frozen records: its number and organs, its outline and tables, its
topics, what it says of its own force and of other documents."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import field, frozen

FileStatus = Literal["read", "scan", "encrypted", "unreadable", "too_large", "unsupported"]


@frozen(kw_only=True)
class FileText:
    """What a file says: one paragraph, heading or table cell a line.

    ``kind`` is what its bytes are, whatever its name; ``note`` why it was not read, or what of it
    was left out; a ``scan`` has pages and no words on them. ``reader`` is the code that read it.
    """

    kind: str
    status: FileStatus
    text: str = field(default="", repr=False)
    pages: int | None = None
    truncated: bool = False
    note: str | None = None
    reader: str = ""


# ------------------------------------------------------------------ content


DocNumberKind = Literal["文", "令", "公告"]


@frozen(kw_only=True)
class DocNumber:
    """发文字号. ``code`` is the 机关代字 (for 令 and 公告 the organ's name, if printed)."""

    raw: str
    code: str
    year: int | None
    number: int
    kind: DocNumberKind = "文"

    @property
    def norm(self) -> str:
        """The comparison key: unified brackets, no spaces, no leading zeros."""
        year = f"〔{self.year}〕" if self.year else ""
        if self.kind == "文":
            return f"{self.code}{year}{self.number}号"
        return f"{self.code}{self.kind}{year}第{self.number}号"


Level = Literal["中央", "部委", "省级", "市级", "县级", "团体", "企业"]
"""Whose organ it is. 部委 are the organs of the State Council, 市级 is 地级; the divisions below follow
GB/T 2260, so a district of 上海 is 县级. 团体 and 企业 sign policies together with organs."""


@frozen(kw_only=True)
class Region:
    """An administrative division: its code of GB/T 2260 and its name."""

    code: str
    name: str


@frozen(kw_only=True)
class Former:
    """The name an organ had, and from which year until which; None where we are not sure."""

    name: str
    since: int | None = None
    until: int | None = None


@frozen(kw_only=True)
class Issuer:
    """An issuing organ: the printed form, and beside it what we know of the organ.

    ``id`` and ``name`` are those of today's organ; ``former`` says that the printed one is a name of
    the past, of an organ renamed, merged or ended.
    """

    printed: str
    id: str | None = None
    name: str | None = None
    level: Level | None = None
    region: Region | None = None
    former: Former | None = None


@frozen(kw_only=True)
class Table:
    """Rows of cells, spans resolved: every row has the same width."""

    rows: tuple[tuple[str, ...], ...]


@frozen(kw_only=True)
class Heading:
    """A node of the outline. ``path`` is ``7/1/2`` (numbers of the ancestors and its own),
    ``line`` the index of its line in the text, ``label`` the numeral as printed (``七、``)."""

    level: int
    label: str
    number: int
    title: str
    path: str
    line: int


@frozen(kw_only=True)
class Outline:
    """Numbered headings in order; inline enumerations ``(1)…;(2)…`` and unnumbered boxes apart."""

    headings: tuple[Heading, ...] = ()
    inline: tuple[Heading, ...] = ()
    boxes: tuple[Heading, ...] = ()
    gaps: tuple[str, ...] = ()
    """What the numbering skips, as labels: ``一、`` … ``六、``."""


@frozen(kw_only=True)
class Completeness:
    """What is known to be missing: stated, never papered over."""

    pages: int = 1
    missing_pages: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    headline_terms_missing: tuple[str, ...] = ()
    full_text_in: str | None = None
    """The address of the attachment that holds the full text, where the page is only its cover."""

    @property
    def complete(self) -> bool:
        """Nothing is known to be missing (headline terms alone are a hint, not a proof)."""
        return not self.missing_pages and not self.gaps


@frozen(kw_only=True)
class Evidence:
    """Where a topic's term stands: ``line`` of the text, None for the title; offsets in that line."""

    term: str
    line: int | None
    start: int
    end: int


@frozen(kw_only=True)
class Topic:
    """A topic an article is about. ``title``, ``headings`` and ``body`` count the terms that stand there;
    ``evidence`` are the first of them."""

    id: str
    name: str
    score: float
    parents: tuple[str, ...] = ()
    title: int = 0
    headings: int = 0
    body: int = 0
    evidence: tuple[Evidence, ...] = ()


@frozen(kw_only=True)
class Topics:
    """Topics in the order of their scores, and the version of the dictionary that told them."""

    version: str = ""
    found: tuple[Topic, ...] = ()


StatementRole = Literal["effective", "expires", "term"]


@frozen(kw_only=True)
class Statement:
    """What a document says of its own force, whether or not a day can be made of it.

    ``words`` are 自印发之日起30日后施行 or 有效期5年, ``sentence`` is the whole they stand in, ``line``
    its line of the text.
    """

    role: StatementRole
    words: str
    sentence: str
    line: int


ReferenceKind = Literal["basis", "implements", "forwards", "amends", "repeals", "interprets", "cites"]


@frozen(kw_only=True)
class Reference:
    """One mention of another document.

    ``title`` is without 《》 (``""`` where only a number is printed), ``full`` its whole title where that is
    a short name the text gave it. ``line`` is its line of the text, ``start`` and ``end`` are offsets in
    that line; ``sentence`` is the beginning of the sentence it stands in.
    """

    kind: ReferenceKind
    title: str
    sentence: str
    line: int
    start: int
    end: int
    doc_no: DocNumber | None = None
    full: str = ""


# ------------------------------------------------------------ a field's value in the words it is printed with


def printed(value: object) -> str:
    """The value as people read it: a number as it stands there, organs by their names, a day in ISO form."""
    match value:
        case DocNumber():
            return value.raw
        case Issuer():
            return value.printed
        case tuple():
            return "、".join(printed(each) for each in value)
        case dt.datetime():
            return value.date().isoformat()
        case _:
            return str(value)
