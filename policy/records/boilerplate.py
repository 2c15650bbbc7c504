"""Boilerplate of a portal's pages: the first and last lines of each page, and the sets learned from them."""

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
    """A line at the edge of a page.

    ``key`` identifies the line on other pages; it is ``""`` for a line of the document itself. ``passes``:
    the lines further inside may be boilerplate even if this one is not.
    """

    key: str = ""
    passes: bool = False


@frozen(kw_only=True)
class PageEdges:
    """The first and last lines of the pages of an article, as extracted by ``code``.

    The lines of each edge are in the order from the outside inwards.
    """

    article: str
    layout: str
    at: dt.datetime
    digests: tuple[str, ...]
    code: str
    heads: tuple[tuple[EdgeLine, ...], ...] = ()
    tails: tuple[tuple[EdgeLine, ...], ...] = ()

    def edges(self, edge: Edge) -> tuple[tuple[EdgeLine, ...], ...]:
        """The heads or the tails, one per page."""
        return self.heads if edge == "head" else self.tails


@frozen(kw_only=True)
class Block:
    """A line that recurs at one edge of the pages of a layout.

    ``pages`` of ``of`` pages had it when they were last counted. ``kept``: an operator declared it to be
    text.
    """

    layout: str
    edge: Edge
    key: str
    since: dt.datetime
    pages: int
    of: int
    kept: bool = False

    @property
    def id(self) -> str:
        """8 hexadecimal digits that are the same in every set and archive."""
        return hashlib.sha256(f"{self.layout} {self.edge} {self.key}".encode()).hexdigest()[:8]


@frozen(kw_only=True)
class LayoutBoilerplate:
    """Keys of the boilerplate of one layout, and of recurring lines that are kept as text."""

    head: frozenset[str] = frozenset()
    tail: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def on(self, edge: Edge) -> frozenset[str]:
        """The boilerplate keys of one edge."""
        return self.head if edge == "head" else self.tail


@frozen(kw_only=True, slots=False)
class BoilerplateSet:
    """All learned boilerplate of a portal. A set is never modified; a new one has a higher id."""

    id: int
    portal: str
    at: dt.datetime
    blocks: tuple[Block, ...] = ()

    def of(self, layout: str) -> LayoutBoilerplate:
        """The boilerplate of one layout, empty if there is none."""
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
