"""Learn the boilerplate of a portal: lines that recur at the head or tail of pages of one layout.

Two rules protect the text. A line counts only when all lines between it and the edge of the page are
boilerplate, both on the pages that are learned from and on those that are cleaned. And a line that documents
contain themselves (:mod:`pipelines.boilerplate.removal`) is never counted and ends the search. The fixed
rules serve a portal's first pages; learned lines apply from the tenth article of a layout on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from math import ceil
from typing import TYPE_CHECKING

from attrs import evolve

from pipelines.boilerplate.removal import LONGEST_DISCLAIMER, Kind, at_head, at_tail, is_own, mask_contacts
from pipelines.metadata.genres import names_a_policy
from policy.records.content import EDGES, Block, Edge, EdgeLine, LayoutBoilerplate, PageEdges
from policy.text.words import fold

if TYPE_CHECKING:
    from pipelines.html.cleaning import Cleaned


TAIL, HEAD = 40, 12
"""Lines that are examined at each edge."""
TEXT = 16
"""Consecutive lines of unknown kind that are stored; boilerplate is shorter."""
TITLE = 3
"""Lines at the head that may be the title."""

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
"""Labels followed by the names of those who made the page; after other labels stands content."""
_SHORTEST, _LONGEST = 3, 40
_LONGEST_LABEL = 12
_SERIAL = 10
"""A line at the head with this many characters and a figure is taken for the title of one article of a
series."""


def record_sighting(
    cleaned: Sequence[Cleaned],
    *,
    article: str,
    layout: str,
    at: dt.datetime,
    digests: Sequence[str],
    code: str,
) -> PageEdges:
    """The lines at the edges of an article's pages."""
    return PageEdges(
        article=article,
        layout=layout,
        at=at,
        digests=tuple(digests),
        code=code,
        heads=tuple(tuple(_to_the_text(edge_of(page, "head"))) for page in cleaned),
        tails=tuple(tuple(_to_the_text(edge_of(page, "tail"))) for page in cleaned),
    )


def edge_of(page: Cleaned, edge: Edge) -> Iterator[EdgeLine]:
    """The lines of an edge from the outside inwards, computed lazily."""
    count = len(page.lines)
    for place in range(min(count, HEAD if edge == "head" else TAIL)):
        index = place if edge == "head" else count - 1 - place
        if index in page.cells:
            yield EdgeLine()
        else:
            see = _see_title if edge == "head" and place < TITLE else _see
            yield see(page.lines[index], page.linked.get(index), at_head if edge == "head" else at_tail)


def leads_on(page: Cleaned, index: int, *, listed: bool) -> bool:
    """Whether a line belongs to a list of other pages: a link, or the day beside a link."""
    line = page.lines[index]
    if _is_link(page.linked.get(index)):
        return at_tail(line) not in (Kind.OWN, Kind.PROSE)
    return listed and _DAY.fullmatch(line) is not None


def _to_the_text(edge: Iterable[EdgeLine]) -> Iterator[EdgeLine]:
    """The edge up to the first line that is surely of the text."""
    plain = 0
    for seen in edge:
        plain = 0 if seen.passes else plain + 1
        if plain > TEXT or not (seen.key or seen.passes):
            return
        yield seen


# ------------------------------------------------------------------ lines


def _see_title(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> EdgeLine:
    """One of the first lines, among which the title may be."""
    seen = _see(line, unlinked, kind_of)
    if kind_of(line) is not Kind.SHORT or not (seen.key or names_a_policy(line)):
        return seen
    serial = _DIGITS.search(line) and len(_DIGITS.sub("", fold(line))) >= _SERIAL
    return evolve(seen, passes=True, key="" if serial else seen.key)


def _see(line: str, unlinked: str | None, kind_of: Callable[[str], Kind]) -> EdgeLine:
    kind = kind_of(line)
    if kind in (Kind.OWN, Kind.BAR, Kind.HEADING, Kind.SITE):
        return EdgeLine(passes=True)
    passes = (_is_link(unlinked) and kind is not Kind.PROSE) or _DAY.fullmatch(line) is not None
    if len(line) > LONGEST_DISCLAIMER or is_own(line) or names_a_policy(line):
        return EdgeLine(passes=passes)
    return EdgeLine(key=_key(line, unlinked, kind), passes=passes)


def _is_link(unlinked: str | None) -> bool:
    """Whether a line is one link, or a link and its day."""
    return unlinked == "" or bool(unlinked and _DAY.fullmatch(unlinked))


def _key(line: str, unlinked: str | None, kind: Kind) -> str:
    if label := _label(line, unlinked):
        return f"{label}：…"
    if kind is Kind.PROSE:
        return _shortened(fold(mask_contacts(line)))
    words = fold(mask_contacts(_timeless(line)))
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


FROM = 9
"""Articles of a layout that must be seen before anything is learned."""
LEAST = 5
SHARE = 0.4
"""A line recurs when this share of the articles, and at least as many as learning needs, show it."""
DOUBTFUL = 0.1
SETTLED = 30
"""Articles after which a line that occurs on less than the share is dropped as learned by mistake."""
MOST_BLOCKS = 500
"""Most blocks of a portal; the rarest are dropped first."""


# ------------------------------------------------------------------ pages


def reached_lines(
    edge: Iterable[EdgeLine], keys: Set[str], kept: Set[str] = frozenset()
) -> Iterator[tuple[int, str]]:
    """The lines of an edge that are boilerplate by these keys, from the outside inwards up to the text."""
    for place, seen in enumerate(edge):
        if seen.key in keys and seen.key not in kept:
            yield place, seen.key
        elif not seen.passes:
            return


def learned_lines(page: Cleaned, learned: LayoutBoilerplate) -> frozenset[int]:
    """The indices of a page's lines that are learned boilerplate, including the links below them."""
    last = len(page.lines) - 1
    heads = _places(page, "head", learned)
    tails = {last - place for place in _places(page, "tail", learned)}
    links = {below for index in tails for below in _links_below(page, index)}
    return frozenset(heads | tails | links)


def _places(page: Cleaned, edge: Edge, learned: LayoutBoilerplate) -> set[int]:
    keys = learned.on(edge)
    return {place for place, _ in reached_lines(edge_of(page, edge), keys, learned.kept)} if keys else set()


def _links_below(page: Cleaned, index: int) -> Iterator[int]:
    """The list that a line heads."""
    for below in range(index + 1, len(page.lines)):
        if not leads_on(page, below, listed=below > index + 1):
            return
        yield below


# ------------------------------------------------------------------ learning from several pages


def learn_blocks(
    sightings: Iterable[PageEdges], previous: Sequence[Block], now: dt.datetime
) -> tuple[Block, ...]:
    """The blocks that the sightings show, added to those of before.

    A block stays when its words are no longer seen, because older captures are compared under the same set. A
    block that turns out to be rare is dropped.
    """
    seen = list(sightings)
    blocks = {block.id: block for block in (*_shown(seen, now), *previous)}
    left = [
        block
        for block in recount_blocks(tuple(blocks.values()), seen)
        if block.kept or not _is_doubtful(block)
    ]
    return tuple(sorted(left, key=lambda block: (not block.kept, -block.pages, block.id))[:MOST_BLOCKS])


def recount_blocks(blocks: Sequence[Block], sightings: Iterable[PageEdges]) -> list[Block]:
    """The blocks with the number of articles that show them now."""
    layouts = group_by_layout(sightings)
    counted = {
        (layout, edge): _counted(seen, edge, {b.key for b in blocks if (b.layout, b.edge) == (layout, edge)})
        for layout, seen in layouts.items()
        for edge in EDGES
    }
    return [
        evolve(block, pages=counted[block.layout, block.edge][block.key], of=len(layouts[block.layout]))
        if block.layout in layouts
        else evolve(block, pages=0, of=0)
        for block in blocks
    ]


def group_by_layout(sightings: Iterable[PageEdges]) -> Mapping[str, list[PageEdges]]:
    """The sightings grouped by layout."""
    layouts: defaultdict[str, list[PageEdges]] = defaultdict(list)
    for each in sightings:
        layouts[each.layout].append(each)
    return dict(layouts)


def recurring_keys(sightings: Sequence[PageEdges], edge: Edge) -> dict[str, int]:
    """The keys that recur at an edge with the number of articles; empty when there are too few articles.

    Each round drops keys that are too rarely reached, until the set is stable.
    """
    if len(sightings) < FROM:
        return {}
    need = max(LEAST, ceil(SHARE * len(sightings)))
    keys = {seen.key for each in sightings for page in each.edges(edge) for seen in page if seen.key}
    while True:
        counts = _counted(sightings, edge, keys)
        left = {key for key in keys if counts[key] >= need}
        if left == keys:
            return {key: counts[key] for key in sorted(keys)}
        keys = left


def _shown(sightings: Iterable[PageEdges], now: dt.datetime) -> Iterator[Block]:
    for layout, seen in sorted(group_by_layout(sightings).items()):
        for edge in EDGES:
            for key, pages in recurring_keys(seen, edge).items():
                yield Block(layout=layout, edge=edge, key=key, since=now, pages=pages, of=len(seen))


def _counted(sightings: Iterable[PageEdges], edge: Edge, keys: Set[str]) -> Counter[str]:
    """On how many articles each of these keys is reached."""
    groups = (
        {key for page in each.edges(edge) for _, key in reached_lines(page, keys)} for each in sightings
    )
    return Counter(key for group in groups for key in group)


def _is_doubtful(block: Block) -> bool:
    return block.of >= SETTLED and 0 < block.pages < DOUBTFUL * block.of


# ------------------------------------------------------------------ decisions of ops


def mark_as_text(blocks: Sequence[Block], name: str) -> tuple[Block, ...]:
    """The blocks with this one marked as text; raises KeyError when no block has this name."""
    if name not in {block.id for block in blocks}:
        raise KeyError(name)
    return tuple(evolve(block, kept=True) if block.id == name else block for block in blocks)


def forget_block(blocks: Sequence[Block], name: str) -> tuple[Block, ...]:
    """The blocks with this one reset to what was learned; raises KeyError when no block has this name."""
    left = tuple(block for block in blocks if block.id != name)
    if len(left) == len(blocks):
        raise KeyError(name)
    return left
