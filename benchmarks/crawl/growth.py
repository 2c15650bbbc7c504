"""``make bench``: what a save, the index and a search cost as the archive grows.

An archive on SQLite grows in steps, by articles of some 5,000 characters; at each size the same things
are measured. CPU of this process, except for searches, which are timed by the clock.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.crawl import pages
from benchmarks.crawl.meter import cpu
from pipelines.dedupe.assignment import decide_policy
from policy.documents.numbers import parse_number
from policy.query import parse
from policy.records import Article, Capture, Entry, FieldValue
from policy.rules.extraction import Extraction
from storage import queries
from storage.articles import archive, listed_entries
from storage.database import Database, open_database, upgrade
from storage.search.index import Index
from storage.search.searcher import search

NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
SAMPLE, ROWS = 200, 25
QUERIES = {
    "search, a term in every article": "储能",
    "search, a phrase with a day": "完善价格机制 日期:2026-10",
    "search, one number": "文号:测发改〔2026〕77号",
}


@frozen(kw_only=True)
class Size:
    """Measurements at one size, in milliseconds, and the bytes an article takes."""

    articles: int
    figures: dict[str, float]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl.growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 8_000])
    with tempfile.TemporaryDirectory() as home:
        show(list(grow(Path(home), parser.parse_args().sizes)))


def grow(home: Path, sizes: Sequence[int]) -> Iterable[Size]:
    """Fill an archive to each size and measure at that size."""
    url = f"sqlite:///{home / 'polarchive.db'}"
    upgrade(url)
    held = 0
    with open_database(url) as database:
        index = Index(home / "index")
        for size in sizes:
            new = _timed(lambda: save(database, range(held, size)), size - held)  # noqa: B023 - called at once
            indexed = _timed(lambda: index.follow(database), size - held)
            again = _timed(lambda: save(database, range(size - SAMPLE, size)), SAMPLE)  # noqa: B023 - called at once
            held = size
            figures = {
                "save a new article, CPU ms": new,
                "see it again, CPU ms": again,
                "index it, CPU ms": indexed,
            }
            figures |= {
                "first 200 due articles, CPU ms": _median(lambda: due(database)),
                "a listing page of 25 rows, CPU ms": _median(lambda: listing(database, size)),  # noqa: B023
            }
            figures |= {name + ", ms": searched(index, database, query) for name, query in QUERIES.items()}
            figures["database, KB an article"] = (home / "polarchive.db").stat().st_size / size / 1000
            files = [path.stat().st_size for path in (home / "index").rglob("*") if path.is_file()]
            yield Size(articles=size, figures=figures | {"index, KB an article": sum(files) / size / 1000})


def save(database: Database, numbers: range) -> None:
    """Save these articles, as a crawl does."""
    for number in track(numbers, "saving", console=Console(file=sys.stderr), transient=True):
        archive.save_article(
            database,
            Extraction(article=article(number), captures=(capture(number),), code="bench"),
            decide=decide_policy,
        )


def due(database: Database) -> None:
    """Select the articles that are due for a revisit, as a run does at its start."""
    with database.read() as session:
        assert queries.due_articles(session, "bench", dt.date.max, after=(dt.date.min, 0), limit=200)


def listing(database: Database, held: int) -> None:
    """Query and write what a run does for each page of a listing."""
    keys = [str(number) for number in range(held - ROWS, held)]
    rows = [Entry(url=f"http://bench.example/{key}.htm", key=key, title=key) for key in keys]
    with database.write() as session:
        assert len(queries.articles_by_key(session, "bench", keys)) == ROWS
        listed_entries.listed_before(session, "bench", "tz", keys)
        listed_entries.save_listed(session, "bench", "tz", rows, NOW)


def article(number: int) -> Article:
    """The record of an invented article."""
    printed = f"测发改〔2026〕{number + 1}号"
    found = parse_number(printed)
    assert found is not None
    day = dt.date(2026, 1 + number % 10, 1 + number % 28)
    return Article(
        portal="bench",
        key=str(number),
        url=f"http://bench.example/{number}.htm",
        title=FieldValue(value=pages.title(number), raw=pages.title(number), rule="bench"),
        doc_no=FieldValue(value=found, raw=printed, rule="bench"),
        published=FieldValue(value=day, raw=day.isoformat(), rule="bench"),
        text="\n".join(pages.lines(number)),
    )


def capture(number: int) -> Capture:
    """A capture of it, equal for equal arguments."""
    name = f"bench-{number}"
    return Capture(
        url=f"http://bench.example/{number}.htm",
        at=NOW,
        status=200,
        file="bench.warc.gz",
        offset=number,
        length=1,
        digest=name,
        record_id=name,
    )


def searched(index: Index, database: Database, query: str) -> float:
    """The median of some searches for twenty hits, in milliseconds."""
    tree, spent = parse(query), []
    for _ in range(15):
        start = time.perf_counter()
        search(index, database, tree)
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_timed(work, 1) for _ in range(15))


def _timed(work: Callable[[], object], count: int) -> float:
    start = cpu()
    work()
    return (cpu() - start) / count * 1000


def show(sizes: Sequence[Size]) -> None:
    """A row a figure, a column a size, and how the last compares with the first."""
    table = Table(title="An archive that grows: articles of 5,000 characters, SQLite", title_justify="left")
    for column in ("", *(f"{size.articles:,}" for size in sizes), "last : first"):
        table.add_column(column, justify="right" if column else "left")
    for name, first in sizes[0].figures.items():
        values = [size.figures[name] for size in sizes]
        table.add_row(name, *(f"{value:.1f}" for value in values), f"{values[-1] / first:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
