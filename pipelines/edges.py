"""How a page begins and ends: its outermost lines, each by what it would be known again by.

A key is the line's folded words without what differs by page: days, hours and counts, the names
behind an editor's label, the address behind a link. Figures that say something stay in it, so that
a daily report does not look like furniture. Lines of the document's own have none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve

from pipelines.clean import Cleaned
from pipelines.contacts import veiled
from pipelines.frame import is_own
from pipelines.genres import names_a_policy
from pipelines.phrases import LONGEST_DISCLAIMER, Kind, at_head, at_tail
from policy.furniture import Edge, Seen, Sighting
from policy.words import fold

TAIL, HEAD = 40, 12
"""So many lines are looked at."""
TEXT = 16
"""So many lines in a row that may recur or not are remembered; furniture is shorter."""
TITLE = 3
"""So many lines at the head may be the title."""

_CLOCK = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_DAY = re.compile(rf"[\s\[(（]*(?:\d{{4}}[-/.])?\d{{1,2}}[-/.]\d{{1,2}}(?:\s+{_CLOCK})?[\s\])）]*")
_MOMENT = re.compile(
    rf"\d{{4}}\s?[-年/.]\s?\d{{1,2}}\s?[-月/.]\s?\d{{1,2}}\s?日?(?:\s{{0,3}}{_CLOCK})?|{_CLOCK}"
)
_COUNTER = re.compile(r"\d\s?[次人条赞页期篇评]|阅|览|点击|评论|留言|点赞|访问|热度|人气|围观")
_DIGITS = re.compile(r"\d+")
_CREW = re.compile(
    r"\W*(?P<label>[^\W\d][\w ]{0,10}[^\W\d])\s*[:：／/丨|]\s*"
    r"(?:[^\W\dA-Za-z_]{2,4}(?:[\s、,，/|·]{1,3}(?=\w)|\W*$)){1,5}"
)
_MAKERS = re.compile(
    r"(?:责|主|小|总|美|网)编|编[辑审校排]|校对|审[校读稿]|[初复终]审|值[班守日]|当[值班]|摄|记者|通讯员|制[作图]|监制|策划|撰"
    r"|采写|供稿|整理|出品|统筹|播|后期|视觉|版[面式]|美[工术]|文案|转[自载]|出处"
)
"""Labels behind which those who made the page are named; behind others stands what is said."""
_SHORTEST, _LONGEST = 3, 40
_LONGEST_LABEL = 12
_SERIAL = 10
"""A line at the head with so many characters and a figure is the title of one of a series."""


def sighting(
    cleaned: Sequence[Cleaned],
    *,
    article: str,
    layout: str,
    at: dt.datetime,
    digests: Sequence[str],
    code: str,
) -> Sighting:
    """What an article's pages show at their edges."""
    return Sighting(
        article=article,
        layout=layout,
        at=at,
        digests=tuple(digests),
        code=code,
        heads=tuple(tuple(_to_the_text(edge_of(page, "head"))) for page in cleaned),
        tails=tuple(tuple(_to_the_text(edge_of(page, "tail"))) for page in cleaned),
    )


def edge_of(page: Cleaned, edge: Edge) -> Iterator[Seen]:
    """The lines of an edge from outside inwards, each looked at when it is asked for."""
    count = len(page.lines)
    for place in range(min(count, HEAD if edge == "head" else TAIL)):
        index = place if edge == "head" else count - 1 - place
        if index in page.cells:
            yield Seen()
        else:
            see = _see_title if edge == "head" and place < TITLE else _see
            yield see(page.lines[index], page.linked.get(index), at_head if edge == "head" else at_tail)


def leads_on(page: Cleaned, index: int, *, listed: bool) -> bool:
    """Whether a line is one of a list of other pages: a link, or the day of the link before it."""
    line = page.lines[index]
    if _is_link(page.linked.get(index)):
        return at_tail(line) not in (Kind.OWN, Kind.PROSE)
    return listed and _DAY.fullmatch(line) is not None


def _to_the_text(edge: Iterable[Seen]) -> Iterator[Seen]:
    """The edge up to the first line that is surely of the text."""
    plain = 0
    for seen in edge:
        plain = 0 if seen.passes else plain + 1
        if plain > TEXT or not (seen.key or seen.passes):
            return
        yield seen


# ------------------------------------------------------------------ one line


def _see_title(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> Seen:
    """One of the first lines, among which the title may be."""
    seen = _see(line, unlinked, kind_of)
    if kind_of(line) is not Kind.SHORT or not (seen.key or names_a_policy(line)):
        return seen
    serial = _DIGITS.search(line) and len(_DIGITS.sub("", fold(line))) >= _SERIAL
    return evolve(seen, passes=True, key="" if serial else seen.key)


def _see(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> Seen:
    kind = kind_of(line)
    if kind in (Kind.OWN, Kind.BAR, Kind.HEADING, Kind.SITE):
        return Seen(passes=True)
    passes = (_is_link(unlinked) and kind is not Kind.PROSE) or _DAY.fullmatch(line) is not None
    if len(line) > LONGEST_DISCLAIMER or is_own(line) or names_a_policy(line):
        return Seen(passes=passes)
    return Seen(key=_key(line, unlinked, kind), passes=passes)


def _is_link(unlinked: str | None) -> bool:
    """Whether a line is one link, or a link and its day."""
    return unlinked == "" or bool(unlinked and _DAY.fullmatch(unlinked))


def _key(line: str, unlinked: str | None, kind: Kind) -> str:
    if label := _label(line, unlinked):
        return f"{label}：…"
    if kind is Kind.PROSE:
        return _shortened(fold(veiled(line)))
    words = fold(veiled(_timeless(line)))
    short = 2 if kind is Kind.COMPANION else _SHORTEST
    return _shortened(words) if len(words) >= short and not words.isdecimal() else ""


def _label(line: str, unlinked: str | None) -> str:
    """``值班：林一`` without its names, ``前文：<a>…</a>`` without its link; ``""`` for any other line."""
    if unlinked and not _is_link(unlinked):
        words = fold(unlinked)
        return words if len(words) <= _LONGEST_LABEL and "。" not in unlinked else ""
    found = _CREW.fullmatch(line)
    return fold(found["label"]) if found and _MAKERS.search(found["label"]) else ""


def _timeless(line: str) -> str:
    dayless = _MOMENT.sub("0", line)
    return _DIGITS.sub("0", dayless) if _COUNTER.search(dayless) else dayless


def _shortened(words: str) -> str:
    if len(words) <= _LONGEST:
        return words
    return f"{words[: _LONGEST - 10]}…{hashlib.sha256(words.encode()).hexdigest()[:9]}"
