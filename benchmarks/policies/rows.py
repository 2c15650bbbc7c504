"""A row of the table of policies, and the corpus that rows are measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen

from benchmarks.dedupe import lawbooks
from benchmarks.extraction.comparison import corpora
from policy.records import Article


@frozen(kw_only=True)
class Row:
    """One measured promise."""

    what: str
    ours: str
    baseline: str
    """The figure of the plainest method that could do, measured in the same run."""
    target: str
    reached: bool
    shortfalls: Sequence[str] = field(factory=tuple)
    """The cases that fall short."""


@frozen(kw_only=True)
class Law:
    """A law or rule and its dated versions, the earliest first."""

    name: str
    versions: Sequence[Article]


@frozen(kw_only=True, slots=False)
class Corpus:
    """A folder of real documents. What it does not hold is empty."""

    folder: Path

    @cached_property
    def laws(self) -> Sequence[Law]:
        """The laws of ``laws/``; the text of a version begins with its revision history."""
        versions: dict[str, list[Article]] = {}
        for name, article in lawbooks.laws(self.folder / "laws"):
            versions.setdefault(name, []).append(article)
        return [Law(name=name, versions=articles) for name, articles in versions.items()]

    @cached_property
    def histories(self) -> Mapping[str, Sequence[str]]:
        """The revision history of each version, an entry a line, by the key of its article."""
        keys = [article.key for law in self.laws for article in law.versions]
        return {key: lawbooks.history(self.folder / "laws" / key) for key in keys}

    def document_numbers(self) -> Sequence[str]:
        """The lines of ``doc-numbers.txt``, as portals printed them."""
        path = self.folder / "doc-numbers.txt"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def pages(self, name: str) -> Mapping[Path, Mapping[str, Any]]:
        """The saved pages of a folder and the truth of each."""
        return next((pages for _, pages in corpora(self.folder / name)), {})


def share(part: int, whole: int) -> str:
    """``713 of 719``, with the percentage where it is neither none nor all."""
    exact = not whole or part in (0, whole)
    return f"{part:,} of {whole:,}" + ("" if exact else f" ({100 * part / whole:.2f} %)")
