"""Where the words of a page are: the element that holds its prose and little else.

Prose is text outside links with a sentence's punctuation in it. Each run of it counts fully for the
element it stands in and less for every element further out, so that the innermost element around
all paragraphs wins; blocks whose names say comment, recommendation or footer do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from attrs import evolve, frozen

from crawler.pages.base import Document, Node, attribute, children, text_in
from crawler.pages.government import FILES

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
"""The share of links from which a known container is thought to hold more than the body."""
GAIN = 1.3
"""How much more prose an element around the densest must hold to be the body instead."""
SHARE = 0.3
"""A block named as an aside that holds more of the prose is the body, whatever its name."""
BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figure",
        ),
        *(
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
        ),
        *("section", "table", "tbody", "td", "th", "tr", "ul", "ucapcontent"),
    }
)
UNREAD = frozenset(
    {
        *(
            "script",
            "style",
            "noscript",
            "textarea",
            "select",
            "option",
            "button",
            "iframe",
            "template",
            "svg",
            "head",
        ),
        *("title", "-comment", "object", "video", "audio", "canvas", "input"),
    }
)
_NAMES = (
    "comment|relat|recommend|footer|copyright|sidebar|breadcrumb|nav|share|rank|hotnews|hotlist|disclaim|statement"
    "|player|pinglun|tuijian|xiangguan|banner|popup|dialog|modal|special_tag"
)
ASIDE = re.compile(rf"(?<![a-zA-Z])(?:{_NAMES})|{'|'.join(name.capitalize() for name in _NAMES.split('|'))}")
"""Class names and ids of what stands beside an article; at the beginning of a word, or a hump."""
SENTENCE = re.compile(r"[。，；！？、：,;!?]")
POINTER = re.compile(r"^[\d\s【】\[\]<>«»]+$|^(?:点击|返回|查看|更多|上一|下一|阅读全文|进入专题)")
_SPACES = re.compile(r"\s+")


@frozen(kw_only=True)
class Run:
    """Text between two block boundaries: the block it stands in, its words, how many of them in links."""

    block: Node
    text: str
    linked: int
    aside: bool

    @property
    def prose(self) -> int:
        """Its characters when it is prose outside links, else none."""
        length = len(self.text)
        if self.aside or self.linked * 2 > length or not SENTENCE.search(self.text):
            return 0
        return length - self.linked


@frozen
class _Place:
    """Where a node stands: its block, and whether within a link, and beside the article."""

    block: Node
    linked: bool
    aside: bool


def runs(root: Node) -> Iterator[Run]:
    """The runs of text below an element, in order."""
    places = {root.mem_id: _Place(root, False, False)}
    texts: list[str] = []
    linked, place = 0, places[root.mem_id]
    for node in root.traverse(include_text=True):
        parent = node.parent
        around = places.get(parent.mem_id) if parent is not None and node.mem_id != root.mem_id else None
        if around is None:
            continue
        text = (node.text_content or "") if node.is_text_node else ""
        ends = around.block.mem_id != place.block.mem_id or (not text and node.tag in BLOCKS)
        if ends:
            yield from _run(place, texts, linked)
            texts, linked, place = [], 0, around
        if text:
            texts.append(text)
            linked += len(_SPACES.sub("", text)) if around.linked else 0
        elif node.tag == "br":
            texts.append(" ")
        elif node.tag not in UNREAD:
            places[node.mem_id] = _place(node, around)
    yield from _run(place, texts, linked)


def _place(node: Node, around: _Place) -> _Place:
    if node.tag in BLOCKS:
        named = f"{attribute(node, 'class')} {attribute(node, 'id')}"
        return _Place(node, around.linked, around.aside or bool(ASIDE.search(named)))
    return _Place(around.block, True, around.aside) if node.tag == "a" else around


def _run(place: _Place, texts: list[str], linked: int) -> Iterator[Run]:
    text = " ".join("".join(texts).split())
    if text:
        yield Run(block=place.block, text=text, linked=linked, aside=place.aside)


def body_of(page: Document, found: Sequence[Run]) -> Node | None:
    """The element that holds the article, given the runs of the page."""
    known, densest = _known(page), _densest(found)
    if known is None or densest is None:
        return known or densest
    return densest if _cluttered(known) and _holds(known, densest) else known


def prune(body: Node) -> None:
    """Takes out of a body what is beside the article: blocks named so, lines that are only links."""
    dropped = {node.mem_id: node for node in (*_asides(body), *_link_lines(body))}
    outermost = [node for node in dropped.values() if not _inside(node, dropped)]
    for node in outermost:  # a node below a dropped one must not be touched again: its memory is gone
        node.decompose()


def _asides(body: Node) -> Iterator[Node]:
    whole = _prose(body)
    for node in body.css("div, section, aside, ul, ol, p, span, pre, table"):
        named = f"{attribute(node, 'class')} {attribute(node, 'id')}"
        if node.mem_id != body.mem_id and ASIDE.search(named) and _prose(node) < whole * SHARE:
            yield node


def _link_lines(body: Node) -> Iterator[Node]:
    """List items, page numbers and pointers that are one link; a paragraph that is one is content."""
    for run in runs(body):
        linked = run.linked >= len(_SPACES.sub("", run.text)) and text_in(run.block) == run.text
        pointer = run.block.tag == "li" or POINTER.search(run.text)
        if linked and pointer and not any(map(_file, run.block.css("a[href]"))):
            yield run.block


def _file(link: Node) -> bool:
    return FILES.search(urlsplit(attribute(link, "href")).path) is not None


def _inside(node: Node, others: Mapping[int, Node]) -> bool:
    above = node.parent
    while above is not None and above.mem_id not in others:
        above = above.parent
    return above is not None


def _known(page: Document) -> Node | None:
    return next((node for css in CONTAINERS for node in page.root.css(css) if _prose(node) >= LEAST), None)


def _prose(node: Node) -> int:
    return sum(run.prose for run in runs(node))


def _cluttered(node: Node) -> bool:
    """Whether much of an element is no prose: links, tools, other articles."""
    found = list(runs(node))
    return sum(len(run.text) for run in found if not run.prose and run.linked) > CLUTTER * sum(
        run.prose for run in found
    )


def _holds(outer: Node, inner: Node) -> bool:
    node: Node | None = inner
    while node is not None and node.mem_id != outer.mem_id:
        node = node.parent
    return node is not None


def _densest(found: Sequence[Run]) -> Node | None:
    best = _heaviest(found)
    if best is None or _prose(best) < LEAST:
        best = _heaviest([evolve(run, aside=False) for run in found]) or best
    return _widened(best) if best is not None else None


def _heaviest(found: Sequence[Run]) -> Node | None:
    weights: dict[int, float] = defaultdict(float)
    nodes: dict[int, Node] = {}
    for run in found:
        weight = float(run.prose)
        node: Node | None = run.block.parent if run.block.tag == "p" else run.block
        while weight >= 1 and node is not None and node.tag not in {"html", "-document"}:
            weights[node.mem_id] += weight
            nodes[node.mem_id] = node
            weight, node = weight * FADE, node.parent
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None else None


def _widened(node: Node) -> Node:
    """The element, or the one around it when its siblings of the same make hold much of the prose too."""
    outer = node.parent
    if outer is None or outer.tag in {"body", "html", "-document"}:
        return node
    alike = [child for child in children(outer, str(node.tag)) if _make(child) == _make(node)]
    whole = sum(map(_prose, alike)) if len(alike) > 1 else 0
    return _widened(outer) if whole > GAIN * _prose(node) and not _cluttered(outer) else node


def _make(node: Node) -> str:
    return attribute(node, "class")
