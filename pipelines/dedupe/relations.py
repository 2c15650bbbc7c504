"""Determine the relation of two articles: same text, part, another edition, interpretation, or different.

Pure and symmetric. Uncertain pairs are ``different``, because two policies kept apart are easily merged later
and two merged ones are hard to separate. Texts that differ in substance are two, unless a portal altered one.
"""

from __future__ import annotations

import datetime as dt

from pipelines.dedupe import titles
from pipelines.dedupe.comparison_profile import BRIEF, SHORTEST, ComparisonProfile
from pipelines.dedupe.editions import (
    are_strangers,
    covered_document,
    earlier_side,
    edition_evidence,
    find_alteration,
    forwards_other,
    have_one_number,
)
from pipelines.dedupe.overlaps import (
    ERRORS,
    EXCERPT,
    RARE_CLAUSES,
    RARE_WORDS,
    WHOLE,
    Overlap,
    describe_overlap,
    differs_in_substance,
    find_overlap,
    is_whole,
)
from policy.records.saves import Relation, RelationKind, RelationSide

_OCCASION = dt.timedelta(days=45)
"""Difference of the days below two signatures from which on they are two occasions; a smaller one may be
misread."""


def find_relation(left: ComparisonProfile, right: ComparisonProfile) -> Relation:
    """The relation of two articles."""
    if left.order > right.order:
        return _relation(right, left).mirrored()
    return _relation(left, right)


def _relation(small: ComparisonProfile, large: ComparisonProfile) -> Relation:
    """The same, the shorter article being ``left``."""
    numbered = have_one_number(small, large)
    overlap = find_overlap(small, large)
    if about := _interpretation(small, large, overlap, numbered=numbered):
        return about
    if conflict := _apart(small, large, overlap, numbered=numbered):
        return _two(conflict, overlap)
    if proof := edition_evidence(small, large, overlap):
        return _edition(small, large, overlap, proof, numbered=numbered)
    if conflict := _conflict(small, large, overlap, numbered=numbered):
        return _two(conflict, overlap)
    if numbered:
        return _numbered(small, large, overlap)
    if name := covered_document(small, large):
        return _covered(name, overlap)
    return _by_words(small, large, overlap)


def _two(conflict: str, overlap: Overlap) -> Relation:
    return Relation(
        kind="different",
        conflict=True,
        containment=overlap.of_small,
        evidence=f"{conflict}; {describe_overlap(overlap)}",
    )


# ------------------------------------------------------------------ conflicting keys


def _apart(
    small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap, *, numbered: bool | None
) -> str | None:
    """What shows two policies that no history makes one: another place, a document around the other."""
    one, other = small.title, large.title
    if numbered:
        return None
    if titles.amends_another(one, other) and (_are_formal(small, large) or not is_whole(overlap)):
        return "one amends or ends other documents"
    if forwards_other(small, large):
        return "one forwards the other"
    if one.forwards and other.forwards and one.place != other.place and not is_whole(overlap):
        return "two organs forward one document"
    if small.reports and large.reports and not small.reports & large.reports:
        return "reports of two documents"
    if places := titles.places_differ(one, other) if _are_formal(small, large) else None:
        return f"of two places: {places}"
    if one.names & other.names and (years := titles.years_differ(one, other)):
        return f"of two years: {years}"
    return None


def _conflict(
    small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap, *, numbered: bool | None
) -> str | None:
    """What shows that two articles are two policies, whatever words they share."""
    if numbered is False and small.number and large.number:
        return f"the number is {small.number.label}, not {large.number.label}"
    if numbered:
        return None
    differ = titles.find_contradiction(small.title, large.title)
    if differ and (titles.has_number(differ) or len(large.joined) <= BRIEF or _are_documents(small, large)):
        return f"one template, another matter: {differ}"
    if _signed_apart(small, large) and (overlap.substance or not is_whole(overlap)):
        return f"of one title, signed on {small.signed} and {large.signed}"
    return None


def _signed_apart(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether two notices of one title are of two occasions, by the days below their signatures."""
    days = small.signed, large.signed
    if not _are_formal(small, large) or not small.title.names & large.title.names or small.title.normative:
        return False
    return days[0] is not None and days[1] is not None and abs(days[0] - days[1]) > _OCCASION


def _are_formal(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    return small.title.formal and large.title.formal


def _are_documents(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether both titles are as organs write them, of one kind; a headline may put it in other words."""
    both = small.title, large.title
    return small.title.genre == large.title.genre and all("关于" in each.printed for each in both)


def _numbered(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> Relation:
    """The same number: one policy, unless the words say that one of the two bears it by mistake."""
    label = small.number.label if small.number else ""
    if _contradicts_number(small, large, overlap):
        return Relation(
            kind="different",
            conflict=True,
            containment=overlap.of_small,
            strength=3,
            evidence=f"the same number ({label}), but other words; {describe_overlap(overlap)}",
        )
    kind, side = _shape(small, large, overlap)
    if kind == "different":
        kind, side = "excerpt", "left"
    return Relation(
        kind=kind,
        side=side,
        containment=overlap.of_small,
        strength=3,
        evidence=f"the same issuer and number ({label}); {describe_overlap(overlap)}",
    )


CLAIMED = 0.3
"""Least share of the shorter text that two documents of one number share."""


def _contradicts_number(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> bool:
    """Whether the words of two documents of one number show that they are two documents.

    A letter and the text it publishes, and two parts of one text, bear one number and share few words; a page
    of a few words contradicts nothing.
    """
    if overlap.of_small >= CLAIMED or overlap.small < SHORTEST or covered_document(small, large):
        return False
    if small.title.names.isdisjoint(large.title.names):
        return True
    return len(small.joined) > BRIEF and small.begins <= 1 and large.begins <= 1


# ------------------------------------------------------------------ interpretations


def _interpretation(
    small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap, *, numbered: bool | None
) -> Relation | None:
    """One is written about a policy: the other's, if it names it, bears its number or quotes from it at
    length. Who prints a whole policy and calls it an interpretation has printed the policy."""
    if small.title.about == large.title.about or (is_whole(overlap) and not differs_in_substance(overlap)):
        return None
    about, policy = (small, large) if small.title.about else (large, small)
    if titles.cites_policy(about.title, policy.title):
        proof = "names the other's policy"
    elif numbered:
        proof = "bears the number of the other's policy"
    elif overlap.of_small >= EXCERPT and overlap.shared >= RARE_WORDS:
        proof = f"quotes the other; {describe_overlap(overlap)}"
    else:
        return None
    return Relation(
        kind="interpretation",
        side="left" if about is small else "right",
        containment=overlap.of_small,
        evidence=f"“{about.title.printed}” {proof}",
    )


# ------------------------------------------------------------------ editions and covers


def _edition(
    small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap, proof: str, *, numbered: bool | None
) -> Relation:
    """Another edition of the same policy: a draft and what became of it, a law and its amendment."""
    return Relation(
        kind="edition",
        side=earlier_side(small, large),
        differs=True,
        containment=overlap.of_small,
        strength=3 if numbered else 2,
        evidence=f"{proof}; {describe_overlap(overlap)}",
    )


def _covered(name: str, overlap: Overlap) -> Relation:
    """A letter and the text it publishes, on two pages."""
    return Relation(
        kind="part",
        side="left",
        containment=overlap.of_small,
        strength=1,
        evidence=f"the letter that publishes {name}; {describe_overlap(overlap)}",
    )


# ------------------------------------------------------------------ comparison of words


def _by_words(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> Relation:
    if small.joined and small.joined == large.joined:
        return Relation(kind="same", containment=1.0, strength=2, evidence="the same words")
    if overlap.shared < RARE_WORDS or overlap.matched < RARE_CLAUSES:
        return Relation(
            kind="different",
            containment=overlap.of_small,
            evidence=f"nothing but formulae; {describe_overlap(overlap)}",
        )
    if differs_in_substance(overlap) and not _is_lenient(small, large, overlap):
        return _differing(small, large, overlap)
    kind, side = _shape(small, large, overlap)
    if kind != "same" and _quote_one_policy(small, large):
        kind, side = "different", None
    strength = {"same": 2, "different": 0}.get(kind, 1)
    return Relation(
        kind=kind,
        side=side,
        containment=overlap.of_small,
        strength=strength,
        evidence=describe_overlap(overlap),
    )


def _quote_one_policy(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether two are written about policies under two titles: what they share may be what both quote."""
    one, other = small.title, large.title
    return one.about and other.about and not one.names & other.names


def _is_lenient(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> bool:
    """Whether what differs in two texts of one measure may be badly read: in a page or excerpt of it, or in
    one edition by its day."""
    one_measure = (
        bool(small.title.names & large.title.names) and small.title.normative and large.title.normative
    )
    dated = small.revised is not None and small.revised == large.revised
    few = len(overlap.substance) <= ERRORS * overlap.matched
    return few and one_measure and not are_strangers(small, large) and (dated or not is_whole(overlap))


def _differing(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> Relation:
    """Texts that differ in substance: two, unless one is the other as a portal altered it."""
    if what := find_alteration(small, large, overlap):
        return Relation(
            kind="same",
            containment=overlap.of_small,
            strength=1,
            evidence=f"altered by one of them ({what}); {describe_overlap(overlap)}",
        )
    first = overlap.substance[0]
    return Relation(
        kind="different",
        differs=overlap.of_small >= EXCERPT,
        containment=overlap.of_small,
        evidence=f"{len(overlap.substance)} clauses say something else, as {first.shown}; "
        f"{describe_overlap(overlap)}",
    )


def _shape(
    small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap
) -> tuple[RelationKind, RelationSide | None]:
    """How much of one is in the other, and how what is left lies around it."""
    if is_whole(overlap):
        return "same", None
    if overlap.of_small < EXCERPT or overlap.own > overlap.shared:
        return "different", None
    if overlap.of_small < WHOLE or overlap.inside > 0.05 * len(small.joined):
        return "excerpt", "left"
    around = overlap.before + overlap.behind
    if around <= len(small.joined) and not _goes_on(small, large):
        return "annotated", "right"
    if min(overlap.before, overlap.behind) <= 0.02 * overlap.large:
        return "part", "left"
    return "excerpt", "left"


def _goes_on(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether the longer goes on numbering where the shorter ends, so that it is one text; or has, where
    nothing is numbered, the same title."""
    if large.marks or small.marks:
        return large.marks > small.marks
    return bool(small.title.names & large.title.names)
