"""Convert the HTML of a body to lines: one paragraph, heading, list item or table cell each.

The only module that uses BeautifulSoup. It receives the body fragment, never a whole page, and walks the tree
with an explicit stack: excessively nested HTML raises TooDeep, never RecursionError.

White space within a line collapses as in a browser; ``&nbsp;`` and U+3000 are text and are trimmed at both
ends only. Invisible characters (U+200B, soft hyphen …) are dropped. Everything else is as published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import unquote

from attrs import define, field, frozen
from bs4 import BeautifulSoup
from bs4.element import PageElement, PreformattedString, Tag

from pipelines.html.markup import (
    BLOCKS,
    BREAK,
    CELL,
    LINK,
    REMOVED,
    ROW,
    SPANS,
    UNCELL,
    UNLINK,
    Cell,
    TableDraft,
    reduce_markup,
    restore_text,
)
from policy.records import Attachment
from policy.records.content import FILE_ADDRESS, Table

_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_HIDDEN_CLASS = "share-substr"
_PAGE = re.compile(r"page[-_]?\d", re.IGNORECASE)
"""Names of the parts that a long text is split into, all but one of them hidden until selected."""
_COLLAPSED = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_INVISIBLE = re.compile(f"{CELL}[^{SPANS}]*{SPANS}|[{LINK}{UNLINK}{ROW}{UNCELL}\x7f\u00ad\u200b\u2060\ufeff]")
_LINKED = re.compile(f"{LINK}[^{UNLINK}]*(?:{UNLINK}|$)")
_UNEVEN = re.compile("[\x02-\x1f\x7f\x85\xad\u200b\u2028\u2029\u2060\ufeff]")
"""Characters that are not shown as they are, and runs of two spaces."""
_ENDS = " \xa0\u3000\u2002\u2003\u2009"
_MARKS = re.compile(f"({BREAK}|{ROW}|{CELL}[^{SPANS}]*{SPANS}|{UNCELL})")
_LINES = re.compile("\r\n?|\n")


@frozen(kw_only=True)
class Cleaned:
    """The lines, tables and files of a body. A file's address is as the page writes it, without line breaks.

    ``linked`` maps the index of each line outside tables that contains a link to another page to its text
    outside links (an unclosed link ends with its line); ``cells`` are the indices of lines of data tables.
    """

    lines: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    links: tuple[Attachment, ...] = ()
    linked: Mapping[int, str] = field(factory=dict)
    cells: frozenset[int] = frozenset()


def clean_html(fragment: str) -> Cleaned:
    """The fragment's lines, data tables and linked files; raises TooDeep."""
    soup = BeautifulSoup(
        "\n" + reduce_markup(fragment),  # BeautifulSoup takes a text of one line for a file name
        "html.parser",
        store_line_numbers=False,
        multi_valued_attributes=None,
    )
    writer = _LineWriter()
    for event, node in _events(soup):
        writer.take(event, node)
    return writer.finish()


def text_of(fragment: str) -> str:
    """The fragment's lines as one text."""
    return "\n".join(clean_html(fragment).lines)


# ------------------------------------------------------------------ tree walk


_Event = Literal["text", "enter", "leave"]


def _events(root: Tag) -> Iterator[tuple[_Event, PageElement]]:
    """The nodes a reader sees, in order; an element is entered and left."""
    opened: list[Tag] = []
    waiting: list[Iterator[PageElement]] = [iter(root.contents)]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
            if opened:
                yield "leave", opened.pop()
        elif isinstance(node, Tag):
            if not _unseen(node):
                yield "enter", node
                opened.append(node)
                waiting.append(iter(node.contents))
        elif not isinstance(node, PreformattedString):  # comments, CDATA, doctypes
            yield "text", node


def _unseen(tag: Tag) -> bool:
    if tag.name in REMOVED:
        return True
    attributes = tag.attrs
    if not attributes:
        return False
    return (
        "hidden" in attributes
        or _HIDDEN_CLASS in str(attributes.get("class", ""))
        or (bool(_HIDDEN_STYLE.search(str(attributes.get("style", "")))) and not _is_page(tag))
    )


def _is_page(tag: Tag) -> bool:
    return bool(_PAGE.search(f"{tag.attrs.get('id', '')} {tag.attrs.get('class', '')}"))


# ------------------------------------------------------------------ writing lines


@define
class _Link:
    """A link to a file, while its text is read."""

    href: str
    title: str
    texts: list[str] = field(factory=list)

    @property
    def name(self) -> str:
        """Its text, otherwise its title, otherwise the file name."""
        said = one_line("".join(self.texts)) or one_line(self.title)
        return said or one_line(unquote(_path(self.href).rpartition("/")[2])) or self.href


@define
class _LineWriter:
    """Collects lines; while a table is open they go to its current cell."""

    lines: list[str] = field(factory=list)
    tables: list[Table] = field(factory=list)
    links: dict[str, str] = field(factory=dict)
    linked: dict[int, str] = field(factory=dict)
    cells: set[int] = field(factory=set)
    drafts: list[TableDraft] = field(factory=list)
    buffer: list[str] = field(factory=list)
    preformatted: int = 0
    link: _Link | None = None

    def take(self, event: _Event, node: PageElement) -> None:
        """Process one event of the tree walk."""
        if event == "text":
            self._text(str(node))
        elif isinstance(node, Tag):
            (self._enter if event == "enter" else self._leave)(node)

    def finish(self) -> Cleaned:
        """Close what is open and return the result."""
        self._flush()
        links = tuple(Attachment(url=url, name=name) for url, name in self.links.items())
        return Cleaned(
            lines=tuple(self.lines),
            tables=tuple(self.tables),
            links=links,
            linked=self.linked,
            cells=frozenset(self.cells | self._nested_cells()),
        )

    def _nested_cells(self) -> set[int]:
        """The lines of data tables that stand in a layout table."""
        values = {value for table in self.tables for row in table.rows for value in row}
        return {index for index, line in enumerate(self.lines) if line in values} if values else set()

    def _text(self, text: str) -> None:
        if self.link:
            self.link.texts.append(text)
        if self.preformatted:
            text = _LINES.sub(BREAK, text)
        words, *rest = _MARKS.split(text)
        self.buffer.append(words)
        for mark, words in zip(rest[::2], rest[1::2], strict=True):
            self._flush()
            self._mark(mark)
            if words:
                self.buffer.append(words)

    def _mark(self, mark: str) -> None:
        """What a sign in the text says of the table."""
        if mark == BREAK or not self.drafts:
            return
        if mark == ROW:
            self.drafts[-1].row()
        elif mark == UNCELL:
            self.drafts[-1].end_cell()
        else:
            self.drafts[-1].cell(Cell.spanning(*mark[1:-1].split(",")))

    def _enter(self, tag: Tag) -> None:
        name = tag.name
        if name in BLOCKS:
            self._flush()
        if name == "table":
            self.drafts.append(TableDraft())
        elif name == "tr" and self.drafts:
            self.drafts[-1].row()
        elif name in ("td", "th") and self.drafts:
            self.drafts[-1].cell(Cell.spanning(tag.attrs.get("rowspan"), tag.attrs.get("colspan")))
        elif name == "pre":
            self.preformatted += 1
        elif name == "a":
            self._open_link(tag)

    def _leave(self, tag: Tag) -> None:
        name = tag.name
        if name in BLOCKS:
            self._flush()
        if name == "table":
            self._close_table()
        elif name in ("td", "th") and self.drafts:
            self.drafts[-1].end_cell()
        elif name == "pre":
            self.preformatted -= 1
        elif name == "a":
            self._close_link()

    def _flush(self) -> None:
        text = "".join(self.buffer)
        self.buffer.clear()
        unlinked = one_line(_LINKED.sub("", text)) if LINK in text else None
        line = one_line(text) if text.strip(" \n") else ""
        if line and self.drafts:
            self.drafts[-1].line(line)
        elif line:
            if unlinked is not None:
                self.linked[len(self.lines)] = unlinked
            self.lines.append(line)

    def _close_table(self) -> None:
        draft = self.drafts.pop()
        table = draft.table()
        lines = draft.cell_lines() if table else draft.lines()
        if table:
            self.tables.append(table)
        if not self.drafts:
            start = len(self.lines)
            self.lines += lines
            self.cells.update(range(start, len(self.lines)) if table else ())
        elif lines:
            self.drafts[-1].nested(lines)

    def _open_link(self, tag: Tag) -> None:
        href = re.sub(r"[\r\n\t]+", "", restore_text(str(tag.attrs.get("href", "")))).strip()
        if FILE_ADDRESS.search(_path(href)) or FILE_ADDRESS.search(href):
            self.link = _Link(href=href, title=str(tag.attrs.get("title", "")))

    def _close_link(self) -> None:
        if self.link:
            self.links.setdefault(self.link.href, self.link.name)
            self.link = None


def _path(href: str) -> str:
    return re.split("[?#]", href, maxsplit=1)[0]


def one_line(text: str) -> str:
    """The text as a browser shows it on one line."""
    text = text.strip("\t\n\r ")
    if "  " in text or _UNEVEN.search(text):
        text = _COLLAPSED.sub(" ", _INVISIBLE.sub("", restore_text(text)))
    return text.strip(_ENDS)
