"""``make bench-extract CORPUS=folder``: our records beside those of other extractors, on saved pages.

CORPUS is a folder of pages, or of such folders (``set/page.html`` or ``set/page.html.gz``). Beside each
page lies its truth, ``page.json``: an object with ``text`` (a paragraph a line) and, as far as the page says
it, ``title``, ``date`` (published), ``issued`` (成文日期), ``source`` (来源; in a set of documents with
``docno`` the issuing organ), ``docno``, ``indexno``, and ``url``, the page's address.

Every engine reads the pages in a process of its own, after another page unmeasured. Only its CPU counts.
What an engine fails to read counts as an empty record and is listed. Then all read pages of 1 MB and
10,000 elements, made here. Last, our own time by the steps of the reading.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.extraction import worst_pages
from benchmarks.extraction.engine_processes import Answers, answers
from benchmarks.extraction.engines import ENGINES, content
from benchmarks.extraction.scoring import Field, Score, fields, judge, score
from benchmarks.extraction.stages import by_step
from benchmarks.report import Report, show
from policy.errors import PageError

LIMIT = 600
"""Seconds an engine may take for a set."""
PATIENCE = 60
"""Seconds it may take for a page of 1 MB."""
STEPS = 5
"""Seconds for which our own steps are sampled, per set."""
LEAST = 0.1
"""Milliseconds of a step that is worth a row."""
USUAL = 60
"""Kilobytes of a usual page, whose cost is reported."""

Truth = Mapping[str, Any]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction.comparison")
    parser.add_argument(
        "corpus", nargs="?", default=os.environ.get("CORPUS"), help="folder of pages with truth"
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only these")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/benchmarks.md")
    asked = parser.parse_args()
    engines = asked.engine or [name for name, engine in ENGINES.items() if engine.runs]
    sets = _sets(asked.corpus)
    reports = [_measured(name, truths, engines) for name, truths in sets]
    show([*reports, _worst(engines), _steps(sets)], as_markdown=asked.markdown)


def _sets(corpus: str | None) -> list[tuple[str, dict[Path, Truth]]]:
    """The sets of a corpus; without any, what a corpus is."""
    if not corpus:
        raise SystemExit(f"say where the pages are: make bench-extract CORPUS=folder\n\n{__doc__}")
    if found := list(corpora(Path(corpus))):
        return found
    raise SystemExit(f"{corpus}: no page with its truth in it\n\n{__doc__}")


def corpora(folder: Path) -> Iterator[tuple[str, dict[Path, Truth]]]:
    """Each set's name and its pages with their truth; a page without one is left alone."""
    for place in (folder, *sorted(path for path in folder.glob("*") if path.is_dir())):
        pages = {page: _truth_of(page) for page in sorted([*place.glob("*.html"), *place.glob("*.html.gz")])}
        if truths := {
            page: json.loads(path.read_text("utf-8")) for page, path in pages.items() if path.exists()
        }:
            yield place.name, truths


def _truth_of(page: Path) -> Path:
    return page.with_name(page.name.removesuffix(".gz").removesuffix(".html") + ".json")


# ------------------------------------------------------------------ reporting


def _measured(name: str, truths: Mapping[Path, Truth], engines: Sequence[str]) -> Report:
    """A row an engine: quality and milliseconds on one set."""
    asked, rows, notes = fields(truths.values()), {}, list[str]()
    jobs = {page: str(truth.get("url") or "") for page, truth in truths.items()}
    sizes = {str(page): len(content(page)) / 1000 for page in truths}
    for engine in _tracked(engines, name):
        given = answers(engine, jobs, limit=LIMIT)
        marks = [judge(given.records.get(str(page), {}), truth, asked) for page, truth in truths.items()]
        rows[f"{engine} {given.version}"] = _quality(score(marks), given, asked) | cost(given.spent, sizes)
        notes += _failures(engine, given)
    title = f"{name}: {len(truths)} pages, of {statistics.median(sizes.values()):.0f} KB in the median"
    return Report(title=title, rows=rows, notes=notes)


def _quality(found: Score, given: Answers, asked: Mapping[str, Field]) -> dict[str, str]:
    """A field that an engine never gives is a dash."""
    gives = {key for record in given.records.values() for key, value in record.items() if value}
    return {
        "F1": f"{found.f1:.3f}",
        "lineF": f"{found.lines:.3f}",
        "< .5": str(found.poor),
        "leak": str(found.leaks),
        **{name: f"{right:.1f}" for name, right in found.fields.items() if asked[name].record in gives},
    }


def cost(spent: Mapping[str, float], sizes: Mapping[str, float]) -> dict[str, str]:
    """Milliseconds a page, and what a page of the usual size costs by the line through all."""
    if not spent:
        return {}
    ordered = sorted(spent.values())
    late = ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]
    told = {"ms median": f"{statistics.median(ordered):.1f}", "ms p95": f"{late:.1f}"}
    usual = _at(USUAL, [(sizes[file], ms) for file, ms in spent.items()])
    return told | ({} if usual is None else {f"ms at {USUAL} KB": f"{usual:.1f}"})


def _at(size: float, points: Sequence[tuple[float, float]]) -> float | None:
    """The cost of a size by the line of Theil and Sen, which a page of another kind does not bend."""
    slopes = [
        (two - one) / (more - less) for (less, one), (more, two) in combinations(points, 2) if more != less
    ]
    if not slopes:
        return None
    slope = statistics.median(slopes)
    return statistics.median(one + slope * (size - less) for less, one in points)


def _worst(engines: Sequence[str]) -> Report:
    """Milliseconds on pages made here, each read by a new process; a dash where there was no answer."""
    rows: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        pages = {shape: Path(folder) / f"{shape}.html" for shape in worst_pages.SHAPES}
        for shape, page in pages.items():
            page.write_bytes(worst_pages.page(shape))
        for engine in _tracked(engines, "1 MB"):
            given = {shape: answers(engine, {page: ""}, limit=PATIENCE) for shape, page in pages.items()}
            rows[engine] = {shape: f"{ms:,.0f}" for shape, one in given.items() for ms in one.spent.values()}
            notes += [note for one in given.values() for note in _failures(engine, one)]
    return Report(title="1 MB and 10,000 elements: ms", rows=rows, notes=notes)


def _steps(sets: Sequence[tuple[str, Mapping[Path, Truth]]]) -> Report:
    """Where our own time goes, a row a step of the reading."""
    rows: dict[str, dict[str, str]] = {}
    for name, truths in sets:
        for module, ms in _watched(truths).items():
            if ms >= LEAST:
                rows.setdefault(module, {})[name] = f"{ms:.1f}"
    return Report(title="polarchive by step: ms a page", rows=rows)


def _watched(truths: Mapping[Path, Truth]) -> dict[str, float]:
    jobs = [(content(page), str(truth.get("url") or "")) for page, truth in truths.items()]
    read = ENGINES["polarchive"].make()

    def read_all() -> None:
        for body, url in jobs:
            with suppress(PageError):
                read(body, url)

    return {module: ms / len(jobs) for module, ms in by_step(read_all, seconds=STEPS).items()}


def _failures(engine: str, given: Answers) -> list[str]:
    return [f"{engine}: {Path(file).name}: {why}" for file, why in given.failures.items()]


def _tracked(engines: Sequence[str], what: str) -> Iterable[str]:
    return track(engines, what, console=Console(stderr=True), transient=True)


if __name__ == "__main__":
    main()
