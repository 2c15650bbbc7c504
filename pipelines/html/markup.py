"""Reduce a fragment of HTML before it is parsed into a tree, and build the tables in it.

A tree costs some 20 µs per tag, and Python's HTML parser takes quadratic time for unclosed tags and comments.
One linear pass therefore leaves only the tags that need a tree: tables, ``pre``, removed elements, links to
files, and elements that may be hidden. Other blocks, ``<br>``, rows and cells (where none may be hidden) and
the two ends of other links become control characters, which no page may contain; other inline tags (``span``,
``font``, ``strong`` …) and comments are dropped.

A table is built while its HTML is walked. A data table has several rows and columns, and its text is spread
over many cells; a layout table contains other tables, or one cell that is the article. Spans are resolved: a
spanning value stands in every place it covers, and every row has the same width.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set
from itertools import chain

from attrs import define, field

from policy.errors import TooDeep
from policy.records.content import FILE_ADDRESS, Table

MAX_DEPTH = 512
"""Most nested tags, as in browsers."""
MAX_TAGS = 60_000
"""Most tags including rows and cells: half a second; the largest catalogues on one page have half as many."""

LONGEST = 1_500_000
"""Most characters of a body; the longest codes and standards have a fifth of it."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCKS = _names(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre
    section summary table tbody td tfoot th thead tr ucapcontent ul"""
)
"""Elements that begin and end a line."""
REMOVED = _names(
    """applet audio button canvas datalist head iframe map math noembed noframes noscript object optgroup
    option script select style svg template textarea title video"""
)
"""Elements that hold no text for readers."""
_NESTING = BLOCKS - _names("dd dt li p option optgroup tbody td tfoot th thead tr")
"""Blocks that are not closed by the next element of their kind."""
_EMPTY = _names("area base br col embed frame img input link meta param source track wbr")
_CELLS = frozenset({"td", "th"})
_GRID = _CELLS | {"tr"}
_TREE = REMOVED | {"table", "pre"}
"""Elements that always need a tree."""

_MAYBE_FILE = re.compile(FILE_ADDRESS.pattern.removesuffix("$") + r"\s*(?:[?#\"']|$)", re.IGNORECASE)
_MAYBE_HIDDEN = ("hidden", "display", "visibility", "share-substr")
_ATTRIBUTE = re.compile(
    r"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]*+)))?""",
)
"""An attribute: its name and its value in double quotes, in single quotes, or unquoted."""

_TOKEN = re.compile(
    r"""
    <!--.*?(?:-->|\Z)
  | <(script|style)\b.*?(?:</\1\s*>|\Z)
  | <[!?][^>]*+(?:>|\Z)
  | <(?P<end>/?)(?P<name>[a-z][^\s/<>]*+)(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+(?=>)|[^<>]*+)>
  | <
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


BREAK = "\x1e"
"""Stands for a line break: for ``<br>`` and for the start and end of a block whose tag was dropped."""
LINK, UNLINK = "\x05", "\x06"
"""Stand for the start and the end of a link to another page."""
ROW, CELL, SPANS, UNCELL = "\x0e", "\x0f", "\x10", "\x11"
"""Stand for the start of a row, the start of a cell (``rowspan,colspan`` between CELL and SPANS)
and its end."""
_MARKS = {"&lt;": "\x02", "&gt;": "\x03", "&amp;": "\x04", "&nbsp;": "\xa0"}
_SPOKEN = {"\x02": "<", "\x03": ">", "\x04": "&"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


def reduce_markup(fragment: str) -> str:
    """The fragment with the tags that matter; raises TooDeep."""
    fragment = _CONTROLS.sub("", fragment)
    for escape, mark in _MARKS.items():
        fragment = fragment.replace(escape, mark)
    tamed = _tamed(fragment, _TREE) or _tamed(fragment, _TREE | _GRID) or ""
    if len(tamed) > LONGEST:
        raise TooDeep(f"a text of {len(tamed)} characters, at most {LONGEST}")
    return tamed


def _tamed(fragment: str, tree: Set[str]) -> str | None:
    """The fragment with the tags of ``tree``; None where that lacks rows and cells and one may be hidden."""
    tamer = _Tamer(tree=tree)
    tamed = _TOKEN.sub(tamer.token, fragment)
    return None if tamer.hides_cells and not tree >= _GRID else tamed


def restore_text(text: str) -> str:
    """The text of a reduced fragment with character references resolved."""
    for mark, sign in _SPOKEN.items():
        text = text.replace(mark, sign)
    return text


@define
class _Tamer:
    tree: Set[str]
    nested: int = 0
    count: int = 0
    hides_cells: bool = False
    kept: defaultdict[str, list[bool]] = field(factory=lambda: defaultdict(list))
    told: dict[tuple[str, str], bool] = field(factory=dict)
    """What attributes tell: paragraphs repeat theirs."""

    def token(self, match: re.Match[str]) -> str:
        """The replacement of a token."""
        end, name, attributes = match.group("end", "name", "attributes")
        if name is None:
            return _MARKS["&lt;"] if match[0] == "<" else ""
        name = name.lower()
        if name in _EMPTY:
            return BREAK if name == "br" else ""
        return self._end(name) if end else self._start(name, attributes.rstrip("/ "))

    def _start(self, name: str, attributes: str) -> str:
        if name in _GRID:
            return self._start_cell(name, attributes)
        if name in _NESTING:
            self._nest(1)
        telling = bool(attributes) and self._tells(name, attributes)
        if name not in self.tree:
            self.kept[name].append(telling)
            if not telling:
                return _mark(name, LINK if "href" in attributes.lower() else "")
        return self._keep(name, attributes if telling else "")

    def _tells(self, name: str, attributes: str) -> bool:
        tag = name, attributes
        if tag not in self.told:
            self.told[tag] = _telling(name, attributes)
        return self.told[tag]

    def _start_cell(self, name: str, attributes: str) -> str:
        if name in self.tree:
            return self._keep(name, attributes)
        self._keep(name, "")  # counted like the others
        self.hides_cells = self.hides_cells or _may_be_hidden(attributes)
        return ROW if name == "tr" else f"{CELL}{_spans(attributes)}{SPANS}"

    def _keep(self, name: str, attributes: str) -> str:
        self.count += 1
        if self.count > MAX_TAGS:
            raise TooDeep(f"more than {MAX_TAGS} tags")
        return f"<{name}{attributes}>"

    def _end(self, name: str) -> str:
        if name in _NESTING:
            self._nest(-1)
        if name in _GRID and name not in self.tree:
            return UNCELL if name in _CELLS else BREAK
        kept = self.kept[name]
        if name in self.tree or (kept and kept.pop()):
            return f"</{name}>"
        return _mark(name, UNLINK)

    def _nest(self, step: int) -> None:
        self.nested = max(0, self.nested + step)
        if self.nested > MAX_DEPTH:
            raise TooDeep(f"tags nested more than {MAX_DEPTH} deep")


def _mark(name: str, link: str) -> str:
    """What stands for a tag that is not kept."""
    return BREAK if name in BLOCKS else link if name == "a" else ""


def _spans(attributes: str) -> str:
    """``rowspan,colspan`` of a cell as its tag states them, each ``""`` where it does not."""
    if "span" not in attributes.lower():
        return ","
    stated = {
        name.lower(): quoted or single or bare
        for name, quoted, single, bare in _ATTRIBUTE.findall(attributes)
    }
    return ",".join(stated.get(name, "").strip().replace(",", " ") for name in ("rowspan", "colspan"))


def _telling(name: str, attributes: str) -> bool:
    """Whether the attributes say a file, or perhaps that the element is hidden."""
    return bool(name == "a" and _MAYBE_FILE.search(attributes)) or _may_be_hidden(attributes)


def _may_be_hidden(attributes: str) -> bool:
    """A cheap look: plain search in lower case takes a tenth of a pattern's time."""
    lower = attributes.lower()
    return any(word in lower for word in _MAYBE_HIDDEN)


# ------------------------------------------------------------------ tables


MAX_SPAN = 1000
"""The limit of colspan in the HTML standard."""
MAX_PLACES = 200_000
"""Most rows times columns; a larger table is read as paragraphs."""
_SENTENCE_ENDS = ("。", "；", "！", "？")
PROSE = 200
"""A cell with more characters, and more than half of the table's text, makes it a layout table."""


@define
class Cell:
    """A cell: its lines, and how many rows and columns it covers (0 rows: all remaining)."""

    rows: int = 1
    columns: int = 1
    lines: list[str] = field(factory=list)

    @classmethod
    def spanning(cls, rows: object, columns: object) -> Cell:
        """An empty cell with the spans that its tag states."""
        return cls(rows=_span(rows, least=0), columns=_span(columns, least=1))

    @property
    def text(self) -> str:
        """Its lines as one."""
        return " ".join(self.lines)

    @property
    def paragraphs(self) -> list[str]:
        """One line, unless sentences end at its line breaks."""
        joined: list[str] = []
        for line in self.lines:
            if joined and not joined[-1].endswith(_SENTENCE_ENDS):
                joined[-1] = f"{joined[-1]} {line}"
            else:
                joined.append(line)
        return joined


def _span(value: object, *, least: int) -> int:
    digits = str(value or "").strip()[:6]
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return min(max(int(digits), least), MAX_SPAN)


@define
class TableDraft:
    """The rows and cells read so far; lines outside of cells (a caption) keep their place."""

    rows: list[list[Cell]] = field(factory=list)
    order: list[Cell | str] = field(factory=list)
    current: Cell | None = None
    holds_tables: bool = False

    def row(self) -> None:
        """Begin a row."""
        self.rows.append([])
        self.current = None

    def cell(self, cell: Cell) -> None:
        """Begin a cell, with or without a row."""
        if not self.rows:
            self.row()
        self.rows[-1].append(cell)
        self.order.append(cell)
        self.current = cell

    def end_cell(self) -> None:
        """End the cell."""
        self.current = None

    def line(self, line: str) -> None:
        """Add a line to the current cell, or beside the cells."""
        if self.current is None:
            self.order.append(line)
        else:
            self.current.lines.append(line)

    def nested(self, lines: list[str]) -> None:
        """Add the lines of a nested table."""
        self.holds_tables = True
        for line in lines:
            self.line(line)

    def lines(self) -> list[str]:
        """All lines, as for a layout table."""
        return list(chain.from_iterable([it] if isinstance(it, str) else it.lines for it in self.order))

    def cell_lines(self) -> list[str]:
        """One line for each cell that holds text; several where its sentences are paragraphs."""
        return list(chain.from_iterable([it] if isinstance(it, str) else it.paragraphs for it in self.order))

    def table(self) -> Table | None:
        """The rows of a data table; None for a layout table."""
        if self.holds_tables or self._is_prose():
            return None
        rows = [row for row in self._grid() if any(row)]
        columns = sum(any(column) for column in zip(*rows, strict=True))
        return Table(rows=tuple(rows)) if len(rows) > 1 and columns > 1 else None

    def _is_prose(self) -> bool:
        sizes = [len(cell.text) for row in self.rows for cell in row]
        longest = max(sizes, default=0)
        return longest > PROSE and 2 * longest > sum(sizes)

    def _grid(self) -> list[tuple[str, ...]]:
        rows = [row for row in self.rows if row]
        covered = sum(self._height(cell, len(rows)) * cell.columns for row in rows for cell in row)
        grid = _Grid(spans=covered <= MAX_PLACES)
        for index, row in enumerate(rows):
            grid.add([(cell, self._height(cell, len(rows) - index)) for cell in row])
        return grid.rows()

    @staticmethod
    def _height(cell: Cell, left: int) -> int:
        return min(cell.rows, left) if cell.rows else left


@define
class _Grid:
    """Rows as column → text; a cell that reaches down takes its place in the rows below."""

    spans: bool
    placed: list[dict[int, str]] = field(factory=list)
    starts: set[int] = field(factory=set)
    reaching: dict[int, tuple[str, int]] = field(factory=dict)

    def add(self, row: list[tuple[Cell, int]]) -> None:
        """Place a row of cells with the number of rows each covers."""
        places = {column: text for column, (text, _) in self.reaching.items()}
        below = {column: (text, left - 1) for column, (text, left) in self.reaching.items() if left > 1}
        column = 0
        for cell, height in row:
            while column in places:
                column += 1
            self.starts.add(column)
            for covered in range(column, column + (cell.columns if self.spans else 1)):
                places[covered] = cell.text
                if self.spans and height > 1:
                    below[covered] = (cell.text, height - 1)
        self.placed.append(places)
        self.reaching = below

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of equal width without the columns in which no cell begins (``colspan=999``)."""
        columns = sorted(self.starts)
        if len(columns) * len(self.placed) > MAX_PLACES:
            return []
        return [tuple(row.get(column, "") for column in columns) for row in self.placed]
