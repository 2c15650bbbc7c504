"""Where the words of a page are: the element that holds its prose and little else.

Prose is text outside links with a sentence's punctuation in it. Each run of it counts fully for the
element it stands in and less for every element further out, so that the innermost element around
all paragraphs wins; blocks whose names say comment, recommendation or footer do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from crawler.pages.base import Document, Node, attribute, children, text_in
from crawler.pages.government import FILES
from crawler.pages.runs import Run, is_aside, runs

CONTAINERS = (
    *(
        "#UCAP-CONTENT",
        ".trs_editor_view",
        ".TRS_UEDITOR",
        ".TRS_Editor",
        "#zoom",
        "#Zoom",
        "#zoomcon",
        "#zoomCon",
    ),
    *(
        "#ivs_content",
        ".Article_content",
        ".article-content",
        ".article_con",
        "#con_con",
        ".ccontent",
        "ucapcontent",
    ),
    *(
        ".pages_content",
        ".content_body_box",
        ".neiright_JPZ_GK_CP",
        ".my_conboxzw",
        ".my_doccontent",
        ".art-con",
    ),
    *(
        "#mainText",
        ".info_content",
        ".Custom_UnionStyle",
        "#js_content",
        "#vsb_content",
        "[itemprop=articleBody]",
    ),
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
SHARE = 0.3
"""A block named as an aside that holds more of the prose is the body, whatever its name."""
POINTER = re.compile(r"^[\d\s【】\[\]<>«»]+$|^(?:点击|返回|查看|更多|上一|下一|阅读全文|进入专题)")


class Density:
    """How much prose the elements of a page hold."""

    def __init__(self, found: Sequence[Run], *, asides: bool = False) -> None:
        self._prose: dict[int, int] = defaultdict(int)
        self._links: dict[int, int] = defaultdict(int)
        for run in found:
            prose = run.words if asides else run.prose
            links = len(run.text) if run.linked and not prose else 0
            for node in _upwards(run.block):
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
    if best is None or density.prose(best) < LEAST:
        best = _heaviest(found, lambda run: run.words) or best
    return _widened(best, density) if best is not None else None


def _heaviest(found: Sequence[Run], counted: Callable[[Run], int]) -> Node | None:
    weights: dict[int, float] = defaultdict(float)
    nodes: dict[int, Node] = {}
    for run in found:
        weight = float(counted(run))
        for node in _upwards(run.block.parent if run.block.tag == "p" else run.block):
            if weight < 1:
                break
            weights[node.mem_id] += weight
            nodes[node.mem_id] = node
            weight *= FADE
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None else None


def _widened(node: Node, density: Density) -> Node:
    """The element, or the one around it when its siblings of the same make hold much of the prose too."""
    outer = node.parent
    if outer is None or outer.tag in {"body", "html", "-document"}:
        return node
    alike = [child for child in children(outer, str(node.tag)) if _make(child) == _make(node)]
    whole = sum(map(density.prose, alike)) if len(alike) > 1 else 0
    wider = whole > GAIN * density.prose(node) and not density.cluttered(outer)
    return _widened(outer, density) if wider else node


def _make(node: Node) -> str:
    return attribute(node, "class")


def _upwards(node: Node | None) -> Iterator[Node]:
    """The element and those around it, up to the page's root."""
    while node is not None and node.tag not in {"html", "-document"}:
        yield node
        node = node.parent


def _holds(outer: Node, inner: Node) -> bool:
    return any(node.mem_id == outer.mem_id for node in _upwards(inner))


# ------------------------------------------------------------------ what a body holds beside the article


def prune(body: Node) -> None:
    """Takes out of a body what is beside the article: blocks named so, lines that are only links."""
    found = list(runs(body))
    density = Density(found, asides=True)
    dropped = {node.mem_id: node for node in (*_asides(body, density), *_link_lines(body, found))}
    outermost = [node for node in dropped.values() if not _inside(node, dropped)]
    for node in outermost:  # what lies below a dropped one must not be touched again: its memory is gone
        node.decompose()


def _asides(body: Node, density: Density) -> Iterator[Node]:
    for node in body.css("div, section, aside, ul, ol, p, span, pre, table"):
        little = density.prose(node) < SHARE * density.prose(body)
        if little and node.mem_id != body.mem_id and is_aside(node):
            yield node


def _link_lines(body: Node, found: Sequence[Run]) -> Iterator[Node]:
    """List items, page numbers and pointers that are one link; a paragraph that is one is content."""
    for run in found:
        pointer = run.block.tag == "li" or POINTER.search(run.text)
        alone = pointer and run.is_link and run.block.mem_id != body.mem_id and text_in(run.block) == run.text
        if alone and not any(map(_is_file, run.block.css("a[href]"))):
            yield run.block


def _is_file(link: Node) -> bool:
    return FILES.search(urlsplit(attribute(link, "href")).path) is not None


def _inside(node: Node, others: Mapping[int, Node]) -> bool:
    return any(above.mem_id in others for above in _upwards(node.parent))
