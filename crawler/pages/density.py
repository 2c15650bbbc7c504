"""Where the words of a page are: the element that holds its prose and little else.

Prose is text outside links with a sentence's punctuation in it. Each run of it counts fully for the
element it stands in and less for every element further out, so that the innermost element around
all paragraphs wins; blocks whose names say comment, recommendation or footer do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from attrs import frozen

from crawler.pages.base import Document, Node, attribute

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
ASIDE = re.compile(
    r"comment|relat|recommend|footer|copyright|sidebar|breadcrumb|\bnav|share|rank|hot-?news|hotlist|disclaim|statement"
    r"|pinglun|tuijian|xiangguan|banner|popup|dialog|modal",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[。，；！？、：,;!?]")
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
    return _known(page) or _densest(found)


def _known(page: Document) -> Node | None:
    for css in CONTAINERS:
        for node in page.root.css(css):
            if sum(run.prose for run in runs(node)) >= LEAST:
                return node
    return None


def _densest(found: Sequence[Run]) -> Node | None:
    weights: dict[int, float] = defaultdict(float)
    nodes: dict[int, Node] = {}
    for run in found:
        weight = float(run.prose)
        node: Node | None = run.block
        while weight >= 1 and node is not None and node.tag not in {"html", "-document"}:
            weights[node.mem_id] += weight
            nodes[node.mem_id] = node
            weight, node = weight * FADE, node.parent
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None else None
