"""A page as runs of text: what stands between two block boundaries, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from crawler.pages.base import Node, attribute

BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"),
        *(
            "figure",
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
        ),
        *("ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul", "ucapcontent"),
    }
)
UNREAD = frozenset(
    {
        *("script", "style", "noscript", "textarea", "select", "option", "button", "iframe", "template"),
        *("svg", "head", "title", "-comment", "object", "video", "audio", "canvas", "input"),
    }
)
_NAMES = (
    "comment|relat|recommend|footer|copyright|sidebar|breadcrumb|nav|share|rank|hotnews|hotlist|disclaim|statement"
    "|player|pinglun|tuijian|xiangguan|banner|popup|dialog|modal|special_tag"
)
ASIDE = re.compile(rf"(?<![a-zA-Z])(?:{_NAMES})|{'|'.join(name.capitalize() for name in _NAMES.split('|'))}")
"""Class names and ids of what stands beside an article; at the beginning of a word, or a hump."""
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
        """Its characters when it is prose outside links and asides, else none."""
        return 0 if self.aside else self.words

    @property
    def words(self) -> int:
        """Its characters when it is prose outside links, else none."""
        length = len(self.text)
        return length - self.linked if self.linked * 2 <= length and SENTENCE.search(self.text) else 0

    @property
    def is_link(self) -> bool:
        """Whether all of it is a link."""
        return self.linked >= len(_SPACES.sub("", self.text))


def is_aside(node: Node) -> bool:
    """Whether an element's names say that it stands beside an article."""
    return bool(ASIDE.search(f"{attribute(node, 'class')} {attribute(node, 'id')}"))


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
        if around.block.mem_id != place.block.mem_id or (not text and node.tag in BLOCKS):
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
        return _Place(node, around.linked, around.aside or is_aside(node))
    return _Place(around.block, True, around.aside) if node.tag == "a" else around


def _run(place: _Place, texts: list[str], linked: int) -> Iterator[Run]:
    text = " ".join("".join(texts).split())
    if text:
        yield Run(block=place.block, text=text, linked=linked, aside=place.aside)
