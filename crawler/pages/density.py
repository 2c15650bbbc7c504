"""Where the words of a page are: the element that holds its prose and little else.

Prose is text outside links with a sentence's punctuation in it. Each run of it counts fully for the
element it stands in and less for every element further out, so that the innermost element around
all paragraphs wins; blocks whose names say comment, recommendation or footer do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from crawler.pages.base import Document, Node, attribute, children
from crawler.pages.runs import Run, runs

CONTAINERS = (
    *("#UCAP-CONTENT", ".trs_editor_view", ".TRS_UEDITOR", ".TRS_Editor", "#zoom", "#Zoom", "#zoomcon"),
    *("#zoomCon", "#ivs_content", ".Article_content", ".article-content", ".article_con", "#con_con"),
    *(".ccontent", "ucapcontent", ".pages_content", ".content_body_box", ".neiright_JPZ_GK_CP"),
    *(".my_conboxzw", ".my_doccontent", ".art-con", "#mainText", ".info_content", ".Custom_UnionStyle"),
    *("#js_content", "#vsb_content", "[itemprop=articleBody]"),
)
"""Bodies of the content systems in use, in the order that works."""

FADE = 0.6
"""What a run of prose counts for an element one step further out."""
LEAST = 40
"""Characters of prose that make a known container credible."""
CLUTTER = 0.1
"""The share of links from which an element is thought to hold more than the body."""
GAIN = 1.3
"""How much more prose an element around the densest must hold to be the body instead."""


class Density:
    """How much prose the elements of a page hold."""

    def __init__(self, found: Sequence[Run], *, asides: bool = False) -> None:
        self._prose: dict[int, int] = defaultdict(int)
        self._links: dict[int, int] = defaultdict(int)
        for run in found:
            prose = run.words if asides else run.prose
            links = len(run.text) if run.linked and not prose else 0
            for node in upwards(run.block):
                self._prose[node.mem_id] += prose
                self._links[node.mem_id] += links

    def prose(self, node: Node) -> int:
        """Characters of prose in the element."""
        return self._prose[node.mem_id]

    def cluttered(self, node: Node) -> bool:
        """Whether much of the element is no prose: links, tools, other articles."""
        return self._links[node.mem_id] > CLUTTER * self._prose[node.mem_id]


def body_of(page: Document, found: Sequence[Run]) -> Node | None:
    """The element that holds the article, given the runs of the page."""
    density = Density(found)
    known, densest = _known(page), _densest(found, density)
    if known is None or densest is None:
        return known or densest
    return densest if density.cluttered(known) and _holds(known, densest) else known


def _known(page: Document) -> Node | None:
    if page.root.css_first(", ".join(CONTAINERS)) is None:
        return None
    nodes = (node for css in CONTAINERS for node in page.root.css(css))
    return next((node for node in nodes if sum(run.words for run in runs(node)) >= LEAST), None)


def _densest(found: Sequence[Run], density: Density) -> Node | None:
    best = _heaviest(found, lambda run: run.prose)
    wide = _widened(best, density) if best is not None else None
    if wide is None or density.prose(wide) < LEAST:
        return _heaviest(found, lambda run: run.words) or wide
    return wide


def _heaviest(found: Sequence[Run], counted: Callable[[Run], int]) -> Node | None:
    weights: dict[int, float] = defaultdict(float)
    nodes: dict[int, Node] = {}
    for run in found:
        weight = float(counted(run))
        for node in upwards(run.block.parent if run.block.tag == "p" else run.block):
            if weight < 1:
                break
            weights[node.mem_id] += weight
            nodes[node.mem_id] = node
            weight *= FADE
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None else None


def _widened(node: Node, density: Density) -> Node:
    """The element, or one further out when it or its frame is one of several alike that share the prose."""
    for inner, outer in pairwise(upwards(node)):
        if outer.tag == "body" or outer.css_first("h1") is not None or density.cluttered(outer):
            break
        alike = [child for child in children(outer, str(inner.tag)) if _make(child) == _make(inner)]
        if sum(map(density.prose, alike)) > GAIN * density.prose(node):
            return _widened(outer, density)
        if density.prose(outer) > density.prose(node):
            break
    return node


def _make(node: Node) -> str:
    return attribute(node, "class")


def upwards(node: Node | None) -> Iterator[Node]:
    """The element and those around it, up to the page's root."""
    while node is not None and node.tag not in {"html", "-document"}:
        yield node
        node = node.parent


def _holds(outer: Node, inner: Node) -> bool:
    return any(node.mem_id == outer.mem_id for node in upwards(inner))
