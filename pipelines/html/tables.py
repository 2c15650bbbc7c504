"""Build a table while its HTML is walked, and decide whether it is a data table.

A data table has several rows and columns, and its text is spread over many cells; a layout table contains
other tables, or one cell that is the article. Spans are resolved: a spanning value stands in every place it
covers, and every row has the same width.
"""

from __future__ import annotations

from itertools import chain

from attrs import define, field

from policy.records.content import Table

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
