"""A page as text runs: the pieces of text between block boundaries, in order."""

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
"""Class names and ids of asides, at the beginning of a word or of a part in camel case."""
TEXT = re.compile(r"rich[-_]?text|markdown[-_]?body", re.IGNORECASE)
"""Class names of text from an editor; such elements are no asides, whatever their other names."""
ASIDE_TAGS = frozenset({"aside", "footer", "nav"})
SENTENCE = re.compile(r"[。，；！？、;!?]|,(?!\d{3})")
SITE = re.compile(
    r"ICP[备证]|网安备|版权所有|版权归|All Rights Reserved|Copyright\b|©|网站标识码|主办单位[:：]"
    r"|Cookies?\b|cookies?\b|隐私(?:政策|声明)|转载.{0,12}追究|违者.{0,12}追究|仅代表作者|不代表本[站网]"
    r"|未经.{0,16}(?:授权|许可|同意).{0,16}(?:不得|禁止|严禁|勿)"
)
"""Statements of sites about themselves. Each begins with a letter, which makes the search fast."""
STATEMENT = 600
"""Maximum characters of a site's statement about itself."""
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
PAGE = re.compile(r"page[-_]?\d", re.IGNORECASE)
"""Names of the pages of a long text, of which all but one are hidden."""
_MARKS = re.compile(r"[\W_]")


@define(eq=False)
class BlockPosition:
    """The position of an element: its enclosing elements, block, link and aside."""

    node: Node
    key: int
    up: BlockPosition | None = None
    linked: bool = False
    is_block: bool = True
    make: str = ""
    aside: BlockPosition | None = None
    """The innermost aside: this element or an enclosing one."""

    @classmethod
    def below(cls, up: BlockPosition | None, node: Node, tag: str) -> BlockPosition:
        """The position of an element inside this one."""
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
        """The innermost block: this element or an enclosing one."""
        spot = self
        while not spot.is_block and spot.up is not None:
            spot = spot.up
        return spot

    def ancestors(self) -> Iterator[BlockPosition]:
        """This position and those of the enclosing elements, up to the body."""
        spot: BlockPosition | None = self
        while spot is not None:
            yield spot
            spot = spot.up


@define(eq=False)
class TextRun:
    """Text between two block boundaries, with its block and the amount of link text and prose."""

    spot: BlockPosition
    text: str
    linked: int
    words: int
    """Its characters if it is prose outside links and not a statement of the site, else 0."""

    @property
    def block(self) -> Node:
        """The block that contains it."""
        return self.spot.node

    @cached_property
    def folded(self) -> str:
        """Its letters and digits, for comparison."""
        return fold(self.text)

    def begins(self, folded: str) -> bool:
        """Whether it may begin with the same character as a folded text: a fast test."""
        return folded[:1] in self.text[:6].lower() if folded else False

    def stands_in(self, keys: Container[int]) -> bool:
        """Whether one of these elements encloses it."""
        return any(spot.key in keys for spot in self.spot.ancestors())

    @property
    def is_link(self) -> bool:
        """Whether all its text is a link."""
        return self.linked > 0 and self.linked >= len(self.text) - self.text.count(" ")


def fold(text: str) -> str:
    """The letters and digits of a text."""
    return _MARKS.sub("", text).lower()


def is_aside(node: Node) -> bool:
    """Whether an element's class and id name an aside."""
    return node.tag in ASIDE_TAGS or _says_aside(f"{attribute(node, 'class')} {attribute(node, 'id')}")


def _is_link(node: Node) -> bool:
    """Whether an ``a`` element is a link; one without an address is an anchor and may enclose text."""
    return not node.id or "href" in node.attrs


@lru_cache(maxsize=4096)
def _says_aside(name: str, style: str = "") -> bool:
    """Whether an element's class and id name an aside, or its style hides it."""
    hidden = HIDDEN.search(style) and not PAGE.search(name)
    return bool(hidden) or (ASIDE.search(name) is not None and TEXT.search(name) is None)


def range_within(text_runs: Sequence[TextRun], parts: Sequence[Node]) -> range:
    """The consecutive runs of a page that are inside these elements."""
    keys = {node.mem_id for node in parts}
    numbers = range(len(text_runs))
    first = next((n for n in numbers if text_runs[n].stands_in(keys)), len(text_runs))
    last = next((n for n in reversed(numbers[first:]) if text_runs[n].stands_in(keys)), first - 1)
    return range(first, last + 1)


def enclosing_keys(text_runs: Iterable[TextRun]) -> set[int]:
    """The keys of all elements that enclose these runs."""
    keys: set[int] = set()
    for run in text_runs:
        keys.update(takewhile(lambda key: key not in keys, (spot.key for spot in run.spot.ancestors())))
    return keys


def split_runs(root: Node) -> Iterator[TextRun]:
    """The text runs of a page, in order."""
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


# ------------------------------------------------------------------ printed days


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
"""The label of a day that is the page's only one."""


def published_day(text: str) -> str | None:
    """The first day in a line that is not labelled as the day of a change."""
    days, said = WHEN.findall(text), WHEN.split(text)
    said[-2:] = ["".join(said[-2:])]
    return next((day for day, words in zip(days, said, strict=False) if not UPDATED.search(words)), None)


def stated_time(run: TextRun) -> str | None:
    """The machine-readable time of an element in the run, whatever its text is (2 小时前)."""
    for node in run.block.css("time[datetime], span[title], em[title]") if not run.words else ():
        value = attribute(node, "datetime") or attribute(node, "title")
        if WHEN.match(value) and text_in(node) in run.text:
            return value
    return None


def updated_day(text: str) -> str | None:
    """The day in a line that is labelled as the day of an update, but not of the last one."""
    when = WHEN.search(text)
    return when[0] if when and RENEWED.search(text[: when.start()]) else None
