"""How much of two texts is one and the same, in the words of those who judge: whole, a part, other words."""

from __future__ import annotations

from pipelines.overlaps import Overlap

WHOLE = 0.85
"""Of a text: so much of it is all of it, but for furniture."""
EXCERPT = 0.6
"""Of an excerpt: the rest is its headline and its editor's words."""
CLEARLY = 0.5
"""Of both, where nothing but words shows that they are editions: two pages of one text share some too."""
RARE_WORDS, RARE_CLAUSES = 24, 2
"""Characters and clauses, formulae aside, below which nothing is proved."""
NOISE = 3
"""So many misread clauses for each that seems to say something else: the text is badly read."""
ERRORS = 0.05
"""Of the clauses of a page or excerpt that bears the title of the measure: so many may be badly read."""


def is_whole(found: Overlap) -> bool:
    """Whether each is all in the other."""
    return found.of_small >= WHOLE and found.of_large >= WHOLE


def is_near(found: Overlap) -> bool:
    """Whether much of each is in the other."""
    return found.of_small >= EXCERPT and found.of_large >= CLEARLY


def is_fragment(found: Overlap) -> bool:
    """Whether the shorter is all in the longer and much shorter: a page of it, which has no history."""
    return found.of_small >= WHOLE and found.of_large < EXCERPT and not found.substance


def differs(found: Overlap) -> bool:
    """Whether the shared clauses say something else in places, and not merely because they are misread."""
    return bool(found.substance) and len(found.substance) * NOISE > found.noise


def told(found: Overlap) -> str:
    """The extent in words."""
    more = f", {len(found.changes)} differ" if found.changes else ""
    return (
        f"{found.found} of {found.clauses} clauses of the shorter are in the longer{more}; "
        f"{found.of_small:.0%} of its words, {found.of_large:.0%} of the longer's"
    )
