"""Bytes in, a parsed document out; what a page object is; selectors that say how many they expect.

The only module that knows selectolax.  Its lexbor engine is an HTML5 parser: a stray early
``</html>`` hides nothing (libxml2-based parsers lose all that follows it).
"""

from __future__ import annotations

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

from crawler.pages.encoding import decode
from policy.errors import LayoutChanged, NotHtml, Rejected, TooDeep
from policy.records import Listing, Page, Payload

MAX_DEPTH = 512
"""As deep as browsers nest. lexbor searches the open elements at each tag: deeper, time is quadratic."""
MAX_TAGS = 200_000
"""The largest catalogues printed as one page have a fifth of it."""
MAX_ATTRIBUTES = 1000
"""Of one tag; lexbor compares each with all before it."""

_LONG = 4000
"""Characters; a shorter tag has few attributes."""
TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)")
_LEAVES = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "tbody", "thead"),
        *("tfoot", "rp", "rt"),
    }
)
"""Void, or closed by the next of their kind: they do not nest however many there are."""


def bomb(text: str) -> str | None:
    """Why the text would take the parser seconds, seen without parsing."""
    tags = text.count("<")
    if tags > MAX_TAGS:
        return f"{tags} tags, at most {MAX_TAGS}"
    depth = _depth(text) if tags > MAX_DEPTH else 0
    if depth > MAX_DEPTH:
        return f"tags nested {depth} deep, at most {MAX_DEPTH}"
    attributes = _attributes(text)
    return f"a tag with {attributes} attributes" if attributes > MAX_ATTRIBUTES else None


def _depth(text: str) -> int:
    """How deep the tags nest at most, estimated without parsing."""
    depths = [0, *accumulate(map(_step, TAG.findall(text)))]
    most = max(depths) - min(depths)
    if most <= MAX_DEPTH:
        return most
    lows = accumulate(depths, min)  # a tag closed without being open counts for nothing
    nested: list[int] = [*map(operator.sub, depths, lows)]
    return max(nested)


@lru_cache(maxsize=256)
def _step(tag: str) -> int:
    """How much deeper a tag leads."""
    if tag.removeprefix("/").lower() in _LEAVES:
        return 0
    return -1 if tag.startswith("/") else 1


def _attributes(text: str) -> int:
    """How many words the longest-winded tag has."""
    long = [part.partition(">")[0] for part in _long_parts(text)]
    tags = (tag for tag in long if len(tag) > _LONG and tag[0].isascii() and tag[0].isalpha())
    return max((len(tag.split()) for tag in tags), default=0)


def _long_parts(text: str) -> Iterator[str]:
    """What stands between two ``<`` that are far apart; from one to the last one near it is one leap."""
    at = text.find("<")
    while at >= 0:
        ahead = text.rfind("<", at + 1, at + 1 + _LONG)
        if ahead < 0:
            ahead = text.find("<", at + 1)
            yield text[at + 1 : ahead] if ahead > 0 else text[at + 1 :]
        at = ahead


# ------------------------------------------------------------------ base


Node = LexborNode

BINARY = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
"""How files begin that are no pages."""


# ------------------------------------------------------------------ text to a document


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
        """What relative addresses are relative to."""
        found = self.root.css_first("base[href]")
        return join(self.url, attribute(found, "href")) or self.url if found else self.url

    @cached_property
    def links(self) -> tuple[tuple[Node, str], ...]:
        """The page's links and their addresses as written, in order."""
        return tuple((node, attribute(node, "href")) for node in self.root.css("a[href]"))

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """What its metas say by their names in lower case, the first of each name."""
        said: dict[str, str] = {}
        for node in self.root.css("meta[content]"):
            name = attribute(node, "name") or attribute(node, "property") or attribute(node, "itemprop")
            said.setdefault(name.lower(), " ".join(attribute(node, "content").split()))
        return said

    def absolute(self, href: str) -> str:
        """The address a link on this page means; ``""`` when it cannot be read."""
        return join(self.base, href)


def join(base: str, href: str) -> str:
    """The address ``href`` means at ``base``; ``""`` when it cannot be read: nobody could ask for it."""
    try:
        joined = urljoin(base, re.sub(r"[\r\n\t]", "", href).strip())
        urlsplit(joined).port  # noqa: B018 -- raises for ``:abc`` and ``:99999``
        joined.encode()  # raises for half a surrogate pair, as in a JSON list
    except ValueError:
        return ""
    return joined


def document(payload: Payload, *, portal: str = "") -> Document:
    """The payload as a document; raises NotHtml, TooDeep, or Rejected for an empty page."""
    text, encoding = text_of(payload, portal=portal)
    if not TAG.search(text):
        raise NotHtml("no tag in it", portal=portal, url=payload.url)
    if reason := bomb(text):
        raise TooDeep(reason, portal=portal, url=payload.url)
    return Document(url=payload.url, text=text, encoding=encoding, root=parse(text), portal=portal)


def text_of(payload: Payload, *, portal: str = "") -> tuple[str, str]:
    """The payload's text and encoding; raises NotHtml for binary bytes, Rejected for none."""
    body = payload.body
    if not body.strip():
        raise Rejected("empty page", portal=portal, url=payload.url)
    utf16 = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if body.lstrip()[:8].startswith(BINARY) or (b"\0" in body[:1024] and not utf16):
        raise NotHtml("binary, not a page", portal=portal, url=payload.url)
    return decode(body, payload.content_type)


def parse(text: str) -> Node:
    """The root of the tree of an HTML text or fragment."""
    root = LexborHTMLParser(text).root
    if root is None:
        raise NotHtml("nothing to parse")
    return root


def fragment(text: str, *, portal: str = "", url: str = "") -> Node:
    """The root of HTML that came inside something else; raises TooDeep."""
    if reason := bomb(text):
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
    """Child elements, of these tags only if any are named."""
    return (child for child in node.iter() if not tags or child.tag in tags)


def inner_html(nodes: Iterable[Node]) -> str:
    """What the nodes hold, as HTML."""
    return "\n".join(node.inner_html or "" for node in nodes)


# ------------------------------------------------------------------ selectors


class _Selector:
    """A CSS selector declared as a class attribute; errors name that attribute as the field."""

    expected = ""

    def __init__(self, css: str) -> None:
        self.css, self.field = css, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    def _found(self, page: Document, within: Node | None) -> list[Node]:
        return (page.root if within is None else within).css(self.css)

    def _changed(self, page: Document, count: int) -> LayoutChanged:
        message = f"expected {self.expected} of {self.css!r}, found {count}"
        return LayoutChanged(message, portal=page.portal, url=page.url, field=self.field, rows=count)


class One(_Selector):
    """Exactly one."""

    expected = "exactly one"

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The node."""
        found = self._found(page, within)
        if len(found) != 1:
            raise self._changed(page, len(found))
        return found[0]


class First(_Selector):
    """At least one, of which the first with words counts: a body printed twice for desktop and mobile."""

    expected = "at least one"

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The first node."""
        found = self._found(page, within)
        if not found:
            raise self._changed(page, 0)
        return found[0] if len(found) == 1 else next(filter(text_in, found), found[0])


class Ranked(First):
    """At least one of several places, of which the first with words, in the order named, counts."""

    def __init__(self, *places: str) -> None:
        super().__init__(", ".join(places))
        self.places = places

    def on(self, page: Document, within: Node | None = None) -> Node:
        """The first node of the best place that has words; of any place when none has."""
        root = page.root if within is None else within
        found = (node for css in self.places for node in root.css(css) if text_in(node))
        return next(found, None) or super().on(page, within)


class Maybe(_Selector):
    """None or more, of which the first counts."""

    def on(self, page: Document, within: Node | None = None) -> Node | None:
        """The first node, if any."""
        return next(iter(self._found(page, within)), None)


class Many(_Selector):
    """At least so many."""

    def __init__(self, css: str, *, at_least: int = 1) -> None:
        super().__init__(css)
        self.at_least, self.expected = at_least, f"at least {at_least}"

    def on(self, page: Document, within: Node | None = None) -> list[Node]:
        """The nodes in the page's order."""
        found = self._found(page, within)
        if len(found) < self.at_least:
            raise self._changed(page, len(found))
        return found


# ------------------------------------------------------------------ page objects


class PortalAddresses(Protocol):
    """What a listing needs of its portal; :class:`crawler.portal.Portal` has it."""

    @property
    def slug(self) -> str:
        """Its short name, which errors state."""

    def owns(self, url: str) -> bool:
        """Whether the URL's host is one of the portal's."""

    def key(self, url: str) -> str | None:
        """The stable key of the article at this URL; None when it is no article of the portal."""


class ListingPage(ABC):
    """A listing family: bytes in, entries and following pages out."""

    family: ClassVar[str]
    """What operators see of it."""

    @abstractmethod
    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The listing on this page; raises LayoutChanged when it is none."""

    @classmethod
    def year_of(cls, url: str) -> int | None:
        """The one year whose rows a page has, where its address says so."""
        return None


class ArticlePage(ABC):
    """A template of article pages."""

    @abstractmethod
    def matches(self, page: Document) -> bool:
        """Whether this template printed the page."""

    @abstractmethod
    def read(self, page: Document) -> Page:
        """Body, labels and attachments; raises LayoutChanged."""
