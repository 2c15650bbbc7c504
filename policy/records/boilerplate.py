"""What a portal's pages repeat around their texts: how each page began and ended, and the sets
learned from that."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cached_property
from typing import Literal

from attrs import frozen

Edge = Literal["head", "tail"]
EDGES: tuple[Edge, ...] = ("head", "tail")


@frozen(kw_only=True)
class EdgeLine:
    """A line at a page's edge: by what it would be known again, ``""`` for a line of the document's
    own. ``passes``: what lies behind it may be boilerplate, whatever it is itself."""

    key: str = ""
    passes: bool = False


@frozen(kw_only=True)
class PageEdges:
    """How an article's pages began and ended, as ``code`` reads them. Each edge is read from outside
    inwards."""

    article: str
    layout: str
    at: dt.datetime
    digests: tuple[str, ...]
    code: str
    heads: tuple[tuple[EdgeLine, ...], ...] = ()
    tails: tuple[tuple[EdgeLine, ...], ...] = ()

    def edges(self, edge: Edge) -> tuple[tuple[EdgeLine, ...], ...]:
        """The heads or the tails, one a page."""
        return self.heads if edge == "head" else self.tails


@frozen(kw_only=True)
class Block:
    """A line that recurs at one edge of a layout's pages. ``pages`` of ``of`` pages began or ended
    with it when it was last counted; ``kept``: ops say that it is text."""

    layout: str
    edge: Edge
    key: str
    since: dt.datetime
    pages: int
    of: int
    kept: bool = False

    @property
    def id(self) -> str:
        """What ops call it: the same in every set and on every machine."""
        return hashlib.sha256(f"{self.layout} {self.edge} {self.key}".encode()).hexdigest()[:8]


@frozen(kw_only=True)
class LayoutBoilerplate:
    """What is boilerplate on the pages of one layout, as keys, and what is not though it recurs."""

    head: frozenset[str] = frozenset()
    tail: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def on(self, edge: Edge) -> frozenset[str]:
        """The keys of one edge."""
        return self.head if edge == "head" else self.tail


@frozen(kw_only=True, slots=False)
class BoilerplateSet:
    """All that was learned of a portal; never altered, replaced by a set of a greater number."""

    id: int
    portal: str
    at: dt.datetime
    blocks: tuple[Block, ...] = ()

    def of(self, layout: str) -> LayoutBoilerplate:
        """What it says of one layout."""
        return self._layouts.get(layout, LayoutBoilerplate())

    @cached_property
    def _layouts(self) -> dict[str, LayoutBoilerplate]:
        return {layout: _learned(self.blocks, layout) for layout in {block.layout for block in self.blocks}}


def _learned(blocks: tuple[Block, ...], layout: str) -> LayoutBoilerplate:
    own = [block for block in blocks if block.layout == layout]
    removed: dict[Edge, frozenset[str]] = {
        edge: frozenset(block.key for block in own if block.edge == edge and not block.kept) for edge in EDGES
    }
    return LayoutBoilerplate(**removed, kept=frozenset(block.key for block in own if block.kept))
