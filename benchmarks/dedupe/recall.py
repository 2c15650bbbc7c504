"""``make bench-dedupe``: how well reprints are recognised in invented articles, and what that costs.

``--sizes`` articles are added one by one: each is looked up in the index, compared with the candidates and
added to the index. With ``--peers``, MinHash LSH, LSH Ensemble and simhash read the same articles, each in a
process of its own. Then some articles are grouped in ``--orders`` random orders. With CORPUS (a folder that
holds ``laws`` and ``yearly-reports``), versions of real laws and real reports are compared too.

``--after N`` first fills the index with N such articles; only the articles after them are scored and
measured, against all. ``--drawn N`` fills the index with random fingerprints of N articles, within minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from rich.console import Console
from rich.progress import track
from sqlalchemy import text as sql

from benchmarks.dedupe import filled_index, planted, variants
from benchmarks.dedupe.filled_index import sheet_of
from benchmarks.dedupe.lawbooks import laws, reports
from benchmarks.dedupe.planted import Planted
from benchmarks.dedupe.tally import Tally
from benchmarks.report import Report, show
from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile, fingerprints
from pipelines.dedupe.grouping import Group, group_articles, grouping_member
from pipelines.dedupe.relations import find_relation
from policy.records import Article
from policy.records.saves import Relation
from storage.database import Database, open_database, upgrade
from storage.policies import fingerprints as index

PEERS = ("minhash", "ensemble", "simhash")
PEER = Path(".venv-bench/bin/python")
MEASURED = 20_000
"""The last articles, whose cost is reported."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dedupe.recall", description=__doc__)
    parser.add_argument(
        "corpus", nargs="?", default=os.environ.get("CORPUS"), help="folder of laws and yearly reports"
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000])
    parser.add_argument("--seed", type=int, default=2)
    before = parser.add_mutually_exclusive_group()
    before.add_argument("--after", type=int, default=0, help="articles that are in the index before")
    before.add_argument("--drawn", type=int, default=0, help="fingerprints that are in the index before")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=[], help="beside it")
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--markdown", action="store_true", help="tables for docs/benchmarks.md")
    asked = parser.parse_args()
    found = [_sized(size, asked) for size in asked.sizes]
    if asked.orders:
        found.append(_ordered(asked.orders, asked.seed))
    if asked.corpus:
        found.append(_corpus(Path(asked.corpus)))
    show(found, as_markdown=asked.markdown)


# ------------------------------------------------------------------ invented articles


def _sized(size: int, asked: argparse.Namespace) -> Report:
    rows = {"polarchive": ours(size, asked.seed, asked.after, asked.drawn)}
    for peer in asked.peers:
        rows |= _peer(peer, size, asked.seed, asked.after)
    before = f" after {asked.after:,}" if asked.after else ""
    before += f" after {asked.drawn:,} drawn ones" if asked.drawn else ""
    return Report(title=f"{size:,} articles{before}, seed {asked.seed}", rows=rows)


def ours(size: int, seed: int, after: int = 0, drawn: int = 0) -> dict[str, str]:
    """Recall, precision and cost of our method for ``size`` articles added ``after`` others."""
    tally, spent, within, parts = Tally(seed), Spent(), Spent(), Spent()
    sheets = lru_cache(maxsize=2_000)(lambda number: sheet_of(planted.article(number, seed)))
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'polarchive.db'}"
        upgrade(url)
        with open_database(url) as database:
            filled_index.write(database, after, seed)
            filled_index.draw(database, drawn, seed)
            for new in _tracked(planted.corpus(size, seed, after), size):
                with spent("sheet"):
                    read = sheet_of(new)
                    prints = fingerprints(read)
                with spent("index"), database.write() as session, within("query and add"):
                    with parts("query"):
                        likely = index.candidates(session, prints)
                    with parts("add"):
                        index.index_article(session, drawn + new.number + 1, prints)
                numbers = [each - drawn - 1 for one in likely for each in one.articles if each > drawn]
                others = [(number, sheets(number)) for number in numbers]
                with spent("compare"):
                    joined = [number for number, other in others if find_relation(read, other).joins]
                tally.add(new.number, joined)
            kept = _bytes(database) / (after + drawn + size)
    return tally.row() | spent.row() | within.row() | parts.row() | {"bytes": f"{kept:,.0f}"}


class Spent:
    """CPU by step, of the last articles."""

    def __init__(self) -> None:
        self._steps: dict[str, list[float]] = {}
        self._name, self._start = "", 0.0

    def __call__(self, name: str) -> Spent:
        self._name = name
        return self

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(self, *_: object) -> None:
        steps = self._steps.setdefault(self._name, [])
        steps.append((time.process_time() - self._start) * 1000)
        if len(steps) >= 2 * MEASURED:
            del steps[:-MEASURED]

    def row(self) -> dict[str, str]:
        """Median and 95th percentile of each step, in milliseconds."""
        return {
            name: f"{statistics.median(last):.2f}/{statistics.quantiles(last, n=20)[-1]:.2f}"
            for name, steps in self._steps.items()
            if (last := steps[-MEASURED:])
        }


def _bytes(database: Database) -> int:
    with database.read() as session:
        pages, size = (
            session.execute(sql(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size")
        )
    return int(pages) * int(size)


def _tracked(articles: Iterator[Planted], size: int) -> Iterator[Planted]:
    yield from track(articles, "reading", total=size, console=Console(file=sys.stderr), transient=True)


# ------------------------------------------------------------------ peers


def _peer(name: str, size: int, seed: int, after: int) -> dict[str, dict[str, str]]:
    """Rows of a peer, one a threshold, from its own process."""
    if not PEER.exists():
        raise SystemExit(f"{PEER}: not there; run make bench-dedupe")
    command = [str(PEER), "-m", "benchmarks.dedupe.peers", name, *map(str, (size, seed, after))]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, dict[str, str]] = json.loads(done.stdout)
    return answer


# ------------------------------------------------------------------ any order


def _ordered(orders: int, seed: int) -> Report:
    """Whether the same articles make the same groups in any order of arrival."""
    articles = _gathered(seed)
    sheets = {f"bench {each.number}": sheet_of(each) for each in articles}
    members = {key: grouping_member(read) for key, read in sheets.items()}
    known: dict[tuple[str, str], Relation] = {}
    outcomes: dict[tuple[Group, ...], int] = {}
    with tempfile.TemporaryDirectory() as home:
        for turn in range(orders):
            url = f"sqlite:///{Path(home) / f'{turn}.db'}"
            upgrade(url)
            with open_database(url) as database:
                keys = random.Random(f"{seed}:{turn}").sample([*sheets], len(sheets))
                groups = group_articles(members, _arrived(database, keys, sheets, known))
            outcomes[groups] = outcomes.get(groups, 0) + 1
    groups = max(outcomes, key=lambda each: outcomes[each])
    return Report(
        title=f"{len(articles)} articles, 60 of them reprints of one policy, in {orders} orders",
        rows={
            "outcomes": {
                "different": str(len(outcomes)),
                "policies": str(len(groups)),
                "largest": str(max(len(each.articles) for each in groups)),
                "kept apart": str(sum(bool(each.between) for each in groups)),
            }
        },
    )


def _gathered(seed: int) -> list[Planted]:
    """Two hundred articles of all kinds, and sixty that repeat one of them in many ways."""
    some = [*planted.corpus(200, seed)]
    first = next(each for each in some if each.kind == "own")
    kinds = [*variants.VARIANTS] * 7
    repeated = [
        Planted(
            200 + at, kind, first.number, *variants.VARIANTS[kind](random.Random(f"{seed}:{at}"), *first[3:])
        )
        for at, kind in enumerate(kinds[:60])
    ]
    return [*some, *repeated]


def _arrived(
    database: Database,
    keys: Sequence[str],
    sheets: dict[str, ComparisonProfile],
    known: dict[tuple[str, str], Relation],
) -> dict[tuple[str, str], Relation]:
    """The relations that are found when articles come in this order."""
    relations: dict[tuple[str, str], Relation] = {}
    for number, key in enumerate(keys, start=1):
        prints = fingerprints(sheets[key])
        with database.write() as session:
            likely = index.candidates(session, prints)
            index.index_article(session, number, prints)
        for other in (keys[each - 1] for one in likely for each in one.articles):
            pair = min(key, other), max(key, other)
            if pair not in known:
                known[pair] = find_relation(sheets[pair[0]], sheets[pair[1]])
            relations[pair] = known[pair]
    return relations


# ------------------------------------------------------------------ real laws and reports


def _corpus(folder: Path) -> Report:
    names, articles = zip(*named_articles(folder), strict=True)
    return Report(
        title=f"{folder.name}: laws and yearly reports",
        rows={"polarchive": grouping_row(group_in_order(articles), names)},
    )


def named_articles(folder: Path) -> list[tuple[str, Article]]:
    """Each version of each law by the law's name; each yearly report by a name of its own."""
    yearly = enumerate(reports(folder / "yearly-reports"))
    return [*laws(folder / "laws"), *((f"report {number}", article) for number, article in yearly)]


def group_in_order(articles: Sequence[Article]) -> tuple[Group, ...]:
    """The policies of articles that arrive in this order; an article is named by `article_key`."""
    profiles = [comparison_profile(article) for article in articles]
    keys = [article_key(number) for number in range(len(profiles))]
    members = dict(zip(keys, map(grouping_member, profiles), strict=True))
    return group_articles(members, _found(keys, profiles))


def article_key(number: int) -> str:
    """The name of an article in a `Group`."""
    return f"{number:05}"


def _found(keys: Sequence[str], sheets: Sequence[ComparisonProfile]) -> dict[tuple[str, str], Relation]:
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'polarchive.db'}"
        upgrade(url)
        with open_database(url) as database:
            return _arrived(database, keys, dict(zip(keys, sheets, strict=True)), {})


def grouping_row(groups: Sequence[Group], names: Sequence[str]) -> dict[str, str]:
    """Each law is to be one policy with its versions in order; all others different policies."""
    name = {article_key(number): law for number, law in enumerate(names)}
    versions: dict[str, list[str]] = {}
    for key in name:
        versions.setdefault(name[key], []).append(key)
    several = {law: held for law, held in versions.items() if len(held) > 1}
    one = {law: each for law in several for each in groups if {*several[law]} <= each.articles}
    ordered = [law for law, each in one.items() if _flat(each) == several[law]]
    pairs = [pair for each in groups for pair in combinations(sorted(each.articles), 2)]
    steps = sum(len(held) - 1 for held in several.values())
    apart = sum(len(each.editions) - 1 for each in one.values())
    return {
        "laws": str(sum(not law.startswith("report ") for law in versions)),
        "with versions": str(len(several)),
        "one policy": str(len(one)),
        "in order": str(len(ordered)),
        "editions apart": f"{apart} of {steps}",
        "fused laws": str(sum(name[a] != name[b] for a, b in pairs)),
        "reports": str(sum(law.startswith("report ") for law in versions)),
        "policies of reports": str(
            sum(any(name[key].startswith("report ") for key in each.articles) for each in groups)
        ),
    }


def _flat(found: Group) -> list[str]:
    return [article for edition in found.editions for article in edition.articles]


if __name__ == "__main__":
    main()
