"""What labels say, of a length that a field can have: a page may say a million characters for its title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from policy.records import Label

LONGEST_TITLE_LABEL = 500
"""Characters; the longest titles of documents have a third of it."""
LONGEST = 4000
"""Characters of any other label; those of thirty joint issuers have a tenth."""


def bounded(labels: Iterable[Label]) -> Iterator[Label]:
    """The labels, what is beyond bounds cut off."""
    for label in labels:
        yield evolve(label, value=label.value[: longest(label)]) if is_beyond(label) else label


def cuts(labels: Iterable[Label]) -> Iterator[str]:
    """A warning for each that is beyond bounds: its field, where it stands, and how much is kept."""
    for label in filter(is_beyond, labels):
        size, kept = f"{len(label.value):,}", longest(label)
        yield f"{label.name}: {label.rule} says {size} characters, the first {kept} are kept"


def is_beyond(label: Label) -> bool:
    """Whether a label says more than its field can hold."""
    return len(label.value) > longest(label)


def longest(label: Label) -> int:
    """How many characters its field can hold."""
    return LONGEST_TITLE_LABEL if label.name == "title" else LONGEST
