"""Articles made of several sibling elements: tables, cells, sections, lines.

Their parent also contains the headline, menus or links to other pages, so it is not the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise

from crawler.pages.base import Node, attribute, children, text_in
from crawler.pages.generic.density import GAIN, Density, ancestors
from crawler.pages.generic.headline import SAID
from crawler.pages.generic.text_runs import BLOCKS, ISSUED
from crawler.pages.government import cells

TABLES = frozenset({"table", "tbody", "tr", "td"})
"""Siblings that need no common name to form an article."""
LINES = frozenset({"p", "div", "section", "center", "h1", "h2", "h3", "h4", "h5", "br"})
"""Elements of the lines of a short notice."""
SHARE = 0.2
"""A sibling with a smaller share of the densest one's prose is not part of the article."""
FORM = 3
"""The number of labels with values that make a table a form."""
ANSWER = 100
"""Minimum characters of prose of an answer."""
MOST_LINES = 40
"""Maximum lines of a short notice."""
HEADINGS = "h2, h3, h4, h5"


def parts_of(body: Node, density: Density) -> list[Node]:
    """The element or elements that contain the article, in order."""
    for inner, outer in pairwise(ancestors(body)):
        if outer.tag == "body" or density.headed(outer):
            alike = _alike(inner, outer)
            if parts := _tables(inner, alike, density) or _sections(inner, alike, density):
                return parts
        if density.weight(outer) > density.weight(body):
            break
    return _answers(body, density) or [body]


def _tables(inner: Node, alike: Sequence[Node], density: Density) -> list[Node]:
    """Similar tables or cells that share the prose, from the first to the last."""
    if inner.tag not in TABLES or len(alike) == 1:
        return []
    least = SHARE * density.weight(inner)
    shared = [node for node in alike if density.weight(node) >= least and not _is_form(node)]
    if not _has(shared, inner) or sum(map(density.weight, shared)) <= GAIN * density.weight(inner):
        return []
    keys = [node.mem_id for node in alike]
    return list(alike[keys.index(shared[0].mem_id) : keys.index(shared[-1].mem_id) + 1])


def _sections(inner: Node, alike: Sequence[Node], density: Density) -> list[Node]:
    """Blocks of one class, each of which begins with a heading."""
    if len(alike) == 1 or not attribute(inner, "class"):
        return []
    parts = [node for node in alike if _is_section(node, density)]
    return parts if len(parts) > 1 and _has(parts, inner) else []


def _answers(body: Node, density: Density) -> list[Node]:
    """The element and similar ones with as much prose: answers to one question."""
    make, parser = attribute(body, "class"), body.parser
    if not make or parser is None or density.words(body) < ANSWER:
        return []
    least = SHARE * density.weight(body)
    classed = parser.css(
        "[class]"
    )  # not by class selector: damaged pages have class names that no selector accepts
    same = [node for node in classed if node.tag == body.tag and attribute(node, "class") == make]
    told = [node for node in same if density.words(node) >= ANSWER and density.weight(node) >= least]
    keys = {node.mem_id for node in told}
    if any(outer.mem_id in keys for node in told for outer in ancestors(node.parent)):
        return []
    once = {text_in(node): node for node in reversed(told)}
    return list(once.values())[::-1]


def _has(nodes: Iterable[Node], node: Node) -> bool:
    return any(other.mem_id == node.mem_id for other in nodes)


def _alike(inner: Node, outer: Node) -> list[Node]:
    make = attribute(inner, "class")
    return [node for node in children(outer, str(inner.tag)) if attribute(node, "class") == make]


def _is_form(node: Node) -> bool:
    """Whether the element is a table of labels rather than text."""
    return sum(1 for _ in islice(cells([node]), FORM)) == FORM


def _is_section(node: Node, density: Density) -> bool:
    """Whether the element begins with its own heading and has no list of links."""
    heading = node.css_first(HEADINGS)
    headed = heading is not None and bool(text_in(heading)) and text_in(node).startswith(text_in(heading))
    counted = density.weight(node) > 0 or not density.words(node)
    return headed and counted and not density.cluttered(node) and not density.headed(node)


def frame_of(line: Node, density: Density) -> Node:
    """The parent of the lines of a short notice: number above, signature below."""
    frame = line.parent
    if frame is None or frame.tag == "body" or density.headed(frame) or density.cluttered(frame):
        return line
    others = [*islice(children(frame), MOST_LINES + 1)]
    return frame if 1 < len(others) <= MOST_LINES and all(map(_is_line, (line, *others))) else line


def _is_line(node: Node) -> bool:
    """Whether the element is a line of text, without blocks, links or buttons, and not a label."""
    if node.tag not in LINES or any(within.tag in BLOCKS for within in islice(node.traverse(), 1, None)):
        return False
    text = text_in(node)
    return node.css_first("a, button, input") is None and not ISSUED.search(text) and not SAID.search(text)
