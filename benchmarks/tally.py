"""How well repeated articles were told: counted while they come. Only the standard library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from benchmarks.planted import VARIANTS, Planted, article

LOOKALIKES = ("template", "yearly")


class Tally:
    """Counts what a method joins each article to, among those that came before."""

    def __init__(self, seed: int, first: int = 0) -> None:
        self.articles: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.true = self.false = self.lookalikes = 0
        self._known = lru_cache(maxsize=20_000)(lambda number: article(number, seed))
        self._first = first

    def known(self, number: int) -> Planted:
        """An earlier article."""
        return self._known(number)

    def add(self, new: Planted, joined: Iterable[int]) -> None:
        """An article and the earlier ones it was joined to. What repeats an article that never came is
        not asked for."""
        partners = [self.known(number) for number in joined]
        if new.policy >= self._first:
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
