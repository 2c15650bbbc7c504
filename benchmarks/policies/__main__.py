"""Print the table of policies.

    python -m benchmarks.policies FOLDER [--only GROUP] [--shortfalls]

FOLDER holds any of ``laws/``, ``portal-pages/``, ``govcn/``, ``yearly-reports/`` and ``doc-numbers.txt``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.table import Table

from benchmarks import policies
from benchmarks.policies.rows import Corpus, Row
from benchmarks.report import WIDTH

GROUPS = (
    "force",
    "numbers",
    "issuers",
    "reprints",
    "versions",
    "comparison",
    "announcements",
    "linking",
)
"""The modules of rows, in the order of the table."""


@frozen(kw_only=True)
class Measured:
    """A row, its group and how long it took."""

    group: str
    row: Row
    seconds: float


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.policies",
        description=policies.__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("corpus", nargs="?", default=os.environ.get("CORPUS"), help="folder of documents")
    parser.add_argument("--only", action="append", choices=available(), metavar="GROUP", help="only these")
    parser.add_argument("--shortfalls", action="store_true", help="also print the cases that fall short")
    arguments = parser.parse_args()
    if not arguments.corpus or not Path(arguments.corpus).is_dir():
        raise SystemExit("name the folder of documents: make bench-policies CORPUS=folder")
    corpus = Corpus(folder=Path(arguments.corpus))
    measured = [*measure(corpus, arguments.only or available())]
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table(measured))
    if arguments.shortfalls:
        for entry in measured:
            lines = [f"{entry.row.what}: {case}" for case in entry.row.shortfalls]
            console.print(*lines, sep="\n", end="\n" if lines else "", markup=False)


def available() -> list[str]:
    """The groups whose module is there."""
    return [group for group in GROUPS if find_spec(f"{policies.__name__}.{group}")]


def measure(corpus: Corpus, groups: Sequence[str]) -> Iterator[Measured]:
    """The rows of these groups with the seconds of each."""
    for group in groups:
        start = time.perf_counter()
        for row in import_module(f"{policies.__name__}.{group}").rows(corpus):
            yield Measured(group=group, row=row, seconds=time.perf_counter() - start)
            start = time.perf_counter()


def table(measured: Sequence[Measured]) -> Table:
    """The rows; what is not reached is marked."""
    shown = Table(title="policies", title_justify="left")
    for name in ("what", "ours", "plain baseline", "to reach", "", "--only", "seconds"):
        shown.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for entry in measured:
        row = entry.row
        mark = "reached" if row.reached else "SHORT"
        cells = (row.what, row.ours, row.baseline, row.target, mark, entry.group, f"{entry.seconds:.1f}")
        shown.add_row(*cells)
    return shown


if __name__ == "__main__":
    main()
