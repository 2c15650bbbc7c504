"""Furniture learned from a portal's other pages: lines that recur at the edges of a layout, whatever
their words.

Two things keep a text whole. A line counts only where nothing but furniture stands between it and
the page's edge, on the pages it is learned from and on those it is taken from: the same walk does
both. And a line that documents say themselves (:mod:`pipelines.frame`) is never counted and ends
the walk. Rules serve a portal's first pages, learning those from the tenth on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from math import ceil

from attrs import evolve

from pipelines.clean import Cleaned
from pipelines.frame import is_own
from pipelines.genres import names_a_policy
from pipelines.phrases import LONGEST_DISCLAIMER, Kind, at_head, at_tail
from policy.furniture import Block, Edge, Learned, Seen, Sighting
from policy.words import fold

FROM = 9
"""So many articles of a layout are seen before anything is learned."""
LEAST = 5
SHARE = 0.4
"""On so many of them, and on this share, a line recurs."""
DOUBTFUL = 0.1
SETTLED = 30
"""Of so many articles, what still occurs on less than this share was learned by mistake."""
TAIL, HEAD = 40, 12
"""Lines of a page's edges that are looked at."""
TEXT = 16
"""So many lines in a row that may recur or not are remembered; furniture is shorter."""
SPARE = 3
"""So many lines at the head may be the title."""
MOST_BLOCKS = 500
"""Of a portal; beyond it those seen on the fewest pages go."""

_DAY = re.compile(
    r"[\s\[(（]*(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?[\s\])）]*"
)
_MOMENT = re.compile(
    r"\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}\s*日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
)
_COUNTER = re.compile(r"\d\s*[次人条赞页期篇评]|阅|览|点击|评论|留言|点赞|访问|热度|人气|围观")
_DIGITS = re.compile(r"\d+")
_LABELLED = re.compile(
    r"\W*(?P<label>[^\W\d][\w ]{0,10}[^\W\d])\s*[:：／/丨|]\s*"
    r"(?:[^\W\dA-Za-z_]{2,4}(?:[\s、,，/|·]{1,3}(?=\w)|\W*$)){1,5}"
)
_CREW = re.compile(
    r"(?:责|主|小|总|美|网)编|编[辑审校排]|校对|审[校读稿]|[初复终]审|值[班守日]|当[值班]|摄|记者|通讯员|制[作图]|监制|策划|撰"
    r"|采写|供稿|整理|出品|统筹|播|后期|视觉|版[面式]|美[工术]|文案|转[自载]|出处"
)
"""Labels behind which those who made the page are named; behind others stands what differs by page."""
_SHORTEST, _LONGEST_KEY = 3, 40
_LONGEST_WORDS = 12
"""Of the words beside a link."""
_LONGEST_TITLE = 10
"""A line at the head with so many words and a figure is the title of one of a series."""


# ------------------------------------------------------------------ one page


def sighting(
    cleaned: Sequence[Cleaned], *, article: str, layout: str, at: dt.datetime, digests: Sequence[str]
) -> Sighting:
    """What an article's pages show at their edges."""
    return Sighting(
        article=article,
        layout=layout,
        at=at,
        digests=tuple(digests),
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
            see = _at_head if edge == "head" and place < SPARE else _seen
            yield see(page.lines[index], page.linked.get(index), at_head if edge == "head" else at_tail)


def _to_the_text(edge: Iterable[Seen]) -> Iterator[Seen]:
    """The edge up to the first line that is surely of the text."""
    plain = 0
    for seen in edge:
        plain = 0 if seen.passes else plain + 1
        if plain > TEXT or not (seen.keys or seen.passes):
            return
        yield seen


def _at_head(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> Seen:
    """One of the first lines, among which the title may be."""
    seen = _seen(line, unlinked, kind_of)
    if kind_of(line) is not Kind.SHORT or (not seen.keys and not names_a_policy(line)):
        return seen
    serial = len(_DIGITS.sub("", fold(line))) >= _LONGEST_TITLE and _DIGITS.search(line)
    return evolve(seen, passes=True, keys=() if serial else seen.keys)


def _seen(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> Seen:
    kind = kind_of(line)
    if kind in (Kind.OWN, Kind.BAR, Kind.HEADING, Kind.SITE):
        return Seen(passes=True)
    link = _is_link(unlinked)
    if is_own(line) or names_a_policy(line) or len(line) > LONGEST_DISCLAIMER:
        return Seen(passes=link)
    return Seen(keys=_keys(line, unlinked, kind), passes=link or _DAY.fullmatch(line) is not None)


def _is_link(unlinked: str | None) -> bool:
    """Whether a line is one link, or a link and its day."""
    return unlinked == "" or bool(unlinked and _DAY.fullmatch(unlinked))


def _keys(line: str, unlinked: str | None, kind: Kind) -> tuple[str, ...]:
    """The line's words; and where it is a label beside a name or a link, the label alone."""
    words = _known_by(line if kind is Kind.PROSE else _unnumbered(line))
    label = _label(line, unlinked)
    if len(words) < 2 or (len(words) < _SHORTEST and kind is not Kind.COMPANION):
        return ()
    return (words, f"{label}：…") if label else (words,)


def _unnumbered(line: str) -> str:
    """Without the figures that differ by page: days, hours, and those of counters. Others are said."""
    timeless = _MOMENT.sub("0", line)
    return _DIGITS.sub("0", timeless) if _COUNTER.search(timeless) else timeless


def _known_by(line: str) -> str:
    words = fold(line)
    if len(words) <= _LONGEST_KEY:
        return "" if words.isdecimal() else words
    return f"{words[: _LONGEST_KEY - 10]}…{hashlib.sha256(words.encode()).hexdigest()[:9]}"


def _label(line: str, unlinked: str | None) -> str:
    """``值班：林一`` without its names, ``前文：<a>…</a>`` without its link; ``""`` for any other line."""
    if unlinked and not _is_link(unlinked):
        words = _known_by(unlinked)
        return words if len(words) <= _LONGEST_WORDS else ""
    found = _LABELLED.fullmatch(line)
    return fold(found["label"]) if found and _CREW.search(found["label"]) else ""


# ------------------------------------------------------------------ the walk


def reached(edge: Iterable[Seen], keys: Set[str], kept: Set[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Which lines of an edge are furniture by these keys, from outside inwards up to the text."""
    for place, seen in enumerate(edge):
        key = next((key for key in seen.keys if key in keys), None)
        if key is not None and kept.isdisjoint(seen.keys):
            yield place, key
        elif not seen.passes:
            return


def furniture(page: Cleaned, learned: Learned) -> frozenset[int]:
    """The lines of a page that are furniture by what was learned, with the links below them."""
    count = len(page.lines)
    heads = (
        {place for place, _ in reached(edge_of(page, "head"), learned.head, learned.kept)}
        if learned.head
        else set()
    )
    if not learned.tail:
        return frozenset(heads)
    tails = {count - 1 - place for place, _ in reached(edge_of(page, "tail"), learned.tail, learned.kept)}
    links = {below for index in tails for below in _links_below(page, index)}
    return frozenset(heads | tails | links)


def _links_below(page: Cleaned, index: int) -> Iterator[int]:
    """The list that a line heads: lines that are one link each, and their days."""
    listed = False
    for below in range(index + 1, len(page.lines)):
        line = page.lines[below]
        link = _is_link(page.linked.get(below)) and at_tail(line) is not Kind.OWN
        if not link and not (listed and _DAY.fullmatch(line)):
            return
        listed = True
        yield below


# ------------------------------------------------------------------ many pages


def learn(sightings: Iterable[Sighting], known: Sequence[Block], now: dt.datetime) -> tuple[Block, ...]:
    """The blocks that the sightings show, beside those known before.

    A block stays when its words are no longer seen, for older captures are compared under the same
    set; one that turns out to be rare, and was never furniture, goes.
    """
    layouts: defaultdict[str, list[Sighting]] = defaultdict(list)
    for each in sightings:
        layouts[each.layout].append(each)
    blocks = {block.id: block for block in known}
    for layout, seen in sorted(layouts.items()):
        for edge in ("head", "tail"):
            counts = recurring(seen, edge)
            mine = [block for block in known if (block.layout, block.edge) == (layout, edge)]
            blocks |= {block.id: block for block in _recounted(mine, seen, edge)}
            for key, pages in counts.items():
                block = Block(layout=layout, edge=edge, key=key, since=now, pages=pages, of=len(seen))
                blocks.setdefault(block.id, block)
    kept = [block for block in blocks.values() if block.kept or not _is_doubtful(block)]
    return tuple(sorted(kept, key=lambda block: (not block.kept, -block.pages, block.id))[:MOST_BLOCKS])


def recurring(sightings: Sequence[Sighting], edge: Edge) -> dict[str, int]:
    """The keys that recur at an edge, each with the number of its articles; none of too few articles.

    Each round leaves out what is reached too seldom, until all that is left holds each other up.
    """
    if len(sightings) < FROM:
        return {}
    need = max(LEAST, ceil(SHARE * len(sightings)))
    keys = _enough(_counted(_all_keys(each, edge) for each in sightings), need)
    while True:
        counts = _counted({key for _, key in _reached(each, edge, keys)} for each in sightings)
        left = _enough(counts, need)
        if left == keys:
            return {key: counts[key] for key in sorted(keys)}
        keys = left


def _recounted(blocks: Sequence[Block], sightings: Sequence[Sighting], edge: Edge) -> Iterator[Block]:
    keys = {block.key for block in blocks}
    counts = _counted({key for _, key in _reached(each, edge, keys)} for each in sightings)
    for block in blocks:
        yield evolve(block, pages=counts[block.key], of=len(sightings))


def _reached(sighting: Sighting, edge: Edge, keys: Set[str]) -> Iterator[tuple[int, str]]:
    for page in sighting.edges(edge):
        yield from reached(page, keys)


def _all_keys(sighting: Sighting, edge: Edge) -> set[str]:
    return {key for page in sighting.edges(edge) for seen in page for key in seen.keys}


def _counted(groups: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(key for group in groups for key in group)


def _enough(counts: Counter[str], need: int) -> frozenset[str]:
    return frozenset(key for key, count in counts.items() if count >= need)


def _is_doubtful(block: Block) -> bool:
    return block.of >= SETTLED and 0 < block.pages < DOUBTFUL * block.of
