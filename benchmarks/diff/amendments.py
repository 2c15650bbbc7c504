"""What changed between the dated versions of real laws, to be read beside the decisions that amended them.

    python -m benchmarks.diff.amendments FOLDER [--show NAME]

FOLDER holds ``NAME(YYYY-MM-DD).md`` or ``.md.gz``, the history above ``<!-- INFO END -->``; no law comes with
Polarchive.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.dedupe.lawbooks import FILE, content
from pipelines.diff.comparison import Comparison, apply_clause_changes, compare_texts

KINDS = ("added", "removed", "changed", "renumbered", "moved")


def main() -> None:
    """Print a line for each two successive versions; with ``--show`` every change of some laws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", metavar="NAME", help="the changes of laws with this in their name")
    arguments = parser.parse_args()
    table = Table()
    for name in ("law", "from", "to", "clauses", *KINDS, "substantive", "ms"):
        table.add_column(name, justify="left" if name in ("law", "from", "to") else "right", overflow="fold")
    for name, days, found, took in _compared(arguments.folder):
        kinds = Counter[str](change.kind for change in found.changes)
        substantive = sum(change.grade == "substantive" for change in found.changes)
        sizes = f"{len(found.old)} → {len(found.new)}"
        numbers = (*(str(kinds[kind]) for kind in KINDS), str(substantive), f"{took:.0f}")
        table.add_row(name, *days, sizes, *numbers)
        if arguments.show and arguments.show in name:
            _show(found)
    Console(width=120).print(table)


def _compared(folder: Path) -> Iterator[tuple[str, tuple[str, str], Comparison, float]]:
    files = ((FILE.fullmatch(path.name), path) for path in folder.iterdir())
    named = sorted((file["name"], file["day"], path) for file, path in files if file and file["day"])
    for name, versions in groupby(named, key=lambda each: each[0]):
        for (_, earlier, before), (_, later, after) in pairwise(versions):
            old, new = lines(before), lines(after)
            begun = time.process_time()
            found = compare_texts(old, new)
            took = (time.process_time() - begun) * 1000
            if apply_clause_changes(found.changes, old) != tuple(new):
                raise SystemExit(f"{name}: the changes do not lead from {earlier} to {later}")
            yield name, (earlier, later), found, took


def lines(path: Path) -> list[str]:
    """The law's text, a paragraph a line, without its history."""
    body = content(path).split("<!-- INFO END -->", 1)[-1]
    return [re.sub(r"^#+\s*", "", line) for line in body.split("\n") if line.strip()]


def _show(found: Comparison) -> None:
    for change in found.changes:
        reasons = "；".join(dict.fromkeys(map(str, change.reasons)))
        print(f"{change.kind:10} {change.grade:11} {change.label}  {reasons[:200]}")


if __name__ == "__main__":
    main()
