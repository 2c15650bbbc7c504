"""What a spider hands to the archive pipeline: its items, and the counts of a run's extractions.

:mod:`policy.rules.drift` evaluates the counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from policy.records import Article, Capture, Fetched
from policy.records.runs import ExtractionQuality, Sample
from policy.rules.drift import FIELDS, has_field
from policy.rules.extraction import Extraction, Reread

if TYPE_CHECKING:
    from pipelines.html.cleaning import Cleaned


@frozen(kw_only=True, slots=False)
class ExtractedArticle(Extraction):
    """An extraction of this run, with what only the archive pipeline needs."""

    archived: bool = False
    """Whether the archive had the article when the run began."""
    layout: str = ""
    cleaned: tuple[Cleaned, ...] = field(default=(), repr=False)
    """Its pages before boilerplate was removed: the boilerplate learner reads them."""
    reread: Reread | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Unchanged:
    """An archived article whose server answered that the page has not changed."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class Gone:
    """An archived article whose portal answered that the page does not exist."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class AttachmentBatch:
    """The attachments of a saved article, as this run fetched them."""

    key: str
    files: tuple[Fetched, ...]

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The captures of those that were downloaded."""
        return tuple(file.capture for file in self.files if file.capture)


Item = ExtractedArticle | Unchanged | Gone | AttachmentBatch

# ------------------------------------------------------------------ counts


EXAMPLES = 3
"""Example addresses stored for each kind of problem."""
COUNTED = frozenset({"layout_changed", "rejected"})
"""Failure reasons caused by the layout of pages; others concern the network or the portal."""


@define
class _Group:
    """One kind of readings."""

    count: int = 0
    filled: Counter[str] = field(factory=Counter)
    sizes: Counter[str] = field(factory=Counter)

    @property
    def sample(self) -> Sample:
        return Sample(count=self.count, filled=dict(self.filled), sizes=dict(self.sizes))


@define
class ExtractionCounts:
    """The counts of one run, updated with every extraction."""

    _groups: defaultdict[str, _Group] = field(factory=lambda: defaultdict(_Group))
    _lost: Counter[str] = field(factory=Counter)
    _unread: Counter[str] = field(factory=Counter)
    _examples: defaultdict[str, list[str]] = field(factory=lambda: defaultdict(list))
    _shortest: defaultdict[str, list[tuple[int, str]]] = field(factory=lambda: defaultdict(list))

    def read(self, article: Article, group: str) -> None:
        """Count an extracted article as ``new``, ``first`` (new in a first crawl or a backfill) or
        ``archived``."""
        counted, length = self._groups[group], len(article.text)
        counted.count += 1
        counted.sizes[str(length.bit_length())] += 1
        self._shortest[group] = sorted([*self._shortest[group], (length, article.url)])[:EXAMPLES]
        for name in FIELDS:
            if has_field(article, name):
                counted.filled[name] += 1
            else:
                self._example(f"{group}:{name}", article.url)

    def lost(self, article: Article, names: Sequence[str]) -> None:
        """Count the fields that a known article has lost."""
        for name in names:
            self._lost[name] += 1
            self._example(f"lost:{name}", article.url)

    def unread(self, reason: str, url: str) -> None:
        """Count a page that should be an article and could not be extracted."""
        if reason in COUNTED:
            self._unread[reason] += 1
            self._example(f"pages:{reason}", url)

    @property
    def readings(self) -> ExtractionQuality:
        """The counts so far."""
        groups = {name: self._groups[name].sample for name in ("new", "first", "archived")}
        shortest = {f"{name}:text": [url for _, url in found] for name, found in self._shortest.items()}
        examples = {name: tuple(urls) for name, urls in (*self._examples.items(), *shortest.items())}
        return ExtractionQuality(
            **groups, lost=dict(self._lost), unread=dict(self._unread), examples=examples
        )

    def _example(self, name: str, url: str) -> None:
        kept = self._examples[name]
        if len(kept) < EXAMPLES:
            kept.append(url)
