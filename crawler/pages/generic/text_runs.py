"""A page as runs of text: what stands between two block boundaries, in order."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import takewhile

from attrs import define

from crawler.pages.base import Node, attribute, text_in

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
    r"comment|relat(?!ive\b(?!-))|recommend|foot(?!ball)(?!-?notes?)|copyright|sidebar|breadcrumb|nav|share|rank|hotnews|hotlist|disclaim|statement"
    "|player|pinglun|tuijian|xiangguan|banner|popup|dialog|modal|special_tag|cookie|gdpr|login|toolbar|repl(?:y|ies)"
    "|author[-_]?(?:box|card|bio|intro|profile|info|desc)|about[-_]?author"
)
ASIDE = re.compile(
    rf"(?<![a-zA-Z])(?:{_NAMES})|(?<![a-zA-Z-])bottom"
    rf"|{'|'.join(name.capitalize() for name in _NAMES.split('|'))}"
)
"""Class names and ids of what stands beside an article; at the beginning of a word, or a hump."""
TEXT = re.compile(r"rich[-_]?text|markdown[-_]?body", re.IGNORECASE)
"""Class names of what was written in an editor: no aside, whatever else they say."""
ASIDE_TAGS = frozenset({"aside", "footer", "nav"})
SENTENCE = re.compile(r"[。，；！？、;!?]|,(?!\d{3})")
SITE = re.compile(
    r"ICP[备证]|网安备|版权所有|版权归|All Rights Reserved|Copyright\b|©|网站标识码|主办单位[:：]"
    r"|Cookies?\b|cookies?\b|隐私(?:政策|声明)|转载.{0,12}追究|违者.{0,12}追究|仅代表作者|不代表本[站网]"
    r"|未经.{0,16}(?:授权|许可|同意).{0,16}(?:不得|禁止|严禁|勿)"
)
"""What sites say of themselves. Each begins with a letter: a search then looks for these letters only."""
STATEMENT = 600
"""Characters of what a site says of itself at most."""
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
PAGE = re.compile(r"page[-_]?\d", re.IGNORECASE)
"""Names of the pages that a long text is cut into, all but one of them hidden until asked for."""
_MARKS = re.compile(r"[\W_]")


@define(eq=False)
class BlockPosition:
    """An element and where it stands: in which element, block, link and aside."""

    node: Node
    key: int
    up: BlockPosition | None = None
    linked: bool = False
    is_block: bool = True
    make: str = ""
    aside: BlockPosition | None = None
    """The innermost aside: this one, or one around it."""

    @classmethod
    def below(cls, up: BlockPosition | None, node: Node, tag: str) -> BlockPosition:
        """The spot of an element within another; the body stands in none."""
        linked, aside = (up.linked, up.aside) if up is not None else (False, None)
        if tag not in BLOCKS:
            return cls(node, node.mem_id, up, linked or (tag == "a" and _is_link(node)), False, "", aside)
        named = node.attributes
        if not named and tag not in ASIDE_TAGS:
            return cls(node, node.mem_id, up, linked, True, f"{tag}.", aside)
        spot = cls(node, node.mem_id, up, linked, True, f"{tag}.{named.get('class') or ''}", aside)
        name, style = f"{named.get('class') or ''} {named.get('id') or ''}", named.get("style") or ""
        if tag in ASIDE_TAGS or _says_aside(name, style):
            spot.aside = spot
        return spot

    @property
    def block(self) -> BlockPosition:
        """The innermost block: this one, or one around it."""
        spot = self
        while not spot.is_block and spot.up is not None:
            spot = spot.up
        return spot

    def ancestors(self) -> Iterator[BlockPosition]:
        """This one and those around it, up to the body."""
        spot: BlockPosition | None = self
        while spot is not None:
            yield spot
            spot = spot.up


@define(eq=False)
class TextRun:
    """Text between two block boundaries: the block it stands in, how much of it is in links or prose."""

    spot: BlockPosition
    text: str
    linked: int
    words: int
    """Its characters when it is prose outside links and not the site's own words, else none."""

    @property
    def block(self) -> Node:
        """The element it stands in."""
        return self.spot.node

    @cached_property
    def folded(self) -> str:
        """Its letters and digits, to compare."""
        return fold(self.text)

    def begins(self, folded: str) -> bool:
        """Whether it may begin as folded words do: a cheap look."""
        return folded[:1] in self.text[:6].lower() if folded else False

    def stands_in(self, keys: Container[int]) -> bool:
        """Whether one of these elements is around it."""
        return any(spot.key in keys for spot in self.spot.ancestors())

    @property
    def is_link(self) -> bool:
        """Whether all of it is a link."""
        return self.linked > 0 and self.linked >= len(self.text) - self.text.count(" ")


def fold(text: str) -> str:
    """The letters and digits of a text."""
    return _MARKS.sub("", text).lower()


def is_aside(node: Node) -> bool:
    """Whether an element's names say that it stands beside an article."""
    return node.tag in ASIDE_TAGS or _says_aside(f"{attribute(node, 'class')} {attribute(node, 'id')}")


def _is_link(node: Node) -> bool:
    """Whether an ``a`` leads anywhere; one that names a place, and is never closed, holds what follows."""
    return not node.id or "href" in node.attrs


@lru_cache(maxsize=4096)
def _says_aside(name: str, style: str = "") -> bool:
    """Whether an element's class and id say that it stands beside an article, or its style hides it."""
    hidden = HIDDEN.search(style) and not PAGE.search(name)
    return bool(hidden) or (ASIDE.search(name) is not None and TEXT.search(name) is None)


def range_within(text_runs: Sequence[TextRun], parts: Sequence[Node]) -> range:
    """Which runs of a page stand in an element or its neighbours, or below: one after the other."""
    keys = {node.mem_id for node in parts}
    numbers = range(len(text_runs))
    first = next((n for n in numbers if text_runs[n].stands_in(keys)), len(text_runs))
    last = next((n for n in reversed(numbers[first:]) if text_runs[n].stands_in(keys)), first - 1)
    return range(first, last + 1)


def enclosing_keys(text_runs: Iterable[TextRun]) -> set[int]:
    """The keys of all elements around some runs: what is around an element was met with it."""
    keys: set[int] = set()
    for run in text_runs:
        keys.update(takewhile(lambda key: key not in keys, (spot.key for spot in run.spot.ancestors())))
    return keys


def split_runs(root: Node) -> Iterator[TextRun]:
    """The runs of text of a page, in order."""
    texts: list[str] = []
    linked = 0
    opened = [spot := BlockPosition(root, root.mem_id)]
    node = root.first_child
    while True:
        if node is None:
            if texts and spot.is_block:
                yield from _run(spot, texts, linked)
                texts, linked = [], 0
            opened.pop()
            if not opened:
                return
            node, spot = spot.node.next, opened[-1]
        elif node.is_text_node:
            text = node.text_content or ""
            if texts or not text.isspace():
                texts.append(text)
                linked += sum(map(len, text.split())) if spot.linked else 0
            node = node.next
        else:
            tag = str(node.tag)
            if texts and tag in BLOCKS:
                yield from _run(spot.block, texts, linked)
                texts, linked = [], 0
            elif texts and tag == "br":
                texts.append(" ")
            within = None if tag in UNREAD else node.first_child
            if within is not None:
                spot = BlockPosition.below(spot if len(opened) > 1 else None, node, tag)
                opened.append(spot)
            node = node.next if within is None else within


def _run(block: BlockPosition, texts: list[str], linked: int) -> Iterator[TextRun]:
    text = " ".join("".join(texts).split())
    if text:
        length = len(text)
        prose = linked * 2 <= length and SENTENCE.search(text)
        site = prose and length <= STATEMENT and SITE.search(text)
        yield TextRun(block, text, linked, length - linked if prose and not site else 0)


# ------------------------------------------------------------------ which day a printed line tells


WHEN = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?"
    r"(?:[\sT　]*\d{1,2}[:：时]\d{2}(?:[:：分]\d{2}秒?)?)?"
)
ISSUED = re.compile(
    r"\bposted\b|(?:发布|发表|公布|刊发|提供)(?:于|时间|日期)?\s?[:：]|(?:时间|日期)\s?[:：]"
    r"|(?:发布|发表|刊发)于\s?(?=(?:19|20)\d\d)"
)
UPDATED = re.compile(r"更新|截止|修改")
RENEWED = re.compile(r"(?<!最[后後近新])(?:更新(?:时间|日期|于)?|编辑于)\W{0,3}$")
"""What stands before a day that is the page's only one."""


def published_day(text: str) -> str | None:
    """The first day in a line that the words beside it do not say to be one of a change."""
    days, said = WHEN.findall(text), WHEN.split(text)
    said[-2:] = ["".join(said[-2:])]
    return next((day for day, words in zip(days, said, strict=False) if not UPDATED.search(words)), None)


def stated_time(run: TextRun) -> str | None:
    """The time that an element within a line states, whatever it prints: 2 小时前."""
    for node in run.block.css("time[datetime], span[title], em[title]") if not run.words else ():
        value = attribute(node, "datetime") or attribute(node, "title")
        if WHEN.match(value) and text_in(node) in run.text:
            return value
    return None


def updated_day(text: str) -> str | None:
    """The day in a line that says when the page was renewed, and not that it was for the last time."""
    when = WHEN.search(text)
    return when[0] if when and RENEWED.search(text[: when.start()]) else None
