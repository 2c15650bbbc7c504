"""Records of the words on a page: what is extracted from the document's text, and the boilerplate around it;
and the table of the kinds of attached files, :data:`FILE_KINDS`.

From the text: number, issuers, outline, tables, topics, statements about its force and references to other
documents. Of boilerplate: the first and last lines of each page, and the sets learned from them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import cached_property
from typing import Literal

from attrs import field, frozen


@frozen
class FileKind:
    """A kind of file that portals attach; all lists of kinds are derived from :data:`FILE_KINDS`.

    ``preference`` is its rank among the files that may be a document itself, 1 for the kind whose text is
    extracted best; None for annexes (spreadsheets, slides) and for kinds that are not read. ``packed`` files
    hold others.
    """

    suffix: str
    preference: int | None = None
    packed: bool = False


FILE_KINDS = (
    # A new row needs its detection in pipelines/attachments/formats.py, its reader in _READERS of child.py
    # there, and, for a new reader module, its contract in pyproject.toml.
    FileKind("pdf", preference=1),
    FileKind("doc", preference=3),
    FileKind("docx", preference=2),
    FileKind("wps", preference=4),
    FileKind("xls"),
    FileKind("xlsx"),
    FileKind("et"),
    FileKind("ppt"),
    FileKind("pptx"),
    FileKind("rtf", preference=7),
    FileKind("ofd", preference=5),
    FileKind("zip", preference=6, packed=True),
    FileKind("txt"),
    FileKind("csv"),
    FileKind("rar", packed=True),
    FileKind("7z", packed=True),
    FileKind("ceb"),
    FileKind("caj"),
)

SUFFIXES = tuple(kind.suffix for kind in FILE_KINDS)
"""All suffixes, the default of ``[attachments] kinds``."""

PREFERENCES = {kind.suffix: kind.preference for kind in FILE_KINDS if kind.preference is not None}
"""The preference of each kind that may hold the text of a document, packed or not."""

DOCUMENTS = frozenset(kind.suffix for kind in FILE_KINDS if kind.suffix in PREFERENCES and not kind.packed)
"""Kinds of files that may be a document by themselves."""

FILE_ADDRESS = re.compile(rf"\.(?:{'|'.join(SUFFIXES)})$", re.IGNORECASE)
"""The end of the address of a file, without query and fragment."""


FileStatus = Literal["read", "scan", "encrypted", "unreadable", "too_large", "unsupported"]


@frozen(kw_only=True)
class FileText:
    """The text of a file, with one paragraph, heading or table cell per line.

    ``kind`` is the file type detected from the content. ``note`` says why the file was not read or what was
    left out. A ``scan`` has pages without text. ``reader`` is the fingerprint of the code that read the file.
    """

    kind: str
    status: FileStatus
    text: str = field(default="", repr=False)
    pages: int | None = None
    truncated: bool = False
    note: str | None = None
    reader: str = ""


DocNumberKind = Literal["文", "令", "公告", "通告", "公报"]


@frozen(kw_only=True)
class DocNumber:
    """A document number (发文字号). ``code`` is the 机关代字, or for 令, 公告, 通告 and 公报 the names of the
    organs if printed, joined by 、."""

    raw: str
    code: str
    year: int | None
    number: int
    kind: DocNumberKind = "文"

    @property
    def norm(self) -> str:
        """The normal form for comparison: 〔〕 as brackets, no spaces, no leading zeros."""
        year = f"〔{self.year}〕" if self.year else ""
        if self.kind == "文":
            return f"{self.code}{year}{self.number}号"
        return f"{self.code}{self.kind}{year}第{self.number}号"


Level = Literal["中央", "部委", "省级", "市级", "县级", "团体", "企业"]
"""The administrative level of an organ. 部委 are the organs of the State Council, 市级 is 地级; levels of
places follow GB/T 2260, so a district of 上海 is 县级. 团体 and 企业 are associations and companies."""


@frozen(kw_only=True)
class Region:
    """An administrative division with its GB/T 2260 code."""

    code: str
    name: str


@frozen(kw_only=True)
class Former:
    """A former name of an organ and the years in which it was used; None if the year is not known."""

    name: str
    since: int | None = None
    until: int | None = None


@frozen(kw_only=True)
class Issuer:
    """An issuing organ as printed, with its entry in the dictionary of organs if it has one.

    ``id`` and ``name`` are those of today's organ. ``former`` is set if the printed name is a former name of
    an organ that was renamed, merged or dissolved.
    """

    printed: str
    id: str | None = None
    name: str | None = None
    level: Level | None = None
    region: Region | None = None
    former: Former | None = None


@frozen(kw_only=True)
class Table:
    """Rows of cells of equal width; cells that span rows or columns are repeated."""

    rows: tuple[tuple[str, ...], ...]


@frozen(kw_only=True)
class Heading:
    """A heading of the outline.

    ``path`` is like ``7/1/2`` (the numbers of its ancestors and its own), ``line`` the index of its line in
    the text, ``label`` the numeral as printed (``七、``).
    """

    level: int
    label: str
    number: int
    title: str
    path: str
    line: int


@frozen(kw_only=True)
class Outline:
    """Numbered headings in order, and separately inline enumerations ``(1)…;(2)…`` and unnumbered boxes."""

    headings: tuple[Heading, ...] = ()
    inline: tuple[Heading, ...] = ()
    boxes: tuple[Heading, ...] = ()
    gaps: tuple[str, ...] = ()
    """Labels that are missing from the numbering, such as ``六、``."""


@frozen(kw_only=True)
class Completeness:
    """What is known to be missing from an article."""

    pages: int = 1
    missing_pages: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    headline_terms_missing: tuple[str, ...] = ()
    full_text_in: str | None = None
    """The address of the attachment with the full text, if the page is only a cover."""

    @property
    def complete(self) -> bool:
        """Whether no page or number is missing. Missing headline terms alone are only a hint."""
        return not self.missing_pages and not self.gaps


@frozen(kw_only=True)
class Evidence:
    """An occurrence of a topic's term: ``line`` of the text (None: the title) and offsets in that line."""

    term: str
    line: int | None
    start: int
    end: int


@frozen(kw_only=True)
class Topic:
    """A topic of an article.

    ``title``, ``headings`` and ``body`` count the occurrences of its terms in these places; ``evidence`` are
    the first occurrences.
    """

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
    """The topics by descending score, and the version of the dictionary used."""

    version: str = ""
    ranked: tuple[Topic, ...] = ()


StatementRole = Literal["effective", "expires", "term"]


@frozen(kw_only=True)
class Statement:
    """A document's statement about its own force, whether or not it can be resolved to a day.

    ``words`` is the phrase, such as 自印发之日起30日后施行 or 有效期5年, ``sentence`` the sentence around it
    and ``line`` the index of its line in the text.
    """

    role: StatementRole
    words: str
    sentence: str
    line: int


ReferenceKind = Literal[
    "basis",
    "implements",
    "forwards",
    "amends",
    "repeals",
    "repeals_part",
    "suspends",
    "resumes",
    "extends",
    "confirms",
    "interprets",
    "cites",
]
"""``repeals_part``: some clauses only. ``extends``: its term is made longer. ``confirms``: it is said to be
in force."""
FORCE_KINDS: frozenset[ReferenceKind] = frozenset(
    {"repeals", "repeals_part", "suspends", "resumes", "extends", "confirms"}
)
"""The kinds of references that say something about the force of the other document."""


@frozen(kw_only=True)
class Reference:
    """One mention of another document.

    ``title`` is without 《》 (``""`` if only a number is printed). ``full`` is the full title if ``title`` is
    an abbreviation that the text defines. ``line`` is the index of the line in the text (None: the title),
    ``start`` and ``end`` are offsets in that line; ``sentence`` is the beginning of the sentence around it,
    for an entry of a list also that of the sentence or heading above the list. ``clauses`` are those that are
    amended, repealed or suspended, ``day`` is the stated day of that, and ``issued`` when the other document
    was issued.
    """

    kind: ReferenceKind
    title: str
    sentence: str
    line: int | None
    start: int
    end: int
    doc_no: DocNumber | None = None
    full: str = ""
    clauses: tuple[str, ...] = ()
    day: dt.date | None = None
    issued: dt.date | None = None


# ------------------------------------------------------------------ display


def printed(value: object) -> str:
    """A field value for display: numbers and organs as printed, days in ISO form, tuples joined by 、."""
    match value:
        case DocNumber():
            return value.raw
        case Issuer():
            return value.printed
        case tuple():
            return "、".join(printed(item) for item in value)
        case dt.datetime():
            return value.date().isoformat()
        case _:
            return str(value)


# ------------------------------------------------------------------ boilerplate


Edge = Literal["head", "tail"]
EDGES: tuple[Edge, ...] = ("head", "tail")


@frozen(kw_only=True)
class EdgeLine:
    """A line at the edge of a page.

    ``key`` identifies the line on other pages; it is ``""`` for a line of the document itself. ``passes``:
    the lines further inside may be boilerplate even if this one is not.
    """

    key: str = ""
    passes: bool = False


@frozen(kw_only=True)
class PageEdges:
    """The first and last lines of the pages of an article, as extracted by ``code``.

    The lines of each edge are in the order from the outside inwards.
    """

    article: str
    layout: str
    at: dt.datetime
    digests: tuple[str, ...]
    code: str
    heads: tuple[tuple[EdgeLine, ...], ...] = ()
    tails: tuple[tuple[EdgeLine, ...], ...] = ()

    def edges(self, edge: Edge) -> tuple[tuple[EdgeLine, ...], ...]:
        """The heads or the tails, one per page."""
        return self.heads if edge == "head" else self.tails


@frozen(kw_only=True)
class Block:
    """A line that recurs at one edge of the pages of a layout.

    ``pages`` of ``of`` pages had it when they were last counted. ``kept``: an operator declared it to be
    text.
    """

    layout: str
    edge: Edge
    key: str
    since: dt.datetime
    pages: int
    of: int
    kept: bool = False

    @property
    def id(self) -> str:
        """8 hexadecimal digits that are the same in every set and archive."""
        return hashlib.sha256(f"{self.layout} {self.edge} {self.key}".encode()).hexdigest()[:8]


@frozen(kw_only=True)
class LayoutBoilerplate:
    """Keys of the boilerplate of one layout, and of recurring lines that are kept as text."""

    head: frozenset[str] = frozenset()
    tail: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def on(self, edge: Edge) -> frozenset[str]:
        """The boilerplate keys of one edge."""
        return self.head if edge == "head" else self.tail


@frozen(kw_only=True, slots=False)
class BoilerplateSet:
    """All learned boilerplate of a portal. A set is never modified; a new one has a higher id."""

    id: int
    portal: str
    at: dt.datetime
    blocks: tuple[Block, ...] = ()

    def of(self, layout: str) -> LayoutBoilerplate:
        """The boilerplate of one layout, empty if there is none."""
        return self._layouts.get(layout, LayoutBoilerplate())

    @cached_property
    def _layouts(self) -> dict[str, LayoutBoilerplate]:
        return {layout: _learned(self.blocks, layout) for layout in {block.layout for block in self.blocks}}


def _learned(blocks: tuple[Block, ...], layout: str) -> LayoutBoilerplate:
    own = [block for block in blocks if block.layout == layout]
    removed: dict[Edge, frozenset[str]] = {
        edge: frozenset(block.key for block in own if block.edge == edge and not block.kept) for edge in EDGES
    }
    return LayoutBoilerplate(**removed, kept=frozenset(block.key for block in own if block.kept))
