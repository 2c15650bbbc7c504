"""What two articles are to each other: the same words, a part of them, another edition, or different.

Pure, and the same from both sides. What is unsure is ``different``: two policies told apart are mended
easily, two fused ones not. Words that differ in substance are never the same text.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import evolve, frozen

from pipelines import naming
from pipelines.overlaps import BRIEF, Overlap, overlap
from pipelines.sheets import Sheet

Kind = Literal["same", "excerpt", "part", "annotated", "edition", "interpretation", "different"]
Side = Literal["left", "right"]
JOINING: frozenset[Kind] = frozenset({"same", "excerpt", "part", "annotated", "edition"})
"""What makes two articles one policy."""

WHOLE = 0.85
"""Of a text: so much of it is all of it, but for furniture."""
EXCERPT = 0.6
"""Of an excerpt: the rest is its headline and its editor's words."""
RARE_WORDS, RARE_CLAUSES = 24, 2
"""Characters and clauses, formulae aside, below which nothing is proved."""
NOISE = 3
"""So many misread clauses for each that seems to say something else: the text is badly read."""
REVISED = 0.06
"""Of the shorter edition of a measure: less is another measure of the same name."""
ERRORS = 0.05
"""Of the clauses of a page or excerpt that bears the title of the measure: so many may be badly read."""
REWORKED = 8
"""Changed clauses that are no accident."""
CLEARLY = 0.5
"""Of it where nothing but changed words shows that it was revised: two pages of one text share some too."""
_NATIONAL = frozenset({"法"})


@frozen(kw_only=True)
class Relation:
    """What ``left`` is to ``right``.

    ``side`` is the excerpt, the part, the article with an editor's words, the earlier edition or the
    interpretation; None where both are alike. ``conflict``: something shows that they are two policies,
    ``differs``: that they are two texts; without these ``different`` may merely mean that they have nothing
    in common. ``containment`` is how much of the shorter is in the longer. ``evidence`` is for people.
    """

    kind: Kind
    side: Side | None = None
    conflict: bool = False
    differs: bool = False
    containment: float = 0.0
    strength: int = 0
    """3: issuer and number are the same; 2: the words are; 1: part of them; 0: nothing joins them."""
    evidence: str = ""

    @property
    def joins(self) -> bool:
        """Whether it makes the two one policy."""
        return self.kind in JOINING

    def mirrored(self) -> Relation:
        """What ``right`` is to ``left``."""
        other: dict[Side | None, Side | None] = {"left": "right", "right": "left", None: None}
        return evolve(self, side=other[self.side])


def relation(left: Sheet, right: Sheet) -> Relation:
    """What two articles are to each other."""
    if left.order > right.order:
        return _relation(right, left).mirrored()
    return _relation(left, right)


def _relation(small: Sheet, large: Sheet) -> Relation:
    """The same, the shorter article being ``left``."""
    numbered = _numbers(small, large)
    same_name = sorted(small.title.names & large.title.names)
    found = overlap(small, large)
    if about := _interpretation(small, large, found):
        return about
    if edition := _edition(small, large, found, same_name, numbered=numbered):
        return edition
    if conflict := _conflict(small, large, numbered=numbered):
        return Relation(
            kind="different",
            conflict=True,
            containment=found.of_small,
            evidence=f"{conflict}; {_told(found)}",
        )
    if numbered:
        return _numbered(small, large, found)
    one_measure = bool(same_name) and small.title.normative and large.title.normative
    dated = small.revised is not None and small.revised == large.revised
    lenient = one_measure and not _strangers(small, large) and (dated or not _is_whole(found))
    return _by_words(small, large, found, lenient=lenient)


# ------------------------------------------------------------------ keys


def _numbers(small: Sheet, large: Sheet) -> bool | None:
    """Whether both bear the same number of the same issuer; None where one bears none."""
    if not (small.number and large.number):
        return None
    issuers = not (small.issuers and large.issuers) or bool(small.issuers & large.issuers)
    return small.number == large.number and issuers


def _conflict(small: Sheet, large: Sheet, *, numbered: bool | None) -> str | None:
    """What shows that two articles are two policies, whatever words they share."""
    if numbered is False:
        return f"the number is {small.number}, not {large.number}"
    if numbered:
        return None
    if small.title.amends != large.title.amends:
        return "one amends or ends other documents"
    told = naming.contradiction(small.title, large.title)
    if told and (naming.has_number(told) or len(large.joined) <= BRIEF or _are_documents(small, large)):
        return f"one template, another matter: {told}"
    return None


def _are_documents(small: Sheet, large: Sheet) -> bool:
    """Whether both titles are as organs write them, of one kind; a headline may put it in other words."""
    both = small.title, large.title
    return small.title.genre == large.title.genre and all("关于" in each.printed for each in both)


def _numbered(small: Sheet, large: Sheet, found: Overlap) -> Relation:
    """The same issuer and number: one policy, whatever is left of its words."""
    kind, side = _shape(small, large, found)
    if kind == "different":
        kind, side = "excerpt", "left"
    return Relation(
        kind=kind,
        side=side,
        containment=found.of_small,
        strength=3,
        evidence=f"the same issuer and number ({small.number}); {_told(found)}",
    )


# ------------------------------------------------------------------ writing about a policy


def _interpretation(small: Sheet, large: Sheet, found: Overlap) -> Relation | None:
    """One is written about a policy: the other's, if it names it or quotes from it at length. Who prints
    a whole policy and calls it an interpretation has printed the policy."""
    if small.title.about == large.title.about or _is_whole(found):
        return None
    about, policy = (small, large) if small.title.about else (large, small)
    if naming.cited(about.title, policy.title):
        told = "names the other's policy"
    elif found.of_small >= EXCERPT and found.shared >= RARE_WORDS:
        told = f"quotes the other; {_told(found)}"
    else:
        return None
    return Relation(
        kind="interpretation",
        side="left" if about is small else "right",
        containment=found.of_small,
        evidence=f"“{about.title.printed}” {told}",
    )


# ------------------------------------------------------------------ editions


def _edition(
    small: Sheet, large: Sheet, found: Overlap, same_name: list[str], *, numbered: bool | None
) -> Relation | None:
    """Another edition of the same policy: a draft and what became of it, a law and its amendment."""
    drafted = small.title.draft != large.title.draft
    normative = small.title.normative and large.title.normative
    if not same_name or not (drafted or normative) or _strangers(small, large):
        return None
    proof = "a draft and a final text" if drafted else _revision(small, large, found)
    if proof is None or not _related(small, large, found):
        return None
    if not drafted and _is_fragment(found):
        return None
    return Relation(
        kind="edition",
        side=_earlier(small, large),
        differs=True,
        containment=found.of_small,
        strength=3 if numbered else 2,
        evidence=f"the same title ({same_name[-1]}), {proof}; {_told(found)}",
    )


def _strangers(small: Sheet, large: Sheet) -> bool:
    return bool(small.issuers and large.issuers and not small.issuers & large.issuers)


def _revision(small: Sheet, large: Sheet, found: Overlap) -> str | None:
    """What shows that a text was amended: its history, its days, or words in its clauses."""
    days = small.revised, large.revised
    if small.history and large.history and max(small.history) != max(large.history):
        return f"adopted or revised on {max(small.history)} and {max(large.history)}"
    if small.written and large.written and small.written != large.written:
        return f"written on {small.written} and {large.written}"
    if small.number and large.number and small.number != large.number:
        return f"{small.number} and {large.number}"
    if all(days) and days[0] == days[1]:
        return None
    if _differs(found) and _is_reworked(found):
        return f"{len(found.substance)} clauses changed, as {found.substance[0].shown}"
    return None


def _is_reworked(found: Overlap) -> bool:
    """Whether two texts are near enough, or changed in enough places, to be editions by that alone."""
    changes = len(found.substance)
    near = min(found.of_small, found.of_large) >= CLEARLY
    return near or (changes >= REWORKED and changes > ERRORS * found.found)


def _related(small: Sheet, large: Sheet, found: Overlap) -> bool:
    """Whether two texts of one name are of one document: they share words, or days of their history."""
    if {*small.history} & {*large.history}:
        return True
    if small.title.genre in _NATIONAL and small.history and large.history:
        return True
    return found.of_small >= REVISED and found.shared >= RARE_WORDS


def _is_fragment(found: Overlap) -> bool:
    """Whether the shorter is all in the longer and much shorter: a page of it, which has no history."""
    return found.of_small >= WHOLE and found.of_large < EXCERPT and not found.substance


def _earlier(small: Sheet, large: Sheet) -> Side:
    """The draft, or the text of the earlier day, or the shorter."""
    if small.title.draft != large.title.draft:
        return "left" if small.title.draft else "right"
    mine, theirs = (each.revised or each.day or dt.date.min for each in (small, large))
    return "right" if theirs < mine else "left"


# ------------------------------------------------------------------ words


def _by_words(small: Sheet, large: Sheet, found: Overlap, *, lenient: bool) -> Relation:
    if small.joined and small.joined == large.joined:
        return Relation(kind="same", containment=1.0, strength=2, evidence="the same words")
    if found.shared < RARE_WORDS or found.found < RARE_CLAUSES:
        return Relation(
            kind="different", containment=found.of_small, evidence=f"nothing but formulae; {_told(found)}"
        )
    if _differs(found) and not (lenient and len(found.substance) <= ERRORS * found.found):
        first = found.substance[0]
        return Relation(
            kind="different",
            differs=found.of_small >= EXCERPT,
            containment=found.of_small,
            evidence=f"{len(found.substance)} clauses say something else, as {first.shown}; {_told(found)}",
        )
    kind, side = _shape(small, large, found)
    strength = {"same": 2, "different": 0}.get(kind, 1)
    return Relation(
        kind=kind, side=side, containment=found.of_small, strength=strength, evidence=_told(found)
    )


def _differs(found: Overlap) -> bool:
    """Whether the shared clauses say something else in places, and not merely because they are misread."""
    return bool(found.substance) and len(found.substance) * NOISE > found.noise


def _is_whole(found: Overlap) -> bool:
    return found.of_small >= WHOLE and found.of_large >= WHOLE


def _shape(small: Sheet, large: Sheet, found: Overlap) -> tuple[Kind, Side | None]:
    """How much of one is in the other, and how what is left lies around it."""
    if _is_whole(found):
        return "same", None
    if found.of_small < EXCERPT or found.own > found.shared:
        return "different", None
    if found.of_small < WHOLE or found.inside > 0.05 * len(small.joined):
        return "excerpt", "left"
    around = found.before + found.behind
    if around <= len(small.joined) and not _goes_on(small, large):
        return "annotated", "right"
    if min(found.before, found.behind) <= 0.02 * found.large:
        return "part", "left"
    return "excerpt", "left"


def _goes_on(small: Sheet, large: Sheet) -> bool:
    """Whether the longer goes on numbering where the shorter ends, so that it is one text; or has, where
    nothing is numbered, the same title."""
    if large.marks or small.marks:
        return large.marks > small.marks
    return bool(small.title.names & large.title.names)


def _told(found: Overlap) -> str:
    more = f", {len(found.changes)} differ" if found.changes else ""
    return (
        f"{found.found} of {found.clauses} clauses of the shorter are in the longer{more}; "
        f"{found.of_small:.0%} of its words, {found.of_large:.0%} of the longer's"
    )
