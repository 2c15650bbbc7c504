"""``make check`` prints measures of the source tree and fails when one is above its ceiling.

Ceilings and targets are in ``[tool.polarchive.structure]`` of ``pyproject.toml``. A ceiling may only be
lowered. ``--list`` prints what a measure counts.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from attrs import frozen
from rich.console import Console
from rich.table import Table
from rich.text import Text

from checks import measures
from checks.measures import Measure
from checks.sources import SourceTree, read_tree

WIDTH = 110
"""Columns when the output is not a terminal."""
EXAMPLES = 10
"""Places that are printed of a measure above its ceiling."""


@frozen
class Limit:
    """The ceiling of a measure today, and its target."""

    ceiling: float
    target: float


@frozen
class Result:
    """A measure beside its limit."""

    title: str
    measure: Measure
    limit: Limit

    @property
    def fails(self) -> bool:
        """Whether it is above its ceiling."""
        return self.measure.value > self.limit.ceiling


def main(root: Path = Path()) -> int:
    """Print the table; 1 when a measure is above its ceiling."""
    parser = argparse.ArgumentParser(prog="python -m checks.structure", description=__doc__)
    parser.add_argument(
        "--list", metavar="MEASURE", help="print what is counted, by the name in pyproject.toml"
    )
    asked = parser.parse_args()
    settings = read_settings(root)
    return conclude(measure(tree_of(root, settings), settings), asked.list)


def read_settings(root: Path) -> dict[str, Any]:
    """The table of ``pyproject.toml``."""
    with (root / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["tool"]["polarchive"]["structure"])


def tree_of(root: Path, settings: Mapping[str, Any]) -> SourceTree:
    """The production modules, as the settings say which those are."""
    return read_tree(root, exclude=settings["exclude"], apart=settings["apart"])


def measure(tree: SourceTree, settings: Mapping[str, Any]) -> dict[str, Result]:
    """All measures by their names in ``pyproject.toml``."""
    functions: dict[str, tuple[str, Callable[[SourceTree], Measure]]] = {
        "entries": ("entries at one level of a package", measures.entries_at_one_level),
        "modules": ("modules", measures.module_count),
        "lines": ("lines of the longest module", measures.lines_of_a_module),
        "fragments": (f"% of modules under {measures.SMALL} lines with one importer", measures.fragments),
        "packages_without_purpose": (
            "packages without a docstring",
            measures.packages_without_purpose,
        ),
        "doubled_stems": ("module names doubled within a layer", measures.doubled_stems),
        "doubled_classes": ("class names doubled", measures.doubled_classes),
        "circles": ("import circles", measures.import_circles),
        "type_circles": ("import circles, imports for types included", measures.type_circles),
        "vague_names": ("vague public names", measures.vague_names),
        "field_places": (
            "modules that name one field of a record",
            partial(measures.places_of_a_field, fields=settings["fields"]),
        ),
    }
    return {
        name: Result(title, function(tree), Limit(**settings["limits"][name]))
        for name, (title, function) in functions.items()
    }


def conclude(results: Mapping[str, Result], listed: str | None) -> int:
    """Print what one measure counts, or the table; 1 when a measure is above its ceiling."""
    if listed:
        sys.stdout.writelines(f"{place}\n" for place in results[listed].measure.places)
        return 0
    show(results)
    return int(any(result.fails for result in results.values()))


def show(results: Mapping[str, Result]) -> None:
    """The table, and examples of what is above its ceiling."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    table = Table(title="Structure", title_justify="left")
    for column in ("measure", "", "today", "ceiling", "target"):
        table.add_column(column, justify="right" if column in {"today", "ceiling", "target"} else "left")
    for name, result in results.items():
        limit = result.limit
        colour = "red" if result.fails else "green" if result.measure.value <= limit.target else ""
        today = Text(f"{result.measure.value:g}", style=colour)
        table.add_row(name, result.title, today, f"{limit.ceiling:g}", f"{limit.target:g}")
    console.print(table)
    for name, result in results.items():
        if result.fails:
            console.print(f"[red]{name} is above its ceiling[/]; --list prints all that it counts:")
            for place in result.measure.places[:EXAMPLES]:
                console.print(Text(f"  {place}"))


if __name__ == "__main__":
    sys.exit(main())
