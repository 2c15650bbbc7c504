"""Precision and recall of recognised reprints, counted article by article. Standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache, partial

from benchmarks.dedupe.planted import truth
from benchmarks.dedupe.variants import VARIANTS

LOOKALIKES = ("template", "yearly")


class Tally:
    """Counts which earlier articles a method joins each article to."""

    def __init__(self, seed: int) -> None:
        self.articles: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.true = self.false = self.lookalikes = 0
        self._truth = lru_cache(maxsize=1_000_000)(partial(truth, seed=seed))

    def add(self, number: int, joined: Iterable[int]) -> None:
        """An article and the earlier ones it was joined to."""
        new = self._truth(number)
        partners = [self._truth(other) for other in joined]
        self.articles[new.kind] += 1
        self.found[new.kind] += any(each.policy == new.policy for each in partners)
        for each in partners:
            right = each.policy == new.policy
            self.true += right
            self.false += not right
            self.lookalikes += not right and (new.kind in LOOKALIKES or each.kind in LOOKALIKES)

    @property
    def precision(self) -> float:
        """Of all pairs that were joined."""
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    def recall(self, *kinds: str) -> float:
        """Of the articles of these kinds, all variants without any."""
        of = kinds or tuple(VARIANTS)
        return sum(self.found[kind] for kind in of) / max(sum(self.articles[kind] for kind in of), 1)

    def row(self) -> dict[str, str]:
        """Cells of a report."""
        return {
            "recall": f"{self.recall():.4f}",
            "precision": f"{self.precision:.5f}",
            **{kind: f"{self.recall(kind):.3f}" for kind in VARIANTS},
            "false": str(self.false),
            "lookalikes": f"{self.lookalikes} of {sum(self.articles[kind] for kind in LOOKALIKES):,}",
        }
