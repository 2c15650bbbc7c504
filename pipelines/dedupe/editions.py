"""Decide whether two texts are editions of one document, and which one is earlier.

Editions are a draft and its final text; a measure, law or catalogue and its revision; a document that says
that it replaces the other. Plans and lists of two years are not editions, because each has a subject of its
own.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pipelines.dedupe.comparison_profile import ComparisonProfile
from pipelines.dedupe.overlaps import (
    CLEARLY,
    ERRORS,
    RARE_WORDS,
    Overlap,
    differs_in_substance,
    is_fragment,
    is_near,
    is_whole,
)
from pipelines.dedupe.titles import versions_differ

REVISED = 0.06
"""Least share of the shorter edition of a measure that is shared; below it is another measure of the same
name."""
REWORKED = 8
"""Changed clauses from which on a difference is a revision."""
OWN = 0.1
"""Share of the shorter text that only it has, between shared clauses, from which on the texts are two
editions."""
_NATIONAL = frozenset({"法"})


def edition_evidence(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> str | None:
    """Evidence that two articles are editions of one document; None where there is none."""
    if are_strangers(small, large):
        return None
    names = sorted(small.title.names & large.title.names)
    if not names:
        return _renamed(small, large, overlap)
    proof = _proof(small, large, overlap)
    if proof is None or not _related(small, large, overlap):
        return None
    return f"the same title ({names[-1]}), {proof}"


def earlier_side(small: ComparisonProfile, large: ComparisonProfile) -> Literal["left", "right"]:
    """The side of the draft, otherwise of the earlier day, otherwise of the shorter text."""
    if small.title.draft != large.title.draft:
        return "left" if small.title.draft else "right"
    if versions_differ(small.title, large.title):
        return "left" if (small.title.version or 0) < (large.title.version or 0) else "right"
    mine, theirs = (each.revised or each.signed or each.day or dt.date.min for each in (small, large))
    return "right" if theirs < mine else "left"


def are_strangers(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether the issuers of both are known and they have none in common."""
    return bool(small.issuers and large.issuers and not small.issuers & large.issuers)


def have_one_number(small: ComparisonProfile, large: ComparisonProfile) -> bool | None:
    """Whether both bear the same number; None where one bears none, or none of a known organ."""
    one, other = small.number, large.number
    if one is None or other is None:
        return None
    if one.matches(other):
        return True
    known = one.kind == other.kind == "文" or (one.organs and other.organs)
    may_be_one = (one.kind, one.number) == (other.kind, other.number)
    return None if may_be_one and not known else False


def _renamed(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> str | None:
    """A draft may become a document of another title; much of it must be left."""
    if small.title.draft == large.title.draft or not is_near(overlap):
        return None
    return "a draft and a final text of another title"


def _proof(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> str | None:
    """What shows that of two texts of one name the one came in the other's place."""
    if small.title.draft != large.title.draft:
        return "a draft and a final text"
    if versions_differ(small.title, large.title):
        return f"of {small.title.version} and of {large.title.version}"
    if is_fragment(overlap):
        return None
    if _ends(small, large) != _ends(large, small) and differs_in_substance(overlap):
        return "the one takes the other's place"
    return _revision(small, large, overlap) if small.title.normative and large.title.normative else None


def _ends(one: ComparisonProfile, other: ComparisonProfile) -> bool:
    """Whether a text says that the other, or one of its name, is no longer in force."""
    numbers = other.number.keys() if other.number else ()
    return not one.ends.isdisjoint({*other.title.names, *numbers})


def _revision(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> str | None:
    """What shows that a text was amended: its history, its days, or words in its clauses."""
    days = small.revised, large.revised
    if small.history and large.history and max(small.history) != max(large.history):
        return f"adopted or revised on {max(small.history)} and {max(large.history)}"
    if small.written and large.written and small.written != large.written:
        return f"written on {small.written} and {large.written}"
    if have_one_number(small, large) is False and small.number and large.number:
        return f"{small.number.label} and {large.number.label}"
    if all(days) and days[0] == days[1]:
        return None
    if differs_in_substance(overlap) and _is_reworked(small, overlap):
        return f"{len(overlap.substance)} clauses changed, as {overlap.substance[0].shown}"
    return None


def _is_reworked(small: ComparisonProfile, overlap: Overlap) -> bool:
    """Whether two texts are near enough, or changed in enough places, to be editions by that alone."""
    changes = len(overlap.substance)
    near = min(overlap.of_small, overlap.of_large) >= CLEARLY
    rewritten = min(overlap.own, overlap.inside) >= OWN * overlap.small
    if near or (rewritten and small.title.genre in _NATIONAL):
        return True
    return changes >= REWORKED and (rewritten or changes > ERRORS * overlap.matched)


def _related(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> bool:
    """Whether two texts of one name are of one document: they share words, or days of their history."""
    if {*small.history} & {*large.history}:
        return True
    if small.title.genre in _NATIONAL and small.history and large.history:
        return True
    return overlap.of_small >= REVISED and overlap.shared >= RARE_WORDS


# ------------------------------------------------------------------ altered reprints


MOST = 3
"""Most altered clauses of a reprint; in a short text, or under another headline, one. A changed figure in a
short notice makes another notice: payments and tariffs are announced under one title on one day."""
SHORT = 500
"""Most characters of a short text."""
TELLING = 10
"""Characters from which on a title identifies a document."""
_FAMILIES = frozenset(
    ("批复", "函", "复函", "答复", "公示", "公告", "通告", "名单", "命令", "令", "清单", "公报", "报告")
)
"""Kinds of documents of which many have the same title."""


def find_alteration(small: ComparisonProfile, large: ComparisonProfile, overlap: Overlap) -> str | None:
    """The alteration between two reprints of one policy; None where they may be two policies."""
    changes = overlap.substance
    if not changes or not is_whole(overlap) or are_strangers(small, large):
        return None
    if {small.title.genre, large.title.genre} & _FAMILIES:
        return None
    one_day = small.signed is not None and small.signed == large.signed
    if not one_day and small.signed and large.signed:
        return None
    if _is_short(small, large):
        told = changes[0].kind == "words" or small.title.genre == large.title.genre != "通知"
        most = 1 if one_day and told and _is_one_title(small, large) else 0
    elif _is_one_title(small, large):
        most = min(MOST, max(1, round(ERRORS * overlap.matched)))
    else:
        most = 1 if one_day and not (small.title.formal and large.title.formal) else 0
    return ", ".join(each.shown for each in changes) if len(changes) <= most else None


def _is_short(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    return len(large.joined) <= SHORT or small.title.occasional or large.title.occasional


def _is_one_title(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether both bear one title, or a headline has the other's in it."""
    return any(
        len(name) >= TELLING and (name in other.names or name in other.core)
        for one, other in ((small.title, large.title), (large.title, small.title))
        for name in (one.names if one.formal else ())
    )


# ------------------------------------------------------------------ cover letters


LETTER = 0.6
"""Most length of a cover letter, as a share of the text it publishes."""


def covered_document(small: ComparisonProfile, large: ComparisonProfile) -> str | None:
    """The name of the document that the shorter publishes, if the longer is that document and nothing
    contradicts."""
    other = large.title
    if len(small.joined) > LETTER * len(large.joined) or other.draft or other.about or other.forwards:
        return None
    names = small.brings & large.title.names
    is_itself = large.title.core in large.title.names and not large.title.brings and not large.brings
    if not (names and is_itself and _is_same_publisher(small, large)):
        return None
    return max(names, key=len)


_FORWARDING = ("转发", "批转", "印转")
_LETTER_LINES = 24
"""Clauses at the beginning of a text in which a letter says that it forwards a document."""


def forwards_other(small: ComparisonProfile, large: ComparisonProfile) -> bool:
    """Whether one is another organ's letter that forwards the other.

    A page with the letter is of the letter's policy whatever its title; one without it is the document.
    """
    if small.title.forwards == large.title.forwards:
        return False
    letter, other = (small, large) if small.title.forwards else (large, small)
    said = [
        clause for clause in letter.clauses[:_LETTER_LINES] if any(word in clause for word in _FORWARDING)
    ]
    if said:
        return not any(clause in other.joined for clause in said)
    return letter.title.formal and other.title.formal


def _is_same_publisher(letter: ComparisonProfile, text: ComparisonProfile) -> bool:
    """Whether an organ, a place or a portal is of both; or of a letter of no place, nothing against it."""
    if letter.issuers and text.issuers:
        return bool(letter.issuers & text.issuers)
    place = letter.title.place
    return not place or letter.portal == text.portal or place in text.title.printed or place in text.joined
