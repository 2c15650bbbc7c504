"""CPU of a new article by step, as the number of reprints of its policy grows.

``python -m benchmarks.dedupe.arrival`` archives reprints of one invented policy, of all kinds of ``planted``,
in SQLite and runs the change-feed consumers after each ``--batch``. It reports the last batches before each
size: CPU of the consumers by article, CPU of regrouping all articles again, and the number of policies.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.dedupe import planted
from benchmarks.dedupe.planted import Planted
from benchmarks.dedupe.variants import VARIANTS
from benchmarks.report import Report, show
from pipelines.consumers import linking
from pipelines.consumers.regrouping import regroup
from pipelines.dedupe.assignment import decide_policy
from policy.records import Article, Capture, FieldValue
from policy.rules.extraction import Extraction
from storage.articles import archive
from storage.database import Database, open_database, upgrade
from storage.policies import memberships

NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
LAST = 20
"""Articles before each size whose cost is reported."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dedupe.arrival", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--batch", type=int, default=1, help="articles that are followed at once")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--markdown", action="store_true", help="a table for docs/benchmarks.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'polarchive.db'}"
        upgrade(url)
        with open_database(url) as database:
            rows = dict(crowd(database, asked.sizes, asked.batch, asked.seed))
    title = f"reprints of one policy, {asked.batch} at a time, seed {asked.seed}: CPU ms an article"
    show([Report(title=title, rows=rows)], as_markdown=asked.markdown)


def crowd(
    database: Database, sizes: Sequence[int], batch: int, seed: int
) -> Iterator[tuple[str, dict[str, str]]]:
    """CPU of a new article at each size: of all consumers, and of the grouping."""
    articles = reprints(max(sizes), seed)
    total, spent, saved = 0.0, list[float](), list[int]()
    for count, new in enumerate(articles, start=1):
        saved.append(save(database, new))
        if count % batch == 0 or count in sizes:
            spent.append(_cpu(database))
            total += spent[-1]
        if count in sizes:
            told = spent[-max(LAST // batch, 1) :]
            yield (
                f"{count:,}",
                {
                    "an arrival": f"{sum(told) / len(told) / batch * 1000:.0f}",
                    "grouping all": f"{_grouping(database, saved[-1]) * 1000:.0f}",
                    "all so far, s": f"{total:.0f}",
                    "policies": str(_policies(database, saved)),
                },
            )


def reprints(count: int, seed: int) -> Iterator[Planted]:
    """A policy and its reprints."""
    first = next(each for each in planted.corpus(200, seed) if each.kind == "own")
    yield first
    kinds = [*VARIANTS]
    for at in range(count - 1):
        kind = kinds[at % len(kinds)]
        title, text = VARIANTS[kind](random.Random(f"{seed}:{at}"), first.title, first.text)
        yield Planted(200 + at, kind, first.number, title, text)


def save(database: Database, new: Planted) -> int:
    """Archive a planted article; returns its id."""
    article = Article(
        portal="bench",
        key=str(new.number),
        url=f"https://bench.example/{new.number}",
        title=FieldValue(value=new.title, raw=new.title, rule="bench"),
        text=new.text,
    )
    return save_article(database, article)


def save_article(database: Database, article: Article, *, at: dt.datetime = NOW, silent: bool = False) -> int:
    """Archive an article as fetched at this time; returns its id."""
    digest = hashlib.sha1(f"{article.url} {at} {article.text}".encode(), usedforsecurity=False).hexdigest()
    capture = Capture(
        url=article.url,
        at=at,
        status=200,
        file="bench.warc.gz",
        offset=0,
        length=1,
        digest=f"sha1:{digest}",
        record_id=f"<urn:bench:{digest}>",
        mime="text/html",
    )
    reading = Extraction(article=article, captures=(capture,), code="1", silent=silent)
    return archive.save_article(database, reading, decide=decide_policy).article_id


def _cpu(database: Database) -> float:
    start = time.process_time()
    linking.follow(database)
    return time.process_time() - start


def _grouping(database: Database, article: int) -> float:
    """Regroup once more, which changes nothing."""
    start = time.process_time()
    with database.write() as session:
        regroup(session, [article], at=NOW)
    return time.process_time() - start


def _policies(database: Database, articles: Sequence[int]) -> int:
    with database.read() as session:
        return len({*memberships.policies_of(session, articles).values()})


if __name__ == "__main__":
    main()
