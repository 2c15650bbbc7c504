"""The base of page objects: decoding, parsing, selectors that state how many elements to expect, interfaces.

Only this module imports selectolax. Its lexbor engine is an HTML5 parser: unlike libxml2 it keeps what
follows a stray ``</html>``.
"""

from __future__ import annotations

import codecs
import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import ClassVar, Protocol
from urllib.parse import urljoin, urlsplit

from attrs import define
from selectolax.lexbor import LexborHTMLParser, LexborNode

from policy.errors import LayoutChanged, NotHtml, Rejected, TooDeep
from policy.records import Listing, Page, Payload

# ------------------------------------------------------------------ bytes to text


GB = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "936", "euc-cn"})
DAMAGE = "\ufffd"
LATIN = frozenset({"ascii", "iso8859-1", "cp1252"})
"""Defaults of servers, which say nothing about a Chinese page."""

ALLOWED = re.compile(r"utf-(8|16|16-le|16-be)|big5(hkscs)?|iso8859-\d+|cp\d+|shift_jis|euc_\w\w|hz|ascii")
"""Codecs that are character sets; Python has other codecs too."""

_HAN = re.compile("[\u4e00-\u9fff]")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""")
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the encoding that decoded it; gb18030 is used for gb2312 and gbk.

    A byte order mark decides. Then UTF-8 is tried whatever is declared, as text in another encoding is almost
    never valid UTF-8; then the declared encodings and gb18030.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    tried = [*_candidates(body, content_type)]
    for encoding in tried:
        text = body.decode(encoding, "replace")
        if _sound(text) or (encoding == "utf-8" and _mostly(text)):
            return text, encoding
    readings = [(body.decode(encoding, "replace"), encoding) for encoding in tried]
    return min(readings, key=lambda reading: reading[0].count(DAMAGE))


def _sound(text: str) -> bool:
    """Whether so few characters were lost that the page is damaged rather than in another encoding."""
    lost = text.count(DAMAGE)
    return not lost or lost * 50 < sum(not character.isascii() for character in text)


def _mostly(text: str) -> bool:
    """Whether UTF-8 decoded more Chinese characters than it lost. It decodes few in other encodings."""
    return text.count(DAMAGE) < 2 * len(_HAN.findall(text))


def _candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    declared = [*_declared(body[:4096], content_type or "")]
    by_accident = declared[:1] == ["gb18030"] and _scarcely_foreign(body)
    yield from ("gb18030", "utf-8") if by_accident else ("utf-8",)
    yield from (name for name in declared if name not in LATIN)
    yield "gb18030"


def _scarcely_foreign(body: bytes) -> bool:
    """Whether so few bytes are outside ASCII that GBK text may be valid UTF-8 by accident, as 联通 is."""
    return sum(byte > 127 for byte in body[:8192]) <= 8 and len(body) <= 8192


def _declared(head: bytes, content_type: str) -> Iterator[str]:
    stated = [
        match[1].decode("ascii", "replace") for match in (_META.search(head), _XML.search(head)) if match
    ]
    header = _HEADER.search(content_type)
    for name in [*stated, *([header[1]] if header else [])]:
        known = _codec(name)
        if known:
            yield known


def _codec(name: str) -> str | None:
    if name.lower() in GB:
        return "gb18030"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    return known if ALLOWED.fullmatch(known) else None


# ------------------------------------------------------------------ limits of the parser


MAX_DEPTH = 512
"""The limit of browsers. lexbor searches all open elements at each tag: deep pages take quadratic time."""
MAX_TAGS = 200_000
"""Five times as many as the largest catalogues on one page have."""
MAX_ATTRIBUTES = 1000
"""Attributes of one tag; lexbor compares each with all before it."""

_LONG = 4000
"""Characters. The attributes of shorter tags are not counted."""
TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
_LEAVES = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "tbody", "thead"),
        *("tfoot", "rp", "rt"),
    }
)
"""Void elements and those that the next one of their kind closes: they never nest."""


def over_parser_limits(text: str) -> str | None:
    """The limit that this HTML exceeds, so that parsing it could take seconds; None within the limits."""
    tags = text.count("<")
    if tags > MAX_TAGS:
        return f"{tags} tags, at most {MAX_TAGS}"
    depth = _depth(text) if tags > MAX_DEPTH else 0
    if depth > MAX_DEPTH:
        return f"tags nested {depth} deep, at most {MAX_DEPTH}"
    attributes = _attributes(text)
    return f"a tag with {attributes} attributes" if attributes > MAX_ATTRIBUTES else None


def _depth(text: str) -> int:
    """The estimated maximum depth of the tags, without parsing."""
    depths = [0, *accumulate(map(_step, TAG.findall(text)))]
    most = max(depths) - min(depths)
    if most <= MAX_DEPTH:
        return most
    lows = accumulate(depths, min)  # a closing tag without an opening one is ignored
    nested: list[int] = [*map(operator.sub, depths, lows)]
    return max(nested)


@lru_cache(maxsize=256)
def _step(tag: str) -> int:
    """The change of depth at a tag."""
    if tag.removeprefix("/").lower() in _LEAVES:
        return 0
    return -1 if tag.startswith("/") else 1


def _attributes(text: str) -> int:
    """The most words in one tag."""
    long = [part.partition(">")[0] for part in _long_parts(text)]
    tags = (tag for tag in long if len(tag) > _LONG and tag[0].isascii() and tag[0].isalpha())
    return max((len(tag.split()) for tag in tags), default=0)


def _long_parts(text: str) -> Iterator[str]:
    """The texts between two ``<`` that are far apart. Near ones are skipped in one step."""
    at = text.find("<")
    while at >= 0:
        ahead = text.rfind("<", at + 1, at + 1 + _LONG)
        if ahead < 0:
            ahead = text.find("<", at + 1)
            yield text[at + 1 : ahead] if ahead > 0 else text[at + 1 :]
        at = ahead


# ------------------------------------------------------------------ text to a document


Node = LexborNode

BINARY = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
"""First bytes of files that are not pages."""


@define(slots=False, kw_only=True)
class Document:
    """A parsed page: where it came from, its text and its tree."""

    url: str
    text: str
    encoding: str
    root: Node
    portal: str = ""

    @cached_property
    def base(self) -> str:
        """The base of relative addresses."""
        base = self.root.css_first("base[href]")
        return join(self.url, attribute(base, "href")) or self.url if base else self.url

    @cached_property
    def links(self) -> tuple[tuple[Node, str], ...]:
        """The page's links and their addresses as written, in order."""
        return tuple((node, attribute(node, "href")) for node in self.root.css("a[href]"))

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """The contents of its metas by name in lower case; of equal names the first counts."""
        metas: dict[str, str] = {}
        for node in self.root.css("meta[content]"):
            name = attribute(node, "name") or attribute(node, "property") or attribute(node, "itemprop")
            metas.setdefault(name.lower(), " ".join(attribute(node, "content").split()))
        return metas

    def absolute(self, href: str) -> str:
        """The absolute address of a link on this page; ``""`` for an invalid one."""
        return join(self.base, href)


def join(base: str, href: str) -> str:
    """The absolute address of ``href`` at ``base``; ``""`` for an invalid one, which cannot be requested."""
    try:
        joined = urljoin(base, re.sub(r"[\r\n\t]", "", href).strip())
        urlsplit(joined).port  # noqa: B018 -- raises for ``:abc`` and ``:99999``
        joined.encode()  # raises for half a surrogate pair, as in a JSON list
    except ValueError:
        return ""
    return joined


def document(payload: Payload, *, portal: str = "") -> Document:
    """Parse a payload. Raises NotHtml, TooDeep, or Rejected for an empty page."""
    text, encoding = text_of(payload, portal=portal)
    if not TAG.search(text):
        raise NotHtml("no HTML tag in it", portal=portal, url=payload.url)
    if reason := over_parser_limits(text):
        raise TooDeep(reason, portal=portal, url=payload.url)
    return Document(url=payload.url, text=text, encoding=encoding, root=parse(text), portal=portal)


def text_of(payload: Payload, *, portal: str = "") -> tuple[str, str]:
    """The payload's text and encoding. Raises NotHtml for binary data, Rejected for an empty page."""
    body = payload.body
    if not body.strip():
        raise Rejected("empty page", portal=portal, url=payload.url)
    utf16 = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if body.lstrip()[:8].startswith(BINARY) or (b"\0" in body[:1024] and not utf16):
        raise NotHtml("binary data, not a page", portal=portal, url=payload.url)
    return decode(body, payload.content_type)


def parse(text: str) -> Node:
    """The root of the tree of an HTML text or fragment."""
    root = LexborHTMLParser(text).root
    if root is None:
        raise NotHtml("nothing to parse")
    return root


def fragment(text: str, *, portal: str = "", url: str = "") -> Node:
    """The root of HTML from inside JSON or a script. Raises TooDeep."""
    if reason := over_parser_limits(text):
        raise TooDeep(reason, portal=portal, url=url)
    return parse(text)


# ------------------------------------------------------------------ nodes


def text_in(node: Node | None) -> str:
    """The node's text with white space collapsed."""
    return " ".join(node.text(deep=True).split()) if node is not None else ""


def own_text(node: Node) -> str:
    """The text directly in the node, without its children's."""
    return " ".join(node.text(deep=False).split())


def attribute(node: Node, name: str) -> str:
    """The attribute's value, ``""`` when absent."""
    return (node.attributes.get(name) or "").strip()


def children(node: Node, *tags: str) -> Iterator[Node]:
    """Child elements; with ``tags`` only those."""
    return (child for child in node.iter() if not tags or child.tag in tags)


def inner_html(nodes: Iterable[Node]) -> str:
    """The inner HTML of the nodes."""
    return "\n".join(node.inner_html or "" for node in nodes)


# ------------------------------------------------------------------ selectors


class _Selector:
    """A CSS selector declared as a class attribute; errors name that attribute as the field."""

    expected = ""

    def __init__(self, css: str) -> None:
        self.css, self.field = css, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    def _matches(self, page: Document, within: Node | None) -> list[Node]:
        return (page.root if within is None else within).css(self.css)

    def _changed(self, page: Document, count: int) -> LayoutChanged:
        message = f"expected {self.expected} of {self.css!r}, found {count}"
        return LayoutChanged(message, portal=page.portal, url=page.url, field=self.field, rows=count)


class One(_Selector):
    """Selects the only element; none or several raise LayoutChanged."""

    expected = "exactly one"

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The node."""
        nodes = self._matches(page, within)
        if len(nodes) != 1:
            raise self._changed(page, len(nodes))
        return nodes[0]


class First(_Selector):
    """Selects the first element with text of at least one: sites print a body for desktop and for mobile."""

    expected = "at least one"

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The first node."""
        nodes = self._matches(page, within)
        if not nodes:
            raise self._changed(page, 0)
        return nodes[0] if len(nodes) == 1 else next(filter(text_in, nodes), nodes[0])


class Ranked(First):
    """Selects the first element with text, in the order of several selectors."""

    def __init__(self, *places: str) -> None:
        super().__init__(", ".join(places))
        self.places = places

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The first node with text by the order of the selectors, or else the first node of any."""
        root = page.root if within is None else within
        nodes = (node for css in self.places for node in root.css(css) if text_in(node))
        return next(nodes, None) or super().on(page, within)


class Maybe(_Selector):
    """Selects the first element, or None."""

    def on(self, page: Document, within: Node | None = None) -> Node | None:
        """The first node, if any."""
        return next(iter(self._matches(page, within)), None)


class Many(_Selector):
    """Selects all elements; fewer than ``at_least`` raise LayoutChanged."""

    def __init__(self, css: str, *, at_least: int = 1) -> None:
        super().__init__(css)
        self.at_least, self.expected = at_least, f"at least {at_least}"

    def on(self, page: Document, within: Node | None = None) -> list[Node]:
        """The nodes in the page's order."""
        nodes = self._matches(page, within)
        if len(nodes) < self.at_least:
            raise self._changed(page, len(nodes))
        return nodes


# ------------------------------------------------------------------ page objects


class PortalAddresses(Protocol):
    """What a listing needs of its portal. :class:`crawler.portal.Portal` implements it."""

    @property
    def slug(self) -> str:
        """Its short name, for errors."""

    def owns(self, url: str) -> bool:
        """Whether the URL's host is one of the portal's."""

    def key(self, url: str) -> str | None:
        """The stable key of the article at this URL; None when it is no article of the portal."""


class ListingPage(ABC):
    """A listing family: from bytes to entries and the addresses of following pages."""

    family: ClassVar[str]
    """Its name in the output of commands."""

    @abstractmethod
    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The listing on this page. Raises LayoutChanged for a page without one."""

    @classmethod
    def year_of(cls, url: str) -> int | None:
        """The only year of a page's rows, where its address names it."""
        return None


class ArticlePage(ABC):
    """A template of article pages."""

    @abstractmethod
    def matches(self, page: Document) -> bool:
        """Whether the page has this template."""

    @abstractmethod
    def read(self, page: Document) -> Page:
        """Body, labels and attachments. Raises LayoutChanged."""
