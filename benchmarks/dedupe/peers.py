"""The peers of ``make bench-dedupe``, each in a process of its own, in an environment without our libraries.

``python -m benchmarks.dedupe.peers NAME SIZE SEED AFTER`` reads the same invented articles and writes a JSON
object: a row a threshold, with the recall and precision of the pairs it finds and its milliseconds of CPU.
So many as come AFTER others, which are in the index and not asked for.
"""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from benchmarks.dedupe import planted
from benchmarks.dedupe.tally import Tally

GRAM, PERMUTATIONS = 5, 128
THRESHOLDS = (0.3, 0.4, 0.5, 0.6)
CONTAINMENTS = (0.5, 0.7)
DISTANCES = (3, 6, 10)
_MUTE = re.compile(r"[\W_]+")
Rows = dict[str, dict[str, str]]


def main(name: str, size: int, seed: int, after: int) -> None:
    """Run a peer."""
    sys.stdout.write(json.dumps(PEERS[name](size, seed, after), ensure_ascii=False))


def grams(text: str) -> set[str]:
    """Runs of five characters of the folded text, the title aside."""
    folded = _MUTE.sub("", unicodedata.normalize("NFKC", text))
    return {folded[at : at + GRAM] for at in range(max(len(folded) - GRAM + 1, 1))}


class _Clock:
    """CPU of the steps of an article."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def timed(self, work: Callable[[], Iterable[int]]) -> list[int]:
        start = time.process_time()
        found = [*work()]
        self.spent.append((time.process_time() - start) * 1000)
        return found

    def row(self, signature: float) -> dict[str, str]:
        ordered = sorted(self.spent)
        return {
            "sheet": f"{signature:.2f}",
            "index": f"{ordered[len(ordered) // 2]:.2f}/{ordered[len(ordered) * 95 // 100]:.2f}",
        }


def _hashed(count: int, seed: int) -> tuple[list[object], list[int], float]:
    """Signatures and sizes of all articles, and the milliseconds that one takes."""
    from datasketch import MinHash

    made: list[object] = []
    sizes: list[int] = []
    start = time.process_time()
    for new in planted.corpus(count, seed):
        shingles = grams(new.text)
        signature = MinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update_batch([each.encode() for each in shingles])
        made.append(signature)
        sizes.append(len(shingles))
    return made, sizes, (time.process_time() - start) * 1000 / count


def minhash(size: int, seed: int, after: int) -> Rows:
    """datasketch's MinHash LSH, one threshold after the other."""
    from datasketch import MinHashLSH

    signatures, _, cost = _hashed(after + size, seed)
    rows: Rows = {}
    for threshold in THRESHOLDS:
        index, tally, clock = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS), Tally(seed), _Clock()
        for number in range(after):
            index.insert(number, signatures[number])

        def joined(number: int, index: MinHashLSH = index) -> Iterator[int]:
            yield from index.query(signatures[number])
            index.insert(number, signatures[number])

        for number in range(after, after + size):
            tally.add(number, clock.timed(partial(joined, number)))
        rows[f"datasketch LSH {threshold}"] = tally.row() | clock.row(cost)
    return rows


def ensemble(size: int, seed: int, after: int) -> Rows:
    """datasketch's LSH Ensemble: containment; its index is made of all articles at once."""
    from datasketch import MinHashLSHEnsemble

    signatures, sizes, cost = _hashed(after + size, seed)
    rows: Rows = {}
    for threshold in CONTAINMENTS:
        index = MinHashLSHEnsemble(threshold=threshold, num_perm=PERMUTATIONS, num_part=16, m=8)
        index.index(
            (number, each, of) for number, (each, of) in enumerate(zip(signatures, sizes, strict=True))
        )
        tally, clock = Tally(seed), _Clock()
        for new in range(after, after + size):
            found = clock.timed(partial(index.query, signatures[new], sizes[new]))
            tally.add(new, [number for number in found if number < new])
        rows[f"datasketch Ensemble {threshold}"] = tally.row() | clock.row(cost)
    return rows


def simhash(size: int, seed: int, after: int) -> Rows:
    """simhash of 64 bits at several distances."""
    from simhash import Simhash, SimhashIndex

    start = time.process_time()
    made = [Simhash([*grams(new.text)]) for new in planted.corpus(after + size, seed)]
    cost = (time.process_time() - start) * 1000 / len(made)
    rows: Rows = {}
    for distance in DISTANCES:
        index, tally, clock = SimhashIndex([], k=distance), Tally(seed), _Clock()
        for number in range(after):
            index.add(str(number), made[number])

        def joined(number: int, index: SimhashIndex = index) -> Iterator[int]:
            yield from map(int, index.get_near_dups(made[number]))
            index.add(str(number), made[number])

        for number in range(after, after + size):
            tally.add(number, clock.timed(partial(joined, number)))
        rows[f"simhash {distance}"] = tally.row() | clock.row(cost)
    return rows


PEERS = {"minhash": minhash, "ensemble": ensemble, "simhash": simhash}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
