"""Fill the index of fingerprints with a great many articles in one go, in the order of their hashes.

``write`` makes, reads and hashes invented articles in several processes. ``draw`` makes random fingerprints
with the frequencies that those of invented articles have, in a few minutes.
"""

from __future__ import annotations

import random
import struct
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.progress import track

from benchmarks.dedupe import planted
from benchmarks.dedupe.planted import Planted
from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile, fingerprints
from policy.records import Article, FieldValue
from policy.text.words import MOST, pack, unpack
from storage.database import Database

T = TypeVar("T")
PARTS, BATCH = 256, 2_000
_ROW = struct.Struct("<qq")
_ADD_WORDING = "INSERT INTO wording (id, digest, fingerprints) VALUES (?, ?, ?)"
_ADD_ARTICLE = "INSERT INTO fingerprinted (article_id, wording_id, keys) VALUES (?, ?, ?)"
_ADD_HASH = "INSERT INTO fingerprint (hash, wording_id) VALUES (?, ?)"
_ADD_KEY = "INSERT INTO fingerprint_key (key, article_id) VALUES (?, ?)"


class Prints(NamedTuple):
    """What the index keeps of an article; its hashes and keys packed."""

    article: int
    digest: int
    hashes: bytes
    keys: bytes = b""


Making = Callable[[range], list[Prints]]
"""The prints of the articles of these numbers."""


def sheet_of(new: Planted) -> ComparisonProfile:
    """An invented article as it is compared with others."""
    return comparison_profile(
        Article(
            portal="bench",
            key=str(new.number),
            url=f"https://bench.example/{new.number}",
            title=FieldValue(value=new.title, raw=new.title, rule="bench"),
            text=new.text,
        )
    )


def write(database: Database, count: int, seed: int) -> None:
    """Articles 0 to ``count`` of a seed, under numbers one higher."""
    _fill(database, count, partial(_written, seed=seed))


def draw(database: Database, count: int, seed: int) -> None:
    """Random fingerprints of ``count`` articles, from number one on."""
    _fill(database, count, partial(_drawn, seed=seed))


def _written(some: range, seed: int) -> list[Prints]:
    made = ((number, fingerprints(sheet_of(planted.article(number, seed)))) for number in some)
    return [Prints(number + 1, each.digest, pack(each.hashes), pack(each.keys)) for number, each in made]


def _drawn(some: range, seed: int) -> list[Prints]:
    """The usual hashes of an article are no other's, and some are those that many have."""
    often, counts, usual = _frequencies(seed)
    made: list[Prints] = []
    for number in some:
        chance = random.Random(f"{seed}:drawn:{number + 1}")
        own = {chance.getrandbits(64) - 2**63 for _ in range(usual)}
        hashes = {*own, *chance.choices(often, counts, k=MOST - usual)}
        clauses, runs = (sorted(each for each in hashes if each & 1 == odd) for odd in (0, 1))
        made.append(Prints(number + 1, chance.getrandbits(64) - 2**63, pack([*clauses, *runs])))
    return made


@cache
def _frequencies(seed: int) -> tuple[list[int], list[int], int]:
    """The hashes that several of 2,000 invented articles have, how often each, and how many of an
    article's no other has."""
    counts: dict[int, int] = {}
    made = [fingerprints(sheet_of(each)) for each in planted.corpus(2_000, seed + 1_000)]
    for each in made:
        for one in each.hashes:
            counts[one] = counts.get(one, 0) + 1
    often = {one: count for one, count in counts.items() if count > 20}
    usual = MOST - round(sum(often.values()) / len(made))
    return [*often], [*often.values()], usual


# ------------------------------------------------------------------ writing tables


def _fill(database: Database, count: int, making: Making) -> None:
    """Rows of the trees in ascending order, so that these grow at their ends."""
    if not count:
        return
    wordings: dict[int, int] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as stack,
        database.engine.begin() as connection,
    ):
        raw = connection.connection.driver_connection
        assert raw is not None
        hashes = _Sorted(Path(folder) / "hash", stack)
        keys = _Sorted(Path(folder) / "key", stack)
        for made in _made(count, making):
            new = [each for each in made if wordings.setdefault(each.digest, each.article) == each.article]
            raw.executemany(_ADD_WORDING, [(each.article, each.digest, each.hashes) for each in new])
            raw.executemany(_ADD_ARTICLE, [(each.article, wordings[each.digest], each.keys) for each in made])
            for each in new:
                hashes.add(unpack(each.hashes), each.article)
            for each in made:
                keys.add(unpack(each.keys), each.article)
        for rows, statement in ((hashes, _ADD_HASH), (keys, _ADD_KEY)):
            for part in _shown(rows.parts(), "inserting", PARTS):
                raw.executemany(statement, part)


def _made(count: int, making: Making) -> Iterator[list[Prints]]:
    batches = [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    with Pool() as pool:
        yield from _shown(pool.imap(making, batches), "making", len(batches))


def _shown(some: Iterator[T], what: str, total: int) -> Iterator[T]:
    yield from track(some, what, total=total, console=Console(file=sys.stderr), transient=True)


class _Sorted:
    """Pairs of a hash and a number that come in any order and are read in ascending order, part by part."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        folder.mkdir()
        self._files = [folder / f"{at:03}" for at in range(PARTS)]
        self._parts = [stack.enter_context(file.open("wb")) for file in self._files]

    def add(self, hashes: Iterable[int], number: int) -> None:
        for each in hashes:
            self._parts[(each + 2**63) * PARTS >> 64].write(_ROW.pack(each, number))

    def parts(self) -> Iterator[list[tuple[int, int]]]:
        for file, part in zip(self._files, self._parts, strict=True):
            part.close()
            yield sorted(_ROW.iter_unpack(file.read_bytes()))
