"""Measured rows as a table on the terminal or in Markdown."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from attrs import frozen
from rich.console import Console
from rich.table import Table

WIDTH = 160
"""Columns of a file or a pipe."""


@frozen(kw_only=True)
class Report:
    """A table: rows by their name, each with the same columns; notes stand below."""

    title: str
    rows: Mapping[str, Mapping[str, str]]
    notes: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return list(dict.fromkeys(name for cells in self.rows.values() for name in cells))


def show(reports: Sequence[Report], *, as_markdown: bool = False) -> None:
    """Print them."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for report in reports:
        if as_markdown:
            print(markdown(report))
        else:
            console.print(_table(report), *report.notes, "", sep="\n", markup=False)


def markdown(report: Report) -> str:
    """A section of a page of documentation."""
    head = ["| |" + "|".join(report.columns) + "|", "|---|" + "---:|" * len(report.columns)]
    rows = [
        f"| {name} | " + " | ".join(cells.get(column, "–") for column in report.columns) + " |"
        for name, cells in report.rows.items()
    ]
    notes = ["", *(f"- {note}" for note in report.notes)] if report.notes else []
    return "\n".join([f"### {report.title}", "", *head, *rows, *notes, ""])


def _table(report: Report) -> Table:
    table = Table(title=report.title, title_justify="left")
    for column in ("", *report.columns):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, cells in report.rows.items():
        table.add_row(name, *(cells.get(column, "–") for column in report.columns))
    return table
