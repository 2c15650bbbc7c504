"""Whether a page prints another's text with a place or two altered: a reprint that a portal edited.

What differs in substance is another text; but where the title, the day below the signature and almost all of
the words are the same, it is the same policy, and whoever reads it should be told what was altered.
"""

from __future__ import annotations

from pipelines.editions import are_strangers
from pipelines.extents import ERRORS, is_whole
from pipelines.overlaps import Overlap
from pipelines.sheets import Sheet

MOST = 3
"""Altered clauses of a longer text; of a short one, or under another headline, one. A figure in a short
notice makes another of it: sums are paid and tariffs set by one title on one day."""
SHORT = 500
"""Characters of a short text."""
TELLING = 10
"""Characters of a title that is no other's."""
_FAMILIES = frozenset(
    ("批复", "函", "复函", "答复", "公示", "公告", "通告", "名单", "命令", "令", "清单", "公报", "报告")
)
"""Kinds of documents of which many bear one title."""


def altered(small: Sheet, large: Sheet, found: Overlap) -> str | None:
    """What was altered in one of two pages of one policy; None where they may be two."""
    changes = found.substance
    if not changes or not is_whole(found) or are_strangers(small, large):
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
        most = min(MOST, max(1, round(ERRORS * found.found)))
    else:
        most = 1 if one_day and not (small.title.formal and large.title.formal) else 0
    return ", ".join(each.shown for each in changes) if len(changes) <= most else None


def _is_short(small: Sheet, large: Sheet) -> bool:
    return len(large.joined) <= SHORT or small.title.occasional or large.title.occasional


def _is_one_title(small: Sheet, large: Sheet) -> bool:
    """Whether both bear one title, or a headline has the other's in it."""
    return any(
        len(name) >= TELLING and (name in other.names or name in other.core)
        for one, other in ((small.title, large.title), (large.title, small.title))
        for name in (one.names if one.formal else ())
    )
