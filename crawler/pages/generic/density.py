"""Finds the body of a page: the element that contains its prose and little else.

Prose is text outside links with the punctuation of sentences. Each run of prose counts for its element and
less for each enclosing element, so the innermost element around all paragraphs wins. The weight of a run
depends on its position: lower before the headline and in elements far from it, almost zero in similar records
(comments, teasers of other pages), zero in blocks that are named or hidden as asides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import dropwhile, islice, pairwise, takewhile

from attrs import define

from crawler.pages.base import Document, Node, attribute, children, text_in
from crawler.pages.generic.text_runs import SITE, WHEN, BlockPosition, TextRun, enclosing_keys
from crawler.pages.generic.weights import THREAD, boxes_of, find_records, levels_of, weigh_runs

CONTAINERS = (
    *("#UCAP-CONTENT", ".trs_editor_view", ".TRS_UEDITOR", ".TRS_Editor", "#zoom", "#Zoom", "#zoomcon"),
    *("#zoomCon", "#ivs_content", ".Article_content", ".article-content", ".article_con", "#con_con"),
    *(".ccontent", "ucapcontent", ".pages_content", ".content_body_box", ".neiright_JPZ_GK_CP"),
    *(".my_conboxzw", ".my_doccontent", ".art-con", "#mainText", ".info_content", ".Custom_UnionStyle"),
    *("#js_content", "#vsb_content", ".v_news_content", ".wp_articlecontent", "[itemprop=articleBody]"),
)
"""Selectors of bodies in common content management systems, in order of reliability."""

FADE = 0.6
"""The factor by which a run of prose counts less for the next enclosing element."""
LEAST = 40
"""Characters of prose from which a known container is accepted."""
CLUTTER = 0.1
"""The share of link text from which an element is assumed to contain more than the body."""
GAIN = 1.3
"""How many times the prose of the densest element an enclosing element needs to be the body instead."""
DATELINE = 100
"""Maximum characters of a dateline."""
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
VERSES = 4
"""The number of lines without sentences that make a text."""
ELSEWHERE = 4
"""An element with this many times the prose of a known container is the body instead."""


class Density:
    """The amount of prose in each element of a page, by its text runs and headline."""

    def __init__(self, text_runs: Sequence[TextRun], headed: TextRun | None = None) -> None:
        self._records = find_records(text_runs, levels_of(headed))
        self._boxes = boxes_of(text_runs, headed)
        self.weighed = weigh_runs(text_runs, headed, self._records, self._boxes)
        self.line = headed
        self._text_runs = text_runs
        self._head = enclosing_keys([headed]) if headed else set()
        self._held = _summed(self.weighed)

    @cached_property
    def _first(self) -> Mapping[int, TextRun]:
        """The first run in each element."""
        first: dict[int, TextRun] = {}
        for run, _ in self.weighed:
            for spot in run.spot.ancestors():
                if first.setdefault(spot.key, run) is not run:
                    break
        return first

    def opens(self, node: Node) -> bool:
        """Whether the element begins with the headline, and most of it is prose."""
        held = self._at(node)
        begins = self.line is not None and self._first.get(node.mem_id) is self.line
        return begins and 2 * held.links <= held.words

    def leads(self, node: Node) -> bool:
        """Whether the first prose below the headline is a sentence directly in the element."""
        below = dropwhile(lambda pair: pair[0] is not self.line, self.weighed)
        first = next((run for run, weight in islice(below, 1, None) if weight), None)
        frame = first.spot.up if first is not None and "。" in first.text else None
        return frame is not None and frame.key == node.mem_id

    def sectioned(self, nodes: Sequence[Node]) -> bool:
        """Whether each of the elements begins with a heading and is prose."""
        runs = [self._first.get(node.mem_id) for node in nodes]
        headed = all(run is not None and run.block.tag in HEADINGS for run in runs)
        return headed and not any(map(self.cluttered, nodes))

    def weight(self, node: Node) -> float:
        """The weighted prose in the element."""
        return self._at(node).weight

    def words(self, node: Node) -> int:
        """Characters of prose in the element, unweighted."""
        return self._at(node).words

    def cluttered(self, node: Node) -> bool:
        """Whether much of the element is not prose: links, tools, other articles."""
        held = self._at(node)
        return held.links > CLUTTER * held.words

    def alike(self, outer: Node, inner: Node) -> bool:
        """Whether the prose around an element weighs as much as its own, without a dateline there."""
        if outer.mem_id in self._dated and inner.mem_id not in self._dated:
            return False
        counted = self.weight(outer) * self.words(inner)
        return bool(self._head) and counted > 0.9 * self.weight(inner) * self.words(outer)

    def headed(self, node: Node) -> bool:
        """Whether the element contains the headline."""
        return node.mem_id in self._head

    def asked(self, node: Node) -> bool:
        """Whether the element contains a series of answers, each a text of its own."""
        return node.mem_id in self._records.answered

    @cached_property
    def _dated(self) -> set[int]:
        """The elements that contain datelines."""
        return enclosing_keys(run for run in self._text_runs if _is_dated(run))

    @property
    def has_boxes(self) -> bool:
        """Whether the page has a box about the author, of other pages, or a footer."""
        return bool(self._boxes)

    def boxed(self, spot: BlockPosition) -> bool:
        """Whether the element is such a box."""
        return spot.key in self._boxes

    @property
    def has_threads(self) -> bool:
        """Whether the page has a discussion thread."""
        return any(weight in THREAD for weight in self._records.weights.values())

    def threaded(self, spot: BlockPosition) -> bool:
        """Whether the element is a post of a thread."""
        return self._records.weights.get(spot.key) in THREAD

    def _at(self, node: Node) -> _Held:
        return self._held.get(node.mem_id, NOTHING)


@define
class _Held:
    """The weighted prose of an element, its characters of prose and those of links."""

    weight: float = 0.0
    words: int = 0
    links: int = 0


NOTHING = _Held()


def _summed(runs: Sequence[tuple[TextRun, float]]) -> Mapping[int, _Held]:
    """The sums of each element and all elements inside it."""
    held: dict[int, _Held] = {}
    order: list[BlockPosition] = []
    for run, weight in runs:
        links = len(run.text) if run.linked and not run.words else 0
        if run.words or links:
            if run.spot.key not in held:
                order += _entered(run.spot, held)
            own = held[run.spot.key]
            own.weight, own.words, own.links = own.weight + weight, own.words + run.words, own.links + links
    for spot in reversed(order):  # from the innermost outwards
        if spot.up is not None:
            own, outer = held[spot.key], held[spot.up.key]
            outer.weight, outer.words = outer.weight + own.weight, outer.words + own.words
            outer.links += own.links
    return held


def _entered(spot: BlockPosition, held: dict[int, _Held]) -> list[BlockPosition]:
    """Enter the enclosing elements that have no sums yet, the outermost first."""
    new = [*takewhile(lambda outer: outer.key not in held, spot.ancestors())]
    held.update((outer.key, _Held()) for outer in new)
    return new[::-1]


def body_of(page: Document, density: Density) -> Node | None:
    """The element that contains the article."""
    known, densest = _known(page, density), _densest(density)
    if known is None or densest is None:
        return known or densest
    if _holds(known, densest):
        return densest if density.cluttered(known) else known
    return densest if density.weight(densest) > ELSEWHERE * density.weight(known) else known


def _known(page: Document, density: Density) -> Node | None:
    if page.root.css_first(", ".join(CONTAINERS)) is None:
        return None
    nodes = (node for css in CONTAINERS for node in page.root.css(css))
    return next((node for node in nodes if density.words(node) >= LEAST), None)


def _densest(density: Density) -> Node | None:
    best = _heaviest(density.weighed)
    best = _answer(best, density) if best is not None and density.asked(best) else best
    wide = _widened(best, density) if best is not None else None
    if wide is None or density.weight(wide) < 1:
        return _without_weight(density)
    return wide


def _answer(row: Node, density: Density) -> Node | None:
    """The element of the longest answer in a series."""
    longest = max(children(row), key=density.weight).mem_id
    return _heaviest([pair for pair in density.weighed if pair[0].stands_in((longest,))])


def _without_weight(density: Density) -> Node | None:
    """The element with the most text where no prose has weight: in asides, or without sentences."""
    prose = _heaviest([(run, float(run.words)) for run, _ in density.weighed])
    plain = _unpunctuated(density)
    if prose is None or plain is None:
        return prose or plain
    length = len(text_in(plain))
    several = sum(1 for _ in islice(children(plain), VERSES)) == VERSES
    return plain if length > density.words(prose) or (several and length >= LEAST) else prose


def _unpunctuated(density: Density) -> Node | None:
    """The element below the headline with text that has no sentences: verses, a list of names."""
    below = dropwhile(lambda pair: pair[0] is not density.line, density.weighed)
    plain = [run for run, _ in islice(below, 1, None) if not run.linked and not run.spot.aside]
    return _heaviest([(run, float(len(run.text))) for run in plain if not SITE.search(run.text)])


def _heaviest(runs: Sequence[tuple[TextRun, float]]) -> Node | None:
    weights: dict[int, float] = defaultdict(float)
    nodes: dict[int, Node] = {}
    for run, counted in runs:
        weight = counted
        outer = run.spot.up if run.spot.node.tag == "p" else run.spot
        for spot in outer.ancestors() if outer and weight >= 1 else ():
            if weight < 1:
                break
            weights[spot.key] += weight
            nodes[spot.key] = spot.node
            weight *= FADE
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None else None


def _widened(node: Node, density: Density) -> Node:
    """The element, or an enclosing one when several similar elements share the prose."""
    for inner, outer in pairwise(ancestors(node)):
        if outer.tag == "body" or density.asked(outer):
            break
        if density.headed(outer):
            gains = _gains(density.weight(outer), node, density) or density.leads(outer)
            return outer if gains and density.opens(outer) else node
        alike = [child for child in children(outer, str(inner.tag)) if _make(child) == _make(inner)]
        shared = sum(map(density.weight, alike))
        if shared > density.weight(node) and density.sectioned(alike):
            return _widened(outer, density)
        if density.cluttered(outer):
            break
        if _gains(shared, node, density):
            return _widened(outer, density)
        if density.weight(outer) > density.weight(node):
            return _widened(outer, density) if density.alike(outer, node) else node
    return node


def _gains(weight: float, node: Node, density: Density) -> bool:
    return weight > GAIN * density.weight(node)


def _make(node: Node) -> str:
    return attribute(node, "class")


def ancestors(node: Node | None) -> Iterator[Node]:
    """The element and its ancestors, up to the root of the page."""
    while node is not None and node.tag not in {"html", "-document"}:
        yield node
        node = node.parent


def _holds(outer: Node, inner: Node) -> bool:
    return any(node.mem_id == outer.mem_id for node in ancestors(inner))


def _is_dated(run: TextRun) -> bool:
    return not run.words and len(run.text) <= DATELINE and WHEN.search(run.text) is not None
