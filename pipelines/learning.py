"""Furniture learned from a portal's other pages: lines that recur at the edges of a layout, whatever
their words.

Two things keep a text whole. A line counts only where nothing but furniture stands between it and
the page's edge, on the pages it is learned from and on those it is taken from: the same walk does
both. And a line that documents say themselves (:mod:`pipelines.frame`) is never counted and ends
the walk. Rules serve a portal's first pages, learning those from the tenth on.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from math import ceil

from attrs import evolve

from pipelines.clean import Cleaned
from pipelines.edges import edge_of, leads_on
from policy.furniture import EDGES, Block, Edge, Learned, Seen, Sighting

FROM = 9
"""So many articles of a layout are seen before anything is learned."""
LEAST = 5
SHARE = 0.4
"""On so many of them, and on this share, a line recurs."""
DOUBTFUL = 0.1
SETTLED = 30
"""Of so many articles, what still occurs on less than this share was learned by mistake."""
MOST_BLOCKS = 500
"""Of a portal; beyond it those seen on the fewest pages go."""


# ------------------------------------------------------------------ one page


def reached(edge: Iterable[Seen], keys: Set[str], kept: Set[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Which lines of an edge are furniture by these keys, from outside inwards up to the text."""
    for place, seen in enumerate(edge):
        if seen.key in keys and seen.key not in kept:
            yield place, seen.key
        elif not seen.passes:
            return


def furniture(page: Cleaned, learned: Learned) -> frozenset[int]:
    """The lines of a page that are furniture by what was learned, with the links below them."""
    last = len(page.lines) - 1
    heads = _places(page, "head", learned)
    tails = {last - place for place in _places(page, "tail", learned)}
    links = {below for index in tails for below in _links_below(page, index)}
    return frozenset(heads | tails | links)


def _places(page: Cleaned, edge: Edge, learned: Learned) -> set[int]:
    keys = learned.on(edge)
    return {place for place, _ in reached(edge_of(page, edge), keys, learned.kept)} if keys else set()


def _links_below(page: Cleaned, index: int) -> Iterator[int]:
    """The list that a line heads."""
    for below in range(index + 1, len(page.lines)):
        if not leads_on(page, below, listed=below > index + 1):
            return
        yield below


# ------------------------------------------------------------------ many pages


def learn(sightings: Iterable[Sighting], known: Sequence[Block], now: dt.datetime) -> tuple[Block, ...]:
    """The blocks that the sightings show, beside those known before.

    A block stays when its words are no longer seen, for older captures are compared under the same
    set; one that turns out to be rare, and was never furniture, goes.
    """
    seen = list(sightings)
    blocks = {block.id: block for block in (*_shown(seen, now), *known)}
    left = [block for block in recount(tuple(blocks.values()), seen) if block.kept or not _is_doubtful(block)]
    return tuple(sorted(left, key=lambda block: (not block.kept, -block.pages, block.id))[:MOST_BLOCKS])


def recount(blocks: Sequence[Block], sightings: Iterable[Sighting]) -> list[Block]:
    """The blocks with the number of articles that show them now."""
    layouts = by_layout(sightings)
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


def by_layout(sightings: Iterable[Sighting]) -> Mapping[str, list[Sighting]]:
    """The sightings of each layout."""
    layouts: defaultdict[str, list[Sighting]] = defaultdict(list)
    for each in sightings:
        layouts[each.layout].append(each)
    return dict(layouts)


def recurring(sightings: Sequence[Sighting], edge: Edge) -> dict[str, int]:
    """The keys that recur at an edge, each with the number of its articles; none of too few articles.

    Each round leaves out what is reached too seldom, until all that is left holds each other up.
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


def _shown(sightings: Iterable[Sighting], now: dt.datetime) -> Iterator[Block]:
    for layout, seen in sorted(by_layout(sightings).items()):
        for edge in EDGES:
            for key, pages in recurring(seen, edge).items():
                yield Block(layout=layout, edge=edge, key=key, since=now, pages=pages, of=len(seen))


def _counted(sightings: Iterable[Sighting], edge: Edge, keys: Set[str]) -> Counter[str]:
    """On how many articles each of these keys is reached."""
    groups = ({key for page in each.edges(edge) for _, key in reached(page, keys)} for each in sightings)
    return Counter(key for group in groups for key in group)


def _is_doubtful(block: Block) -> bool:
    return block.of >= SETTLED and 0 < block.pages < DOUBTFUL * block.of


# ------------------------------------------------------------------ what ops say


def keep(blocks: Sequence[Block], name: str) -> tuple[Block, ...]:
    """The blocks with this one text from now on; raises KeyError when there is none of this name."""
    if name not in {block.id for block in blocks}:
        raise KeyError(name)
    return tuple(evolve(block, kept=True) if block.id == name else block for block in blocks)


def forget(blocks: Sequence[Block], name: str) -> tuple[Block, ...]:
    """The blocks as if this one had never been learned or kept; raises KeyError likewise."""
    left = tuple(block for block in blocks if block.id != name)
    if len(left) == len(blocks):
        raise KeyError(name)
    return left
